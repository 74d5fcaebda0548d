import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Address of the client as a proxy in front reports it, else of the socket (SRV-40 table): `Forwarded`, `X-Real-IP`, `X-Forwarded-For`. */
export function clientAddress(request: IncomingMessage): string | undefined {
  const headers = request.headers;
  return (
    address(/(?:^|[;,\s])for="?([^";,]+)/i.exec(headers.forwarded ?? "")?.[1]) ??
    address(one(headers["x-real-ip"])) ??
    address(one(headers["x-forwarded-for"])?.split(",", 1)[0]) ??
    address(request.socket.remoteAddress)
  );
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Strips brackets, a port, and the IPv6 mapping of an IPv4 address; undefined if no address remains. */
function address(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let plain = text.trim();
  if (plain.startsWith("[")) plain = plain.slice(1, plain.indexOf("]"));
  else if (isIP(plain) === 0) plain = plain.replace(/:\d+$/, "");
  if (plain.startsWith("::ffff:")) plain = plain.slice(7);
  return isIP(plain) === 0 ? undefined : plain;
}
