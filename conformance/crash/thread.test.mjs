// The store's thread fails again and again while several agents send: the server goes on, and every batch is stored exactly once.
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { expectStored, Sender, storedTimes } from "./senders.mjs";

const ROUNDS = 3;
const SENDERS = 4;
const ANSWERS_BEFORE_FAILURE = 100;

const directory = temporaryDirectory();
let server;

afterAll(async () => {
  await server?.kill();
  directory.remove();
});

async function restarts() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^tidegauge_store_restarts_total (\d+)$/m.exec(text)?.[1]);
}

describe("a store whose thread fails during ingest", () => {
  it(`D-SRV-5 W-90 answers 503 until another one runs, and loses and repeats nothing, over ${ROUNDS} failures`, async () => {
    const hook = fileURLToPath(new URL("fail-thread.mjs", import.meta.url));
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path], {
      NODE_OPTIONS: `--import=${hook}`,
    });
    const senders = Array.from({ length: SENDERS }, (_, i) => new Sender(`sender-${i}`));
    let [accepted, refused, failures] = [0, 0, 0];
    let next = ANSWERS_BEFORE_FAILURE;
    const onAnswer = (status) => {
      if (status === 503) refused++;
      else accepted++;
      if (accepted < next || failures === ROUNDS) return;
      next = accepted + ANSWERS_BEFORE_FAILURE;
      failures++;
      server.child.kill("SIGUSR2");
    };
    const done = () => failures === ROUNDS && accepted >= next;
    await Promise.all(senders.map((sender) => sender.sendThrough503(server.url, onAnswer, done)));
    expect(refused).toBeGreaterThan(0);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const stored = await storedTimes(server.url, senders);
    for (const sender of senders) expectStored(stored, sender, 1);
    await restarts(); // figures are those of the call before
    expect(await restarts()).toBe(ROUNDS);
    expect(await server.stop()).toBe(0);
  });
});
