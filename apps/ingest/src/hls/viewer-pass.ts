import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Random part of a pass, and its seal, in bytes. */
const ID_LENGTH = 12;
const SEAL_LENGTH = 16;
/** Characters of a pass. */
const PASS_LENGTH = Math.ceil(((ID_LENGTH + SEAL_LENGTH) * 8) / 6);

/**
 * Passes: what the addresses in a multivariant playlist carry once the gate has let somebody in. A pass is sealed with a key of
 * this process and holds for one run: handing one out keeps nothing in memory.
 */
export class ViewerPasses {
  readonly #key = randomBytes(32);
  readonly #revoked = new Map<string, string>(); // with the run of each

  /** A new pass for a run. */
  issue(run: string): string {
    const id = randomBytes(ID_LENGTH);
    return Buffer.concat([id, this.#seal(id, run)]).toString("base64url");
  }

  /** Whether a pass is for this run, and was not taken back. */
  accepts(pass: string, run: string): boolean {
    if (pass.length !== PASS_LENGTH) return false;
    const bytes = Buffer.from(pass, "base64url");
    // Two spellings of the same bytes would be two viewers.
    if (bytes.toString("base64url") !== pass || this.#revoked.has(pass)) return false;
    return timingSafeEqual(bytes.subarray(ID_LENGTH), this.#seal(bytes.subarray(0, ID_LENGTH), run));
  }

  /** Takes a pass back. Each costs memory until its run is over. */
  revoke(pass: string, run: string): void {
    this.#revoked.set(pass, run);
  }
  /** A run is over, and with it all its passes. */
  forget(run: string): void {
    for (const [pass, of] of this.#revoked) if (of === run) this.#revoked.delete(pass);
  }

  #seal(id: Uint8Array, run: string): Buffer {
    return createHmac("sha256", this.#key).update(id).update(run).digest().subarray(0, SEAL_LENGTH);
  }
}
