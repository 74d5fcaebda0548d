import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.mjs";

/** A server of a database on loopback, with its data in a temporary directory. */
class DatabaseServer {
  constructor(child, port, directory) {
    this.child = child;
    this.port = port;
    this.directory = directory;
  }

  static async start(name, command, args, port, directory) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output += data;
      });
    }
    for (let i = 0; i < 300; i++) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
      if (await accepts(port)) return new DatabaseServer(child, port, directory);
      await sleep(100);
    }
    child.kill("SIGKILL");
    throw new Error(`${name} does not answer: ${output}`);
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, "exit");
      // PostgreSQL: fast shutdown; the others end as on SIGTERM.
      this.child.kill("SIGINT");
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await exit;
      clearTimeout(timer);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Starts PostgreSQL with trust on loopback; its superuser is `postgres`. */
export async function startPostgres() {
  const bin = postgresBin();
  const directory = temporaryDirectory();
  const port = await freePort();
  const data = join(directory, "data");
  const as = asUser("postgres");
  run(as, join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
  const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", directory, "-c", "fsync=off"];
  return DatabaseServer.start("postgres", ...as(join(bin, "postgres"), args), port, directory);
}

/** Starts Redis without persistence. */
export async function startRedis() {
  const directory = temporaryDirectory();
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory];
  return DatabaseServer.start("redis-server", "redis-server", args, port, directory);
}

/** Starts MariaDB without accounts. */
export async function startMariaDb() {
  const directory = temporaryDirectory();
  const port = await freePort();
  const as = asUser("mysql");
  const data = `--datadir=${join(directory, "data")}`;
  run(as, "mariadb-install-db", ["--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
  const socket = `--socket=${join(directory, "socket")}`;
  const pid = `--pid-file=${join(directory, "pid")}`;
  const args = [
    "--no-defaults",
    data,
    socket,
    pid,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-grant-tables",
  ];
  args.push("--skip-networking=0");
  return DatabaseServer.start("mariadbd", ...as("mariadbd", args), port, directory);
}

function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-breakdown-"));
  // The servers run as users of their own.
  chmodSync(directory, 0o777);
  return directory;
}

/** PostgreSQL and MariaDB refuse to run as root: root runs them as their own user. */
function asUser(user) {
  if (process.getuid?.() !== 0) return (command, args) => [command, args];
  return (command, args) => ["setpriv", [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", command, ...args]];
}

function run(as, command, args) {
  const [program, all] = as(command, args);
  execFileSync(program, all, { stdio: "pipe", env: { ...process.env, HOME: tmpdir() } });
}

/** Debian keeps the programs of each version in a directory of its own. */
function postgresBin() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, "bin/initdb")))
    : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error("PostgreSQL is not installed; run.sh does that");
  return join(root, newest, "bin");
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
