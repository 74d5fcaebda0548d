/** Version of this package, as in its package.json (a test compares); a constant, since reading a file at start would cost more. */
export const AGENT_VERSION: string = "0.1.0";
