// Agents whose batches can be counted in the store, one by one.
import { expect } from "vitest";

const METRIC = "crash.batches";

/** Batch `sequence` of a sender counts 1 in a second of its own, so a point tells how often the batch was stored. */
const baseMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const secondOf = (sequence) => baseMs + sequence * 1000;

/** One agent that numbers its batches. */
export class Sender {
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

  /** Sends new batches until `stopped`; one that is answered 503 again, as an agent does. */
  async sendThrough503(url, onAnswer, stopped) {
    while (!stopped()) {
      const sequence = this.#next++;
      for (let status = 0; status !== 202; ) {
        status = await this.#post(url, sequence);
        expect([202, 503]).toContain(status);
        onAnswer(status);
        if (status === 503) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      this.acknowledged.add(sequence);
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

/** How often each batch of each sender is stored. */
export async function storedTimes(url, senders) {
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

/** Fails unless each answered batch of a sender is stored so often. */
export function expectStored(stored, sender, times) {
  const wrong = [...sender.acknowledged].filter((sequence) => stored.get(sender.id)?.get(sequence) !== times);
  expect(wrong, `batches of ${sender.id} not stored exactly once`).toEqual([]);
}
