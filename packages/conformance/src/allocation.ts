import type { Problem } from "./problem.js";

/** What a small program's garbage, code and caches may take: far above a decoder's needs, far below a claimed length. */
const ALWAYS_ALLOWED = 16 * 1024 * 1024;
/** Values of a byte or two on the wire become objects of some hundred bytes. */
const ALLOWED_PER_BYTE = 1024;

/**
 * Runs a decoder and reports memory taken out of proportion to its input, as from an announced count.
 * @returns the problem, or `undefined`. `run` catches what the decoder throws.
 */
export function checkAllocation(inputLength: number, run: () => void): Problem | undefined {
  const before = memoryInUse();
  run();
  const taken = memoryInUse() - before;
  const allowed = ALWAYS_ALLOWED + ALLOWED_PER_BYTE * inputLength;
  if (taken <= allowed) return undefined;
  return { what: "memory taken", expected: `at most ${allowed} bytes`, actual: `${taken} bytes` };
}

function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
