// One attack on a server on loopback, in a process of its own, bounded in time and size:
//   node attacker.mjs <kind> <port> <token>
// It prints "attacking" once it is at full strength, and then what it saw, as JSON, when its standard input ends.
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";

const [kind, portText, token] = process.argv.slice(2);
const port = Number(portText);
const seen = { connections: 0, closed: 0, statuses: {} };
let running = true;

function open(text) {
  const socket = connect(port, "127.0.0.1");
  socket.on("connect", () => {
    seen.connections++;
    socket.write(text);
  });
  socket.on("data", (chunk) => {
    const status = /^HTTP\/1\.1 (\d+)/.exec(chunk.toString("latin1"))?.[1];
    if (status !== undefined) count(status);
  });
  socket.on("error", () => {});
  socket.on("close", () => seen.closed++);
  return socket;
}

function count(status) {
  seen.statuses[status] = (seen.statuses[status] ?? 0) + 1;
}

const head = (more) =>
  `POST /intake/v2/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nAuthorization: Bearer ${token}\r\n${more}`;

const every = (ms, work) => setInterval(() => running && work(), ms);

const METADATA = '{"metadata":{"service":{"name":"bomb","agent":{"name":"nodejs","version":"1"}}}}\n';
const METRICSET = '{"metricset":{"samples":{"a":{"value":1}},"timestamp":1700000000000000}}\n';
const MIB = 1024 * 1024;

function post(body, headers) {
  return new Promise((resolve) => {
    const request = httpRequest({
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/intake/v2/events",
      agent: false,
      headers,
    });
    request.on("response", (response) => {
      count(response.statusCode);
      response.resume().on("end", resolve).on("error", resolve);
    });
    request.on("error", resolve);
    request.end(body);
  });
}

const attacks = {
  /** Heads that never end, and bodies that come byte by byte. */
  slowloris() {
    const sockets = Array.from({ length: 600 }, (_, i) =>
      open(head(i % 2 === 0 ? "X-Slow: " : "Content-Length: 100000\r\n\r\n")),
    );
    every(500, () => {
      for (const socket of sockets) if (socket.writable) socket.write("x");
    });
  },
  /** Small bodies that become large: one endless line, newlines, and metricsets that are even good. */
  bombs() {
    const bombs = [
      gzipSync(METADATA + "x".repeat(200 * MIB)),
      gzipSync(METADATA + "\n".repeat(100 * MIB)),
      gzipSync(METADATA + METRICSET.repeat(100_000)),
    ];
    const headers = {
      "Content-Type": "application/x-ndjson",
      Authorization: `Bearer ${token}`,
      "Content-Encoding": "gzip",
    };
    const again = async (bomb) => {
      while (running) await post(bomb, headers);
    };
    for (const bomb of bombs) for (let i = 0; i < 2; i++) void again(bomb);
  },
  /** Good metricsets whose text never comes again: fields nobody knows, names of 100 KB, thousands of names under 100 KB of labels. */
  text() {
    const headers = {
      "Content-Type": "application/x-ndjson",
      Authorization: `Bearer ${token}`,
      "Content-Encoding": "gzip",
    };
    const long = "x".repeat(100_000);
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`label${i}`, "x".repeat(1_000)]));
    const numbered = (length, of) => Object.fromEntries(Array.from({ length }, (_, i) => [`${of}-${i}`, { value: 1 }]));
    const breakdown = { samples: { "span.self_time.count": { value: 1 } }, span: { type: "db" } };
    const kinds = [
      (n) => ({ ...breakdown, transaction: { name: "t", type: "request", id: `${n}${long}` } }),
      (n) => ({ samples: { [`${n}${long}`]: { value: 1 } } }),
      (n) => ({ samples: numbered(8_000, n), tags: labels }),
    ];
    let number = 0;
    const again = async (kind) => {
      while (running) {
        const lines = Array.from({ length: 100 }, () => JSON.stringify({ metricset: kind(number++) }));
        await post(gzipSync(METADATA + lines.join("\n"), { level: 1 }), headers);
      }
    };
    for (const kind of kinds) void again(kind);
  },
  /** Bodies of 50 KB that ask for a gigabyte: 520 names under each of 265 label sets of 8 KB, and each series wants a row with its labels. */
  rows() {
    const headers = {
      "Content-Type": "application/x-ndjson",
      Authorization: `Bearer ${token}`,
      "Content-Encoding": "gzip",
    };
    const samples = Object.fromEntries(Array.from({ length: 520 }, (_, index) => [`name${index}`, { value: 1 }]));
    let number = 0;
    const again = async () => {
      while (running) {
        const lines = Array.from({ length: 265 }, () => {
          const value = String(number++).padStart(1_000, "label");
          const tags = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`key${index}`, value]));
          return JSON.stringify({ metricset: { samples, tags } });
        });
        await post(gzipSync(METADATA + lines.join("\n")), headers);
      }
    };
    void again();
  },
  /** Two thousand connections that say nothing. */
  idle() {
    for (let i = 0; i < 2_000; i++) open("");
  },
  /** Heads of a megabyte. */
  headers() {
    const flood = `X-Flood: ${"a".repeat(8_000)}\r\n`.repeat(128);
    every(100, () => {
      for (let i = 0; i < 10; i++) open(head(flood));
    });
  },
  /** Tokens tried as fast as they are answered. */
  guesses() {
    let guess = 0;
    const again = async () => {
      while (running) {
        await post(METADATA, { Authorization: `Bearer guess-${guess++}` });
      }
    };
    for (let i = 0; i < 20; i++) void again();
  },
};

attacks[kind]();
const strength = { slowloris: 600, idle: 2_000 };
const wait = setInterval(() => {
  if (seen.connections < (strength[kind] ?? 0)) return;
  if (strength[kind] === undefined && Object.keys(seen.statuses).length === 0) return;
  clearInterval(wait);
  console.log("attacking");
}, 50);
process.stdin.resume().on("end", () => {
  running = false;
  console.log(JSON.stringify(seen));
  process.exit(0);
});
