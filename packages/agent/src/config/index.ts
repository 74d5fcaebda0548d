export { Config } from "./config.js";
export { type Matcher, WildcardMatcher } from "./matcher.js";
export type { ConfigOptions } from "./option-types.js";
