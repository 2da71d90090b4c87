import { randomFillSync } from "node:crypto";

/** Bytes made at once: each call costs more than a few thousand of them. */
const POOL_LENGTH = 65_536;

const pool = new Uint8Array(POOL_LENGTH);
let used = POOL_LENGTH;

/** Random bytes by Node's own crypto, made in advance: the `random` of a session. No byte is given twice. */
export function nodeRandom(target: Uint8Array): void {
  if (target.length > POOL_LENGTH) {
    randomFillSync(target);
    return;
  }
  if (used + target.length > POOL_LENGTH) {
    randomFillSync(pool);
    used = 0;
  }
  target.set(pool.subarray(used, used + target.length));
  used += target.length;
}
