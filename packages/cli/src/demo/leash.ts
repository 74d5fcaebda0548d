/** Loaded before each process of the demo: when the demo itself is gone, however it ended, nothing is left running. */
const leave = (): never => process.exit(0);
process.once("disconnect", leave);
if (!process.connected) leave(); // it went while this process was still starting
