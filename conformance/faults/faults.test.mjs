// Four applications report through a network that is broken in every way, to a server that is killed again and again, and end in every way
// themselves. In the end the sums in the store must equal the sums they recorded, to the last unit.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { FAULTS, FaultyRelay } from "./faulty-relay.mjs";
import { Random } from "./random.mjs";

const DURATION_MS = process.env.TIDEGAUGE_SOAK === "1" ? 600_000 : 60_000;
const SEED = Number(process.env.TIDEGAUGE_FAULT_SEED ?? Date.now() % 1_000_000);
const AGENTS = 4;
const ENDINGS = ["exit", "throw", "SIGTERM", "end", "SIGKILL"];
const PROGRAM = fileURLToPath(new URL("agent-process.mjs", import.meta.url));

const directory = temporaryDirectory();
const random = new Random(SEED);
const relay = new FaultyRelay(new Random(SEED + 1));
const children = new Set();
let server;
let ledgers = 0;

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  relay.close();
  await server?.kill();
  directory.remove();
});

/** One life of an application. @returns {Promise<{ ending: string, total: number, stats?: object, log: string }>} its last words */
async function live(url, lifeMs, ending, seed, environment = {}) {
  const ledger = join(directory.path, `ledger-${++ledgers}.json`);
  const child = fork(PROGRAM, [ledger, String(seed)], {
    env: { ...process.env, SERVER: url, SPOOL: join(directory.path, "spool"), ...environment },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  children.add(child);
  const ended = once(child, "exit");
  await once(child, "message");
  await pause(lifeMs);
  if (ending === "SIGKILL") {
    child.send("quiesce");
    await once(child, "message");
    child.kill("SIGKILL");
  } else child.send(ending);
  await ended;
  children.delete(child);
  const words = JSON.parse(readFileSync(ledger, "utf8"));
  const lost = Object.values(words.stats?.dropped ?? {}).some((count) => count > 0);
  // Whoever loses something must say so, and then why is what matters.
  return { ending, ...words, log: lost ? readFileSync(`${ledger}.log`, "utf8") : "" };
}

/** Sum of all samples in the store. */
async function storedSum() {
  const to = Date.now() + 60_000;
  const from = to - DURATION_MS - 600_000;
  const url = `${server.url}/api/v1/query?metric=faults.count&service=faults&aggregation=sum&step=10s&from=${from}&to=${to}`;
  const response = await fetch(url);
  const answer = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer.series.flatMap(({ points }) => points).reduce((sum, [, value]) => sum + (value ?? 0), 0);
}

describe(`random faults, seed ${SEED}, ${DURATION_MS / 1000} s`, () => {
  it("W-90 W-91 W-92 W-93 what is in the store is what was recorded, to the last unit", {
    timeout: DURATION_MS + 180_000,
  }, async () => {
    server = await TidegaugeProcess.start(["serve", "--data-dir", join(directory.path, "data")]);
    relay.target = server.url;
    const url = await relay.listen();
    const endAt = Date.now() + DURATION_MS;

    const applications = Array.from({ length: AGENTS }, async (_, slot) => {
      const own = new Random(SEED + 100 + slot);
      const lives = [];
      while (Date.now() < endAt)
        lives.push(await live(url, own.between(2000, 10_000), own.pick(ENDINGS), own.between(1, 1e9)));
      return lives;
    });
    const disturber = (async () => {
      let kills = 0;
      while (Date.now() < endAt) {
        await pause(random.between(3000, 9000));
        if (random.next() < 0.5) {
          relay.goAway();
          await pause(random.between(200, 3000));
          relay.comeBack();
        } else {
          relay.target = undefined;
          await server.kill();
          await pause(random.between(0, 1500));
          server = await TidegaugeProcess.start(["serve", "--data-dir", join(directory.path, "data")]);
          relay.target = server.url;
          kills++;
        }
      }
      return kills;
    })();

    const lives = (await Promise.all(applications)).flat();
    const kills = await disturber;
    relay.faultShare = 0;
    // The heir of all of them sends what is left on disk.
    const heir = await live(url, 100, "drain", 1, { SERVER_TIMEOUT: "5s" });
    lives.push(heir);

    for (const { ending, stats, log } of lives) {
      if (stats === undefined) continue; // killed by a signal: only the sums can tell
      const { recorded, accepted, queued, spooled, dropped } = stats;
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(log, JSON.stringify(dropped)).toBe("");
      expect({ ending, recorded }).toEqual({ ending, recorded: accepted + queued + spooled + lost });
      expect({ ending, lost, queued }).toEqual({ ending, lost: 0, queued: 0 });
    }
    expect(heir.stats.spooled).toBe(0);
    const recorded = lives.reduce((sum, { total }) => sum + total, 0);
    console.log(
      `seed ${SEED}: ${lives.length} lives, ${kills} kills of the server, ${JSON.stringify(relay.counts)}; recorded ${recorded}`,
    );
    for (const fault of FAULTS) expect(relay.counts[fault], fault).toBeGreaterThan(0);
    expect(await storedSum()).toBe(recorded);
  });
});
