// The page through a reverse proxy with its defaults: another Host, compressed answers.
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { launchChromium } from "./chromium.mjs";
import { DashboardPage, eventually } from "./dashboard-page.mjs";
import { startRewritingProxy } from "./rewriting-proxy.mjs";

const SECRET = "a-token-that-is-long-enough";
const launched = await launchChromium();
if (launched === undefined) console.log("skipped: this machine has no Chromium; install Chrome or set CHROME_PATH");
afterAll(() => launched?.close());

describe.skipIf(launched === undefined && process.env.CI !== "true")("behind a proxy that passes no Host", () => {
  let server;
  let directory;
  let proxy;
  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await TidegaugeProcess.start(["serve", "--data-dir", directory.path, "--secret-token", SECRET]);
    proxy = await startRewritingProxy(server.url);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
    directory?.remove();
  });

  const entries = async () => {
    const headers = { authorization: `Bearer ${SECRET}` };
    return (await (await fetch(`${server.url}/api/v1/agent-config`, { headers })).json()).entries;
  };

  it("D-SRV-12 signs in, saves the configuration twice and signs out", async () => {
    const tab = await DashboardPage.open(launched.browser, proxy.url);
    await tab.go("#/config");
    await tab.page.getByLabel("Secret token").fill(SECRET);
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("button", { name: "Add a configuration" }).click();
    for (const value of ["5s", "6s"]) {
      await tab.page.getByLabel("Value of metrics_interval").fill(value);
      await tab.page.getByRole("button", { name: "Save" }).click();
      await tab.byTestId("config-editor").getByText("Saved.").waitFor();
      await eventually(entries).toMatchObject([{ settings: { metrics_interval: value } }]);
    }
    await tab.byTestId("log-out").click();
    await tab.byTestId("login").waitFor();
    await tab.close();
  });

  it("D-SRV-12 refuses what a page of another port of the same machine sends", async () => {
    const other = createServer((_, response) => response.setHeader("content-type", "text/html").end("<p>elsewhere"));
    await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
    const page = await launched.browser.newPage();
    await page.goto(`http://127.0.0.1:${other.address().port}/`);
    const refused = page.waitForResponse((response) => response.url().startsWith(proxy.url));
    // The one kind of request that needs no leave of the server: the page may not read the answer, but it would have had its effect.
    const send = ([url, body]) => fetch(url, { method: "POST", mode: "no-cors", body });
    await page.evaluate(send, [`${proxy.url}/api/v1/session`, JSON.stringify({ token: SECRET })]);
    expect((await refused).status()).toBe(403);
    await page.close();
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });
});
