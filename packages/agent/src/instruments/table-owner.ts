import type { Kind } from "./kind.js";
import type { Labels } from "./labels.js";

/** What a table needs of the set that owns it. */
export interface TableOwner {
  /** Most series the set may hold (REG-36). */
  readonly limit: number;
  isDisabled(name: string): boolean;
  /** The labels under which a refused series is counted instead; undefined: it is not counted at all (REG-37, BD-48). */
  overflowLabels(kind: Kind, name: string, labels: Labels): Labels | undefined;
  /** Called for the first series past the limit (REG-38). */
  limitReached(): void;
  /** Called the first time a name gets something that cannot be recorded (REG-20a). */
  refused(name: string, reason: string): void;
}
