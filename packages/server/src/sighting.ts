/** A service that asked for its configuration: known by name before its first report arrives. */
export interface Sighting {
  readonly service: string;
  readonly environment?: string;
  readonly agentName?: string;
  readonly agentVersion?: string;
  /** Epoch milliseconds. */
  readonly seenAtMs: number;
}
