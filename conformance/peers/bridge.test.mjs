import { execFileSync, fork } from "node:child_process";
import { describe, expect, it } from "vitest";

const application = (...args) =>
  new Promise((resolve, reject) => {
    const child = fork(new URL("./applications/bridge.cjs", import.meta.url).pathname, args, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });

describe("opentelemetry_bridge_enabled", () => {
  it("OT-2 adds a reader to the application's own provider and leaves its others as they are", async () => {
    expect(await application("own provider")).toMatchObject({ sent: [["orders", 2]], others: 2, warnings: [] });
  });

  it("OT-2 stands in where only the API is used", async () => {
    expect(await application("api")).toMatchObject({ sent: [["orders", 3]], warnings: [] });
  });

  it("OT-2 never replaces or shadows a provider the application sets later", async () => {
    const { sent, warnings } = await application("api, then own provider");
    expect(sent.sort()).toEqual([
      ["early", 1],
      ["orders", 3],
    ]);
    expect(warnings).toEqual([]);
  });

  it("OT-2 adds no second reader where the application has one of ours", async () => {
    expect((await application("attached")).sent).toEqual([["orders", 2]]);
  });

  it("OT-2 OT-3 is off by default, and loads nothing of OpenTelemetry by itself", async () => {
    expect((await application("own provider", "off")).sent).toEqual([]);
    expect(await application("nothing")).toMatchObject({ sent: [], loaded: false, warnings: [] });
  });
});

it("API-3 OT-1 reader, exporter and registries fit the types of the real packages", () => {
  const tsc = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
  const options =
    "--noEmit --module nodenext --target es2023 --lib es2023,esnext.disposable --types node --strict --exactOptionalPropertyTypes --skipLibCheck --ignoreConfig";
  const program = new URL("./applications/types.mts", import.meta.url).pathname;
  execFileSync(process.execPath, [tsc, ...options.split(" "), program], { stdio: "inherit" });
});
