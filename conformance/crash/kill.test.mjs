// The server is killed with SIGKILL while several agents send; after each restart the unanswered batches are sent again.
// In the end every batch must be stored exactly once, those that were answered 202 already right after the restart.
import { afterAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";

const ROUNDS = 5;
const SENDERS = 4;
/** Answers after which a round's server is killed. */
const ANSWERS_BEFORE_KILL = 200;
const METRIC = "crash.batches";

const directory = temporaryDirectory();
let server;

afterAll(async () => {
  await server?.kill();
  directory.remove();
});

/** Batch `sequence` of a sender counts 1 in a second of its own, so a point tells how often the batch was stored. */
const baseMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const secondOf = (sequence) => baseMs + sequence * 1000;

class Sender {
  acknowledged = new Set();
  #next = 0;
  #unanswered = [];

  constructor(id) {
    this.id = id;
  }

  get sent() {
    return this.#next;
  }

  /** Sends what was not answered before, then new batches, until the server is gone. */
  async sendUntilGone(url, onAnswer) {
    for (;;) {
      const sequence = this.#unanswered.shift() ?? this.#next++;
      try {
        expect(await this.#post(url, sequence)).toBe(202);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // fetch's error for a broken connection
        this.#unanswered.push(sequence);
        return;
      }
      this.acknowledged.add(sequence);
      onAnswer();
    }
  }

  async sendUnanswered(url) {
    for (const sequence of this.#unanswered.splice(0)) {
      expect(await this.#post(url, sequence)).toBe(202);
      this.acknowledged.add(sequence);
    }
  }

  async #post(url, sequence) {
    const metadata = {
      service: { name: "crash", agent: { name: "nodejs", version: "1.0.0", ephemeral_id: this.id } },
      process: { pid: 1 },
      system: { detected_hostname: "crash-host" },
    };
    const metricset = {
      samples: { [METRIC]: { value: 1, type: "counter", temporality: "delta" } },
      tags: { sender: this.id },
      timestamp: secondOf(sequence) * 1000,
    };
    const response = await fetch(`${url}/intake/v2/events`, {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson", "X-Tidegauge-Batch": `${this.id}:${sequence}` },
      body: `${JSON.stringify({ metadata })}\n${JSON.stringify({ metricset })}\n`,
    });
    await response.text();
    return response.status;
  }
}

const start = () => TidegaugeProcess.start(["serve", "--data-dir", directory.path]);

/** How often each batch of each sender is stored. */
async function storedTimes(url, senders) {
  const to = secondOf(Math.max(...senders.map((sender) => sender.sent)) + 1);
  const parameters = {
    metric: METRIC,
    service: "crash",
    from: String(baseMs),
    to: String(to),
    step: "1s",
    aggregation: "sum",
    group_by: "sender",
  };
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams(parameters)}`);
  const body = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return new Map(
    body.series.map(({ labels, points }) => [
      labels.sender,
      new Map(points.map(([ms, value]) => [(ms - baseMs) / 1000, value])),
    ]),
  );
}

function expectStored(stored, sender, times) {
  const wrong = [...sender.acknowledged].filter((sequence) => stored.get(sender.id)?.get(sequence) !== times);
  expect(wrong, `batches of ${sender.id} not stored exactly once`).toEqual([]);
}

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
