import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** An application of `apps/` in a process of its own, unchanged but for how it is started. */
export class AppProcess {
  #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  /**
   * @param {string} file relative to this directory
   * @param {{ intake?: import("./intake.mjs").Intake, args?: string[], env?: Record<string, string>, node?: string[], older?: boolean }} options
   *   `args` stand before the file; `node` is the command that runs it; `older`: with the previous majors of the libraries
   */
  static async start(file, { intake, args = [], env = {}, node = [process.execPath], older = false } = {}) {
    const [command, ...before] = node;
    const child = spawn(command, [...before, ...args, file], {
      cwd: HERE,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        NODE_ENV: "production",
        NODE_PATH: "",
        APP_LIBRARIES: older ? "./older/" : "./",
        ELASTIC_APM_SERVER_URL: intake?.url ?? "http://127.0.0.1:1",
        ELASTIC_APM_METRICS_INTERVAL: "1s",
        ELASTIC_APM_API_REQUEST_TIME: "1s",
        ELASTIC_APM_CENTRAL_CONFIG: "false",
        ELASTIC_APM_CLOUD_PROVIDER: "none",
        ...env,
      },
    });
    const app = new AppProcess();
    app.child = child;
    app.output = "";
    child.stderr.on("data", (data) => {
      app.output += data;
    });
    app.port = await new Promise((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`${file} ended with ${code}: ${app.output}`)));
      child.stdout.on("data", (data) => {
        app.output += data;
        const port = /^listening (\d+)$/m.exec(app.output)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    return app;
  }

  /** One request; @returns {Promise<{ status: number, body: string, headers: Record<string, string> }>} */
  ask(path, { method = "GET", body, headers } = {}) {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { port: this.port, host: "127.0.0.1", path, method, headers, agent: this.#agent },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode, body: text, headers: response.headers }));
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  /** Sends `count` requests, so many at a time. `pathOf(i)` gives the path, or path and options. */
  async load(count, pathOf, parallel = 16) {
    let next = 0;
    const one = async () => {
      while (next < count) {
        const target = pathOf(next++);
        await (Array.isArray(target) ? this.ask(...target) : this.ask(target));
      }
    };
    await Promise.all(Array.from({ length: parallel }, one));
  }

  /** What the application measured itself; see apps/independent.cjs. */
  async independent() {
    const answer = once(this.child, "message");
    this.child.send("totals");
    return (await answer)[0];
  }

  /** Asks it to end, so that the agent reports what it has. */
  async stop() {
    this.#agent.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await exit;
  }
}
