import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { listenForNotices, noticesConnected } from "./notices.js";

/** Node has no EventSource: this one is opened, refused and fed by the test. */
class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  onmessage?: (message: { data: string }) => void;

  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  FakeSource.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("shares one stream among all who listen, and closes it after the last", () => {
  const heard: string[] = [];
  const stops = ["a", "b"].map((name) => listenForNotices(({ service }) => heard.push(`${name}:${service}`)));
  expect(FakeSource.made.map(({ url }) => url)).toEqual(["api/v1/events"]);
  FakeSource.made[0]?.onopen?.();
  expect(noticesConnected()).toBe(true);
  FakeSource.made[0]?.onmessage?.({ data: '{"service":"shop","metricsets":1,"receivedAt":1}' });
  FakeSource.made[0]?.onmessage?.({ data: "not JSON" });
  expect(heard).toEqual(["a:shop", "b:shop"]);
  stops[0]?.();
  expect(FakeSource.made[0]?.readyState).not.toBe(FakeSource.CLOSED);
  stops[1]?.();
  expect(FakeSource.made[0]?.readyState).toBe(FakeSource.CLOSED);
  expect(noticesConnected()).toBe(false);
});

it("asks again some time after a refusal, as long as somebody listens", () => {
  const stop = listenForNotices(() => {});
  const refuse = () => {
    const source = FakeSource.made.at(-1);
    if (source === undefined) throw new Error("no stream");
    source.readyState = FakeSource.CLOSED;
    source.onerror?.();
  };
  refuse();
  expect(FakeSource.made).toHaveLength(1);
  vi.advanceTimersByTime(10_000);
  expect(FakeSource.made).toHaveLength(2);
  refuse();
  stop();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(2);
});
