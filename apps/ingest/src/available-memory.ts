import { totalmem } from "node:os";

/** Bytes of memory for this process: the machine's, or the container's share of it. */
export function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained !== undefined && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
