export { CentralConfigPoller } from "./central.js";
export { Config } from "./config.js";
export { type Matcher, matchesAny, WildcardMatcher } from "./matcher.js";
export type { ConfigOptions } from "./option-types.js";
