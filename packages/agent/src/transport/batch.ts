/** Events that are sent in one request. The metadata line is put in front when they are sent (W-11). */
export interface Batch {
  /** Counts up in one agent; what was queued earlier has a lower one. */
  readonly sequence: number;
  /** Goes into `X-Tidegauge-Batch`, so that a server stores a repeated batch once (W-90). */
  readonly id: string;
  readonly events: number;
  /** Event lines; if `gzip`, each part is a complete gzip member: members one after the other are one gzip stream. */
  readonly parts: readonly Uint8Array[];
  readonly gzip: boolean;
  /** Total length of `parts`. */
  readonly bytes: number;
  /** Belongs to a forced flush (W-4). */
  readonly forced: boolean;
  /** The metadata line of the process that recorded it, encoded as the parts are, if that was not this one. */
  readonly metadata?: Uint8Array;
  /** Present when the batch is on disk. */
  readonly file?: string;
}
