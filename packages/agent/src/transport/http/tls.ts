import { readFileSync } from "node:fs";
import type { Agent, AgentOptions } from "node:https";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { ConfigValues } from "../../config/option-types.js";
import type { Logger } from "../../logging/logger.js";
import { sendError } from "./sender.js";

/** How the server's certificate is judged (W-70). */
export interface TlsSettings {
  /** SHA-256 of the one certificate that is accepted, in upper-case hexadecimal with colons; nothing else is checked then. */
  readonly pinnedFingerprint?: string;
  /** Text of the PEM file whose authorities replace the default ones. */
  readonly authorities?: string;
  readonly verify: boolean;
}

/**
 * Reads the certificate files named in the configuration, which has checked that they are readable (W-70). A pin that is no certificate is
 * reported and left out: the usual checks, which are no weaker, stay in force.
 */
export function tlsSettings(values: ConfigValues, logger: Logger): TlsSettings {
  const pinnedFingerprint = values.serverCert ? fingerprint(values.serverCert, logger) : undefined;
  return {
    verify: values.verifyServerCert || values.serverCert !== undefined,
    ...(pinnedFingerprint === undefined ? {} : { pinnedFingerprint }),
    ...(values.serverCaCertFile ? { authorities: readFileSync(values.serverCaCertFile, "utf8") } : {}),
  };
}

function fingerprint(path: string, logger: Logger): string | undefined {
  try {
    return new (process.getBuiltinModule("node:crypto").X509Certificate)(readFileSync(path)).fingerprint256;
  } catch (error) {
    logger.error(`server_cert: ${path} ignored, it is not a PEM certificate (${String(error)})`);
    return undefined;
  }
}

/** The settings as options of `tls.connect`. With a pinned certificate Node's own checks are off: `pinMismatch` takes their place. */
export function tlsOptions(settings: TlsSettings): ConnectionOptions {
  if (settings.pinnedFingerprint !== undefined) return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: settings.verify,
    ...(settings.authorities === undefined ? {} : { ca: settings.authorities }),
  };
}

/** The error if the peer does not have the pinned certificate. */
export function pinMismatch(settings: TlsSettings, socket: TLSSocket): Error | undefined {
  if (settings.pinnedFingerprint === undefined) return undefined;
  if (socket.getPeerX509Certificate()?.fingerprint256 === settings.pinnedFingerprint) return undefined;
  return sendError("CERT_NOT_PINNED", "the server's certificate is not the one in server_cert");
}

/**
 * An agent for `https.request`. With a pinned certificate a connection is only handed out after the handshake has shown that certificate, so no
 * byte of a request, and no token, reaches another server.
 */
export function tlsAgent(settings: TlsSettings, options: AgentOptions): Agent {
  const https = process.getBuiltinModule("node:https");
  if (settings.pinnedFingerprint === undefined) return new https.Agent({ ...options, ...tlsOptions(settings) });
  const tls = process.getBuiltinModule("node:tls");
  const agent = new https.Agent(options);
  agent.createConnection = (target, created) => {
    const socket = tls.connect({ ...(target as ConnectionOptions), ...tlsOptions(settings) });
    socket.once("error", (error) => created?.(error, socket));
    socket.once("secureConnect", () => {
      const mismatch = pinMismatch(settings, socket);
      if (mismatch) socket.destroy(mismatch);
      else created?.(null, socket);
    });
    return undefined;
  };
  return agent;
}
