import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CentralConfigPoller } from "../../config/central.js";
import { Config } from "../../config/config.js";
import { RecordingLogger } from "../../logging/recording-logger.testing.js";
import { FakeServer, type SeenRequest } from "../fake-server.testing.js";
import { harness, until } from "../harness.testing.js";
import { NodeSender } from "../http/node-sender.js";
import { ManualClock } from "../manual-clock.testing.js";
import { type RecordedRequest, recorded } from "./recorded.testing.js";

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server.stop());

/** What both agents must have in common. The encoding differs on purpose for a server on this machine (W-42). */
function expectSameShape(ours: SeenRequest, theirs: RecordedRequest): void {
  expect(ours.method).toBe(theirs.method);
  expect(ours.url).toBe(theirs.url);
  expect(ours.headers["content-type"]).toBe(theirs.headers["content-type"]);
  expect(ours.headers.authorization).toBe(theirs.headers.authorization);
  const form = /^apm-agent-[a-z]+\/[^ ]* \([^)]*\)/;
  expect(theirs.headers["user-agent"]).toMatch(form);
  expect(ours.headers["user-agent"]).toMatch(form);
}

describe("answered as the Python agent was", () => {
  it("W-44 W-45 W-50 the recorded errors cost nothing but what was refused", async () => {
    const conversation = recorded("python-agent-errors");
    const events = conversation.filter(({ url }) => url.startsWith("/intake/"));
    const statuses = events.map(({ answered }) => answered);
    expect(statuses.slice(0, 7)).toEqual([503, 503, 202, 429, 202, 400, 202]);
    for (const status of statuses) {
      server.replies.push(
        status === 202 ? undefined : { status, body: '{"accepted":0,"errors":[{"message":"recorded"}]}' },
      );
    }
    const clock = new ManualClock();
    const { transport, queue } = harness(
      { serverUrl: server.url, skipServerInfo: false },
      // The sender's time limits are those of the real network.
      { clock, random: () => 0.5, sender: new NodeSender({ verify: true }) },
    );
    transport.start();
    await until(() => server.requests.length === 1, "the question for the version");
    // One batch for each recorded one, in time as the Python agent did.
    for (const [index] of events.entries()) {
      queue(1);
      await clock.pass(10_000, () => new Promise((resolve) => setTimeout(resolve, 5)));
      await until(() => server.batches.length > index, "a batch");
    }
    const failures = statuses.filter((status) => status !== 202 && status !== 400).length;
    await until(() => transport.stats().accepted === events.length - 1);
    expect(transport.stats()).toMatchObject({ recorded: events.length, queued: 0, dropped: { rejected: 1 } });
    // The Python agent sent as many, and lost the 503 and 429 ones.
    expect(server.batches).toHaveLength(events.length + failures);
    expect(server.events).toHaveLength(events.length - 1);
    const ids = server.batches.map(({ headers }) => headers["x-tidegauge-batch"]);
    expect(ids.slice(0, 3), "503, 503, then accepted").toEqual([ids[0], ids[0], ids[0]]);
    expect(ids[3], "429, then accepted").toBe(ids[4]);
    expect(ids[5], "400 is not repeated").not.toBe(ids[6]);
    expectSameShape(server.requests[0] as SeenRequest, conversation[0] as RecordedRequest);
    for (const [index, theirs] of events.entries()) expectSameShape(server.batches[index] as SeenRequest, theirs);
    await transport.close(10);
  });

  it("W-61 W-62 W-63 W-64 the recorded polls: same rhythm, same ETags, but errors reset nothing", async () => {
    const polls = recorded("python-agent-config").filter(({ url }) => url.startsWith("/config/"));
    expect(polls.map(({ answered }) => answered)).toEqual([200, 304, 403, 200, 404, 200, 200, 200, 200]);
    const bodies = ['{"recording":"false"}', '{"api_request_time":"7s"}', "{}", "[]", '{"recording":"maybe"}', ""];
    let given = 0;
    const etags: (string | undefined)[] = [];
    server.config = (request) => {
      const { answered } = polls[etags.length] as RecordedRequest;
      etags.push(request.headers["if-none-match"]);
      const headers = { "cache-control": "max-age=5", ...(answered === 200 ? { etag: `"e${given + 1}"` } : {}) };
      return { status: answered, headers, body: answered === 200 ? (bodies[given++] as string) : "" };
    };
    const config = Config.load({ serviceName: "py-err", serverUrl: server.url }, {});
    const logger = new RecordingLogger();
    config.useLogger(logger);
    const clock = new ManualClock();
    const sender = new NodeSender({ verify: true });
    const poller = new CentralConfigPoller({ config, logger, sender, clock });
    poller.start();
    const seen: [boolean, number][] = [];
    const times: number[] = [];
    for (const [index] of polls.entries()) {
      await clock.pass(clock.pending[0] as number);
      times.push(clock.now());
      await until(() => etags.length > index && clock.pending.length > 0, "a poll");
      seen.push([config.values.recording, config.values.apiRequestTimeMs]);
    }
    // The Python agent polled every 5 s too, give or take its scheduling.
    for (let i = 1; i < polls.length; i++) {
      const theirs = (polls[i] as RecordedRequest).startMs - (polls[i - 1] as RecordedRequest).startMs;
      expect(Math.round(theirs / 1000) * 1000).toBe((times[i] as number) - (times[i - 1] as number));
    }
    const theirEtags = polls.map(({ headers }) => headers["if-none-match"]);
    expect(etags.slice(0, 3)).toEqual(theirEtags.slice(0, 3));
    expect(theirEtags[3], "the Python agent forgets after 403").toBeUndefined();
    expect(etags.slice(3)).toEqual(['"e1"', '"e2"', '"e2"', '"e3"', '"e3"', '"e5"']);
    expect(seen).toEqual([
      [false, 10_000],
      [false, 10_000],
      [false, 10_000],
      [true, 7000],
      [true, 7000],
      [true, 10_000],
      [true, 10_000],
      [true, 10_000],
      [true, 10_000],
    ]);
    poller.stop();
    sender.close();
  });
});
