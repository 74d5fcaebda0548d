import type { QueryResponse } from "@tidegauge/protocol/query";
import { expect, it } from "vitest";
import { restartMarkers, versionMarkers } from "./detect.js";

function answer(series: [labels: Record<string, string>, values: (number | null)[]][]): QueryResponse {
  return {
    from: 0,
    to: 60_000,
    step: 10_000,
    unit: null,
    series: series.map(([labels, values]) => ({ labels, points: values.map((value, i) => [i * 10_000, value]) })),
  };
}

it("marks where a new version begins, not the one that was there", () => {
  const markers = versionMarkers(
    answer([
      [{ "service.version": "1.0.1" }, [null, null, null, 2, 2]],
      [{ "service.version": "1.0.0" }, [2, 2, 2, 2, null]],
    ]),
  );
  expect(markers).toEqual([{ timeMs: 30_000, kind: "version", text: "Version 1.0.1 began to report" }]);
});

it("marks no version for a service that starts within the range or has none", () => {
  expect(versionMarkers(answer([[{ "service.version": "1" }, [null, null, 2, 2]]]))).toEqual([]);
  expect(
    versionMarkers(
      answer([
        [{ "service.version": "" }, [null, 2]],
        [{ "service.version": "1" }, [2, 2]],
      ]),
    ),
  ).toEqual([]);
});

it("marks where a total begins anew, and not where one of several processes reports late", () => {
  const node = { "service.node.name": "web-1" };
  expect(restartMarkers(answer([[node, [100, 200, null, 3, 50]]]))).toEqual([
    { timeMs: 30_000, kind: "restart", text: "web-1 restarted" },
  ]);
  expect(restartMarkers(answer([[node, [100, 200, 110, 210]]]))).toEqual([]);
});
