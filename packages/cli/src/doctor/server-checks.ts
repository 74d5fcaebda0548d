import { createRequire } from "node:module";
import { join } from "node:path";
import { askServer, proxyOf, type ServerAnswer } from "@tidegauge/agent/diagnosis";
import { DoctorClient } from "./doctor-client.js";
import type { ExaminedClient } from "./examined-client.js";
import { type Finding, fail, pass, warn } from "./finding.js";

/** A difference between the clocks that shows in charts, and one that puts points where nobody looks. */
const CLOCK_WARN_MS = 5_000;
const CLOCK_FAIL_MS = 60_000;
/** The `Date` header has whole seconds. */
const CLOCK_PRECISION_MS = 1_000;

/** Which way leads to the server, whether it answers, knows us, and has the same time; then whether it takes an event. */
export async function checkServer(examined: ExaminedClient, directory: string): Promise<Finding[]> {
  const { client } = examined;
  const serverUrl = shownUrl(client.config.values.serverUrl);
  const proxy = checkProxy(examined, directory);
  if (proxy.verdict === "fail") return [proxy];
  const peer = proxyOf(client) ?? serverUrl;
  let answer: ServerAnswer;
  try {
    answer = await askServer(client, "");
  } catch (error) {
    return [proxy, explainFailure(serverUrl, peer, error as NodeJS.ErrnoException)];
  }
  const reached = pass("server-reachable", `${serverUrl} answers`);
  const authorized = checkAuthorization(answer);
  const findings = [proxy, reached, ...checkTls(examined), authorized, checkClock(answer, Date.now())];
  if (authorized.verdict === "fail") return findings;
  const { enabled, recording, disableSend } = client.config.values;
  const sends = enabled && recording && !disableSend; // if not, the configuration's findings have said so
  const doctor = new DoctorClient();
  try {
    findings.push(await checkCentralConfiguration(examined, doctor));
    return sends ? [...findings, await doctor.checkEvent()] : findings;
  } finally {
    await doctor.close();
  }
}

/** A server's URL may have a user and a password, which nobody should paste into a bug report. */
function shownUrl(text: string): string {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return text;
  url.username = "";
  url.password = "";
  return url.href;
}

/** The agent goes through a proxy only with the optional package undici, and never around it (W-71). */
function checkProxy({ client }: ExaminedClient, directory: string): Finding {
  const proxy = proxyOf(client);
  if (proxy === undefined) return pass("proxy", "none: the connection is direct");
  if (proxy === null) {
    const message = "HTTPS_PROXY or HTTP_PROXY is not an http or https URL, and nothing is sent around it";
    return fail("proxy", message, "correct it, or put the server's host into NO_PROXY");
  }
  try {
    createRequire(join(directory, "main.js")).resolve("undici");
    return pass("proxy", `through ${proxy}`);
  } catch {
    const fix = "npm install undici@7, or put the server's host into NO_PROXY";
    return fail("proxy", `the way leads through ${proxy}, for which the agent needs the package undici`, fix);
  }
}

/** `peer` is whom the agent connects to: the proxy, where there is one. */
function explainFailure(serverUrl: string, peer: string, error: NodeJS.ErrnoException): Finding {
  const { code = "" } = error;
  if (peer !== serverUrl && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code)) {
    const fix = "correct HTTPS_PROXY or HTTP_PROXY, or put the server's host into NO_PROXY";
    return fail("proxy", `the proxy ${peer} is not there (${code})`, fix);
  }
  const check = "server-reachable";
  if (code === "ECONNREFUSED") {
    return fail(
      check,
      `nothing listens at ${serverUrl}`,
      "start a server (tidegauge serve), or set ELASTIC_APM_SERVER_URL",
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return fail(check, `the host of ${serverUrl} is not known`, "correct ELASTIC_APM_SERVER_URL, or the name service");
  }
  if (code === "CERT_NOT_PINNED") {
    return fail("tls", error.message, "set ELASTIC_APM_SERVER_CERT to the certificate that the server has now");
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const fix =
      "set ELASTIC_APM_SERVER_CA_CERT_FILE to the authority's PEM file, or ELASTIC_APM_SERVER_CERT to the server's";
    return fail("tls", `the certificate of ${serverUrl} is not trusted (${code})`, fix);
  }
  if (code === "EPROTO" || error.message.includes("wrong version number")) {
    return fail(
      "tls",
      `${serverUrl} does not speak TLS`,
      "write http:// in ELASTIC_APM_SERVER_URL, or switch TLS on there",
    );
  }
  if (code === "PROXY_REFUSED" || code === "NO_PROXY_CLIENT") {
    return fail("proxy", error.message, "let the proxy through to the server, or put the server's host into NO_PROXY");
  }
  if (code === "ECONNRESET" && serverUrl.startsWith("http:")) {
    const fix = "write https:// in ELASTIC_APM_SERVER_URL if the server speaks TLS; else look at its log";
    return fail(check, `${serverUrl} closes the connection`, fix);
  }
  return fail(
    check,
    `${serverUrl}: ${error.message}`,
    "check the address, firewalls and proxies between here and there",
  );
}

function checkTls({ client }: ExaminedClient): Finding[] {
  const { serverUrl, verifyServerCert, serverCert, secretToken, apiKey } = client.config.values;
  const url = new URL(serverUrl);
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:") {
    return verifyServerCert || serverCert !== undefined
      ? [pass("tls", "the connection is encrypted and the certificate trusted")]
      : [warn("tls", "the server's certificate is not checked", "remove ELASTIC_APM_VERIFY_SERVER_CERT=false")];
  }
  if (isLocal || (!secretToken && !apiKey)) return [];
  return [warn("tls", "credentials travel unencrypted", "use https:// in ELASTIC_APM_SERVER_URL")];
}

/** An APM Server tells its version only to those it knows; to others it answers 200 with nothing (SRV-5, SRV-10). */
function checkAuthorization({ status, body }: ServerAnswer): Finding {
  const fix = "set ELASTIC_APM_SECRET_TOKEN or ELASTIC_APM_API_KEY to what the server expects";
  if (status === 401 || status === 403) return fail("authentication", `the server refuses us (${status})`, fix);
  if (status !== 200) {
    return fail("authentication", `the server answers ${status}`, "check that ELASTIC_APM_SERVER_URL is an APM Server");
  }
  if (body.trim() === "") return fail("authentication", "the server does not know our credentials", fix);
  let version: unknown;
  try {
    ({ version } = JSON.parse(body) as { version?: unknown });
  } catch {
    return fail("authentication", "what answers is no APM Server", "check ELASTIC_APM_SERVER_URL");
  }
  return pass("authentication", `accepted by an APM Server, version ${String(version)}`);
}

function checkClock({ headers }: ServerAnswer, receivedMs: number): Finding {
  const serverMs = Date.parse(headers.date ?? "");
  if (!Number.isFinite(serverMs)) return pass("clock", "the server does not tell its time");
  const offMs = receivedMs - serverMs;
  const amount = Math.max(0, Math.abs(offMs) - CLOCK_PRECISION_MS);
  const text = `the clocks differ by ${Math.round(amount / 1000)} s`;
  const fix = "synchronise the clocks of both machines (NTP)";
  if (amount > CLOCK_FAIL_MS) return fail("clock", text, fix);
  return amount > CLOCK_WARN_MS ? warn("clock", text, fix) : pass("clock", "the clocks agree");
}

/** Asked in the doctor's own name: to the server, the application has not been there. */
async function checkCentralConfiguration({ client }: ExaminedClient, doctor: DoctorClient): Promise<Finding> {
  const { serviceName = "", environment, centralConfig } = client.config.values;
  if (!centralConfig) return pass("central-configuration", "switched off");
  const search = new URLSearchParams({
    "service.name": serviceName,
    ...(environment && { "service.environment": environment }),
  });
  let answer: ServerAnswer;
  try {
    answer = await askServer(doctor.client, `config/v1/agents?${search}`);
  } catch (error) {
    const message = `it could not be asked for: ${(error as Error).message}`;
    return warn("central-configuration", message, "look into the server's log");
  }
  const { status, body } = answer;
  if (status === 200) return pass("central-configuration", `the server has: ${body.trim() || "{}"}`);
  if (status === 404 || status === 403) return pass("central-configuration", "the server has none to give");
  return warn("central-configuration", `the server answers ${status}`, "look into the server's log");
}
