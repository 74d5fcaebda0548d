// The tracer is taken before the SDK is there, as import order often has it.
require("./sdk-first.cjs");
require("./sdk.cjs");
