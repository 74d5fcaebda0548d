/** Loaded before each process of the demo: when the demo itself is gone, however it ended, nothing is left running. */
process.once("disconnect", () => process.exit(0));
