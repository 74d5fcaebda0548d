export { CentralConfigPoller, type CentralConfigPollerOptions } from "./central.js";
export { Config, type EffectiveOption } from "./config.js";
export { type Matcher, matchesAny, WildcardMatcher } from "./matcher.js";
export type { OptionSource } from "./option-source.js";
export type { ConfigOptions, ConfigValues } from "./option-types.js";
export { OPTIONS, type OptionDefinition, type OptionTypeName } from "./options.js";
export { serviceNameOf } from "./service-name.js";
