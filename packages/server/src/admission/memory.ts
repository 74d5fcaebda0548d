import { totalmem } from "node:os";

/** Memory this process may use, bytes: the container's limit if there is one, else what the machine has. */
export function availableMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return limit > 0 && limit < total ? limit : total;
}
