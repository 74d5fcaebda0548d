export type { CentralOption } from "./options.js";
export { CENTRAL_OPTIONS, expectedOf } from "./options.js";
