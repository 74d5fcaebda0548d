import pc from "picocolors";

/**
 * Whether to colour what goes to a stream: in a terminal that can, or where FORCE_COLOR asks for it; never with NO_COLOR
 * (https://no-color.org), which wins.
 */
export function isColoured(stream: { readonly isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(0|false)$/.test(env.FORCE_COLOR);
  return stream.isTTY === true && env.TERM !== "dumb";
}

type Colours = ReturnType<typeof pc.createColors>;

/** For standard output. */
export const colours: Colours = pc.createColors(isColoured(process.stdout, process.env));

/** For standard error. */
export const statusColours: Colours = pc.createColors(isColoured(process.stderr, process.env));
