// Scripts that run in the page before its own. Each stands alone: it is sent as text.

/** Answers the query API with ten series of a thousand points once `answerNow()` is called, and notes how long after that the frame with them is shown: `drawnAfterMs`. */
export function measureDrawing() {
  const real = globalThis.fetch;
  const asked = new Promise((resolve) => {
    globalThis.answerNow = resolve;
  });
  const seen = new Date().toISOString();
  const metric = {
    name: "synthetic",
    kind: "gauge",
    inferred: false,
    unit: "byte",
    labels: ["line"],
    series: 10,
    firstSeen: seen,
    lastSeen: seen,
  };
  const to = Date.now();
  const points = (seed) =>
    Array.from({ length: 1000 }, (_, i) => [to - (1000 - i) * 900, 1e6 * (2 + Math.sin(i / 40 + seed))]);
  globalThis.fetch = async (url, init) => {
    const path = String(url);
    if (path.startsWith("api/v1/metrics")) return Response.json({ metrics: [metric] });
    if (!path.startsWith("api/v1/query")) return real(url, init);
    const series = Array.from({ length: 10 }, (_, line) => ({ labels: { line: String(line) }, points: points(line) }));
    await asked;
    const answer = Response.json({ from: to - 900_000, to, step: 900, unit: "byte", series });
    const start = performance.now();
    const look = () => {
      if (document.querySelector(".chart[data-series='10'] canvas") === null) return requestAnimationFrame(look);
      requestAnimationFrame(() => {
        globalThis.drawnAfterMs ??= performance.now() - start;
      });
    };
    requestAnimationFrame(look);
    return answer;
  };
}

/**
 * Answers everything at once from the page itself, runs its clock 40 times faster and counts the refreshes of the CPU panel in `refreshes`, so that
 * what is measured is what the page keeps, not what the server does.
 */
export function countRefreshes() {
  const SPEED = 40;
  const begin = Date.now();
  const now = Date.now.bind(Date);
  Date.now = () => begin + (now() - begin) * SPEED;
  const timeout = globalThis.setTimeout;
  const interval = globalThis.setInterval;
  globalThis.setTimeout = (run, ms = 0, ...rest) => timeout(run, ms / SPEED, ...rest);
  globalThis.setInterval = (run, ms = 0, ...rest) => interval(run, ms / SPEED, ...rest);
  globalThis.refreshes = 0;
  const seen = new Date().toISOString();
  const names = [
    "system.cpu.total.norm.pct",
    "system.process.cpu.total.norm.pct",
    "system.memory.total",
    "system.memory.actual.free",
    "system.process.memory.rss.bytes",
    "nodejs.memory.heap.used.bytes",
    "nodejs.eventloop.delay.avg.ms",
  ];
  const metrics = names.map((name) => ({
    name,
    kind: "gauge",
    inferred: false,
    unit: null,
    labels: [],
    series: 1,
    firstSeen: seen,
    lastSeen: seen,
  }));
  const service = {
    name: "synthetic",
    environments: [],
    agent: null,
    nodes: ["a"],
    firstSeen: seen,
    lastSeen: seen,
    status: "reporting",
  };
  globalThis.EventSource = undefined;
  globalThis.fetch = async (url) => {
    const path = String(url);
    if (path.startsWith("api/v1/metrics")) return Response.json({ metrics });
    if (path.startsWith("api/v1/services")) return Response.json({ services: [service] });
    if (path.includes("metric=system.cpu.total")) globalThis.refreshes++;
    const to = Date.now();
    const points = Array.from({ length: 180 }, (_, i) => [
      Math.floor(to / 5000) * 5000 - (180 - i) * 5000,
      1 + Math.sin(i / 9 + to / 9000),
    ]);
    return Response.json({ from: to - 900_000, to, step: 5000, unit: null, series: [{ labels: {}, points }] });
  };
}
