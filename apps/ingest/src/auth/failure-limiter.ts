import { addressGroup } from "../listeners/peer-address.js";

/** How many failed attempts an address has. */
export interface FailureLimits {
  /** Failed attempts within the window; with the last of them the address is blocked. 0: no limit. */
  readonly max: number;
  readonly windowMs: number;
  /** How long it stays blocked. */
  readonly blockMs: number;
  /** Addresses that are remembered; those that failed longest ago are forgotten for others. */
  readonly addresses: number;
}

/** Counts failed attempts by address (IPv6: by /64), in a sliding window. What an address does touches no other. */
export class FailureLimiter {
  readonly #records = new Map<string, { readonly failures: number[]; blockedUntil: number }>();
  readonly #clock: () => number;
  #limits: FailureLimits;

  /** @param clock milliseconds of a clock that never goes back. */
  constructor(limits: FailureLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Other limits from now on; what was counted stays. */
  reload(limits: FailureLimits): void {
    this.#limits = limits;
  }

  /** For how much longer an address is refused, in ms; 0 if it is not. */
  blockedMs(address: string): number {
    const record = this.#records.get(addressGroup(address));
    return record === undefined ? 0 : Math.max(0, record.blockedUntil - this.#clock());
  }

  /** An attempt has failed. */
  failed(address: string): void {
    const { max, windowMs, blockMs, addresses } = this.#limits;
    if (max === 0) return;
    const now = this.#clock();
    const group = addressGroup(address);
    const record = this.#records.get(group) ?? { failures: [], blockedUntil: 0 };
    const recent = record.failures.filter((at) => at > now - windowMs);
    recent.push(now);
    const blocked = recent.length >= max;
    this.#records.delete(group); // to stand last
    this.#records.set(group, {
      failures: blocked ? [] : recent,
      blockedUntil: blocked ? now + blockMs : record.blockedUntil,
    });
    for (const [oldest] of this.#records) {
      if (this.#records.size <= addresses) break;
      this.#records.delete(oldest);
    }
  }
}
