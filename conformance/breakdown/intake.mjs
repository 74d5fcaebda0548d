import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

/** Takes what agents send, as an APM Server would, and adds it up. */
export class Intake {
  /** Every metricset, as sent. */
  metricsets = [];
  #server = createServer((request, response) => void this.#answer(request, response).catch(() => response.destroy()));

  /** @returns {Promise<string>} its URL */
  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this.url;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url.split("?")[0];
    if (path === "/intake/v2/events") {
      const body = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
      for (const line of text.split("\n")) {
        if (line.startsWith('{"metricset"')) this.metricsets.push(JSON.parse(line).metricset);
      }
      response.writeHead(202).end();
    } else if (path === "/") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ version: "8.15.0", build_sha: "0", build_date: "2024-01-01" }));
    } else response.writeHead(404).end();
  }

  /** `transaction` → `type/subtype` → { sumUs, count } of everything received. */
  breakdown() {
    const result = {};
    for (const { transaction, span, samples } of this.metricsets) {
      if (samples["span.self_time.count"] === undefined) continue;
      const spans = entryOf(result, transaction.name, {});
      const entry = entryOf(spans, `${span.type}/${span.subtype ?? ""}`, { sumUs: 0, count: 0 });
      entry.sumUs += samples["span.self_time.sum.us"].value;
      entry.count += samples["span.self_time.count"].value;
    }
    return result;
  }

  /** `transaction` → outcome → number of transactions. */
  outcomes() {
    const result = {};
    for (const { tags, samples } of this.metricsets) {
      const histogram = samples["transaction.duration.us"];
      if (histogram === undefined) continue;
      const outcomes = entryOf(result, tags["transaction.name"], {});
      const count = histogram.counts.reduce((sum, one) => sum + one, 0);
      outcomes[tags["event.outcome"]] = (outcomes[tags["event.outcome"]] ?? 0) + count;
    }
    return result;
  }
}

/** `object[key]`, made from `initial` where it is missing. */
function entryOf(object, key, initial) {
  object[key] ??= initial;
  return object[key];
}
