// The server is killed with SIGKILL while several agents send; after each restart the unanswered batches are sent again.
// In the end every batch must be stored exactly once, those that were answered 202 already right after the restart.
import { afterAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { expectStored, Sender, storedTimes } from "./senders.mjs";

const ROUNDS = 5;
const SENDERS = 4;
/** Answers after which a round's server is killed. */
const ANSWERS_BEFORE_KILL = 200;

const directory = temporaryDirectory();
let server;

afterAll(async () => {
  await server?.kill();
  directory.remove();
});

const start = () => TidegaugeProcess.start(["serve", "--data-dir", directory.path]);

describe("kill -9 of the server during ingest", () => {
  it(`W-90 loses and repeats nothing that was answered 202, over ${ROUNDS} kills`, async () => {
    const senders = Array.from({ length: SENDERS }, (_, i) => new Sender(`sender-${i}`));
    for (let round = 0; round < ROUNDS; round++) {
      server = await start();
      if (round > 0) {
        const stored = await storedTimes(server.url, senders);
        for (const sender of senders) expectStored(stored, sender, 1);
      }
      let answers = 0;
      let killed;
      const onAnswer = () => {
        if (++answers === ANSWERS_BEFORE_KILL) killed = server.kill();
      };
      await Promise.all(senders.map((sender) => sender.sendUntilGone(server.url, onAnswer)));
      await killed;
      expect(answers).toBeGreaterThanOrEqual(ANSWERS_BEFORE_KILL);
    }
    server = await start();
    await Promise.all(senders.map((sender) => sender.sendUnanswered(server.url)));
    const stored = await storedTimes(server.url, senders);
    for (const sender of senders) {
      expectStored(stored, sender, 1);
      expect(sender.acknowledged.size).toBe(sender.sent);
    }
    expect(await server.stop()).toBe(0);
  });
});
