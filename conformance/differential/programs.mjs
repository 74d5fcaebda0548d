/** A generator of numbers in [0, 1) that gives the same ones each time. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const LABELS = [
  {},
  { l: "a" },
  { l: "b" },
  { l: "a", m: "c" },
  { m: "c", l: "b" },
  { n: 5 },
  { x: 'é"\\ü', 'y.z*"': "v" },
  { l: "a|b", m: "c" },
  { l: "a", m: "b|c" },
];
const SPAN_LABELS = [
  { "span.type": "app", "transaction.name": "t", "transaction.type": "request" },
  { "span.type": "db", "span.subtype": "mysql", "transaction.name": "t", "transaction.type": "request" },
  { "span.type": "db", region: "eu" },
  { "transaction.name": "only" },
  { region: "eu" },
];
const BUCKETS = [undefined, [1, 10, 100], [-5, 0, 5], [0.1]];

/** A random program over all instruments: few names and labels, so that they meet. */
export function randomProgram(seed) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const number = () => pick([0, 1, 2, 5, 0.5, 1.25, 100, 1e6, 3.7]);
  const steps = [];
  for (let index = 0; index < 60; index++) {
    if (random() < 0.12) {
      steps.push({ op: "collect" });
      continue;
    }
    const set = random() < 0.2 ? "span" : "base";
    const labels = pick(set === "span" ? SPAN_LABELS : LABELS);
    const reset = random() < 0.5;
    const op = pick(["counter", "gauge", "timer", "histogram"]);
    // The first call decides on options; a name of its own for each keeps programs the same in both languages.
    const variant = Math.floor(random() * 2);
    const step = { op, set, labels, reset, name: `${op}.${variant}${reset ? ".reset" : ""}` };
    if (op === "counter")
      Object.assign(
        step,
        pick([
          { call: "inc", args: [] },
          { call: "inc", args: [number()] },
          { call: "dec", args: [number()] },
          { call: "val", args: [number()] },
          { call: "reset", args: [] },
        ]),
      );
    if (op === "gauge")
      Object.assign(
        step,
        pick([
          { call: "val", args: [number()] },
          { call: "val", args: [-number()] },
          { call: "reset", args: [] },
        ]),
      );
    if (op === "timer")
      Object.assign(
        step,
        { unit: variant === 0 ? "us" : undefined },
        pick([
          { call: "update", args: [number()] },
          { call: "update", args: [number(), 3] },
          { call: "val", args: [number(), 2] },
          { call: "reset", args: [] },
        ]),
      );
    if (op === "histogram") {
      const which = Math.floor(random() * BUCKETS.length);
      Object.assign(
        step,
        { name: `${step.name}.${which}`, buckets: BUCKETS[which] },
        pick([
          { call: "update", args: [number()] },
          { call: "update", args: [-number(), 2] },
          { call: "reset", args: [] },
        ]),
      );
    }
    steps.push(step);
  }
  steps.push({ op: "collect" }, { op: "collect" });
  return { disable: pick([[], [], ["counter.*"], ["*0", "TIMER*"]]), steps };
}

/** A random program for each language's Prometheus client. */
export function prometheusProgram(seed) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const steps = [];
  for (let index = 0; index < 40; index++) {
    if (random() < 0.1) {
      steps.push({ op: "collect" });
      continue;
    }
    const kind = pick(["counter", "gauge", "summary", "histogram"]);
    const names = pick([[], ["alabel", "anotherlabel"]]);
    const suffix = names.length === 0 ? "bare" : "labelled";
    steps.push({
      op: "prometheus",
      kind,
      name: kind === "counter" ? `${kind}_${suffix}_total` : `${kind}_${suffix}`,
      names,
      values: names.map(() => pick(["foo", "baz", "bazzinga"])),
      buckets: [1, 10, 100],
      value: pick([1, 2, 0.5, 7, 42, 1000]),
    });
  }
  steps.push({ op: "collect" }, { op: "collect" });
  return { prometheus: true, steps };
}
