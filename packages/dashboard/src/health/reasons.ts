import type { DecodeErrorKind } from "@tidegauge/protocol/decode";

/** Why an event was not accepted; the compiler asks for the words of a new kind. */
const KINDS: Record<DecodeErrorKind, string> = {
  decode: "not readable as JSON or not the protocol's form",
  validation: "against the rules of the protocol",
  tooLarge: "longer than the server allows",
  unknownType: "an event type nobody knows",
  stream: "the request broke off or could not be unpacked",
};

/** Why a request or a sample was turned away, as `tidegauge_refused_total` counts it. */
const REASONS = {
  credentials: "wrong or missing token",
  unauthorized: "wrong or missing token",
  remote: "from another machine, without a token set",
  host: "for a host name that is not this server's",
  origin: "from a page of another site",
  rum: "from a browser agent",
  load: "more at once than the server takes",
  notReady: "while the server could not write",
  connections: "more connections than allowed",
  protocol: "not HTTP, or cut off",
  header: "request headers longer than the server allows",
  breakdownWithoutSelfTime: "breakdown metricset without its self time",
  notANumber: "sample that is no finite number",
  histogramLengths: "histogram whose values and counts differ in number",
  tooLong: "sample with a longer name, or more text in its labels, than the store keeps",
  reservedName: "sample named like a field of the document",
  deadLetter: "document Elasticsearch will never take",
};

const MEANINGS: ReadonlyMap<string, string> = new Map(Object.entries({ ...KINDS, ...REASONS }));

/** What the server's own word for a reason means to a reader; an unknown one has no more words than itself. */
export function meaningOf(reason: string): string {
  return MEANINGS.get(reason) ?? "";
}
