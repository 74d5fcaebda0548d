import { describe, expect, it } from "vitest";
import { CommandError, describeFailure, UsageError } from "./failure.js";

describe("describeFailure", () => {
  it.each([
    [new UsageError("no"), { code: "USAGE", message: "no" }],
    [new CommandError("UNAUTHORIZED", "who?"), { code: "UNAUTHORIZED", message: "who?" }],
    [Object.assign(new Error("x"), { code: "STORE_ALREADY_OPEN" }), { code: "STORE_ALREADY_OPEN", message: "x" }],
    [new Error("odd"), { code: "FAILED", message: "odd" }],
    ["text", { code: "FAILED", message: "text" }],
  ])("gives %o a code and a line", (error, failure) => {
    expect(describeFailure(error)).toEqual(failure);
  });
});
