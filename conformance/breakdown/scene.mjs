import { afterEach, beforeEach } from "vitest";
import { AppProcess } from "./app-process.mjs";
import { Intake } from "./intake.mjs";

/** Measures an application that knows nothing of it. */
export const REGISTER = ["--import", "@tidegauge/agent/register"];

/**
 * For tests that compare the agent's times with those of another clock: on a busy machine a process is stopped between
 * the two looks, so one try of three has to be undisturbed.
 */
export const TIMED = { retry: 2 };

/** The intake of this test: each has one of its own. @type {Intake} */
export let intake;

let app;

/**
 * Starts the application of this test, which reports to `intake`; what is still running after the test is stopped.
 *
 * @param {string} file relative to this directory
 * @param {Omit<Parameters<typeof AppProcess.start>[1], "intake">} options as `AppProcess.start` takes them
 * @returns {Promise<AppProcess>}
 */
export async function start(file, { args = REGISTER, ...options } = {}) {
  app = await AppProcess.start(file, { intake, args, ...options });
  return app;
}

beforeEach(async () => {
  intake = new Intake();
  await intake.start();
});

afterEach(async () => {
  await app?.stop();
  app = undefined;
  await intake.stop();
});

/** How many spans of each type a transaction's breakdown counts. */
export function counts(spans) {
  return Object.fromEntries(Object.entries(spans ?? {}).map(([type, { count }]) => [type, count]));
}
