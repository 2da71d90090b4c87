import { addressGroup } from "../listeners/peer-address.js";

/** Addresses that are remembered; beyond, the one that failed first is forgotten. */
const MAX_ADDRESSES = 10_000;

/** Bounds how often one address (IPv6: one /64) may try a secret and be wrong. */
export class AttemptLimit {
  readonly #failures = new Map<string, { count: number; readonly since: number }>();
  readonly #max: number;
  readonly #windowMs: number;
  readonly #clock: () => number;

  /** @param max failures within `windowMs`, from the first on; then nothing is tried until that time is over. */
  constructor(max: number, windowMs: number, clock: () => number) {
    this.#max = max;
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** How long an address must wait before its next attempt, in ms; 0 if it need not. */
  waitMs(address: string): number {
    const key = addressGroup(address);
    const entry = this.#failures.get(key);
    if (entry === undefined) return 0;
    const left = entry.since + this.#windowMs - this.#clock();
    if (left <= 0) this.#failures.delete(key);
    return left > 0 && entry.count >= this.#max ? left : 0;
  }

  /** An address was wrong. */
  failed(address: string): void {
    const key = addressGroup(address);
    const entry = this.#failures.get(key);
    if (entry !== undefined) {
      entry.count++;
      return;
    }
    const [oldest] = this.#failures.keys();
    if (this.#failures.size >= MAX_ADDRESSES && oldest !== undefined) this.#failures.delete(oldest);
    this.#failures.set(key, { count: 1, since: this.#clock() });
  }
}
