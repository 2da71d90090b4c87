import { internAt, NO_SLOT, textAt } from "./known-texts.js";
import { MAX_DEPTH } from "./limits.js";
import type { Amf0Object } from "./values.js";

// V8 makes an object without a prototype as a hash table, which costs 50 ns a member and more. An ordinary object that
// loses its prototype takes half of that, but ten times as much where the order of its names is new to V8. So it is made
// only for names that came often in this order: odd names cost a peer's decoder no more than the hash table.

/** How many orders are remembered; a power of two. With their names, at most 64 bytes each, they never hold above 250 kB. */
const ORDERS = 64;
/** Least and most names of an order: fewer fit into the smallest hash table. */
const SHORTEST_ORDER = 4;
const LONGEST_ORDER = 32;
/** How often in a row names must have come before they are expected. */
const OFTEN = 32;
/** An object to which V8 lets more names than these be added one by one becomes a hash table all the same. */
const ADDED = 16;

/** The names that the last object had, of those whose first name is kept in certain slots. */
class NameOrder {
  #names: string[] = [];
  #times = 0;
  #pattern: Amf0Object | undefined; // has all the names, if they are many

  /** The names to be expected behind this first one, itself included; `undefined` if there is no telling. */
  expected(first: string): readonly string[] | undefined {
    return this.#times >= OFTEN && this.#names[0] === first ? this.#names : undefined;
  }
  /** An object for the expected names; it may have them already. */
  make(): Amf0Object {
    return Object.setPrototypeOf(this.#pattern === undefined ? {} : { ...this.#pattern }, null) as Amf0Object;
  }
  /** An object at this depth had as many names, each once, as were noted. */
  learn(depth: number, count: number): void {
    if (count < SHORTEST_ORDER) return;
    const row = depth * LONGEST_ORDER;
    if (!this.#isSame(row, count)) {
      this.#times = 0;
      this.#names = namesIn(row, count, textAt);
    } else if (++this.#times === OFTEN) this.#trust(namesIn(row, count, internAt));
  }
  /** An object had other names than expected. */
  forget(): void {
    this.#times = 0;
  }

  #trust(names: string[]): void {
    const pattern: Amf0Object = Object.fromEntries(names.map((name) => [name, undefined]));
    if (Object.keys(pattern).length < names.length) this.#times = 0; // a slot got another text meanwhile
    this.#names = names;
    this.#pattern = names.length > ADDED ? pattern : undefined;
  }
  #isSame(row: number, count: number): boolean {
    const names = this.#names;
    if (count !== names.length) return false;
    for (let i = 0; i < count; i++) if (names[i] !== textAt(noted[row + i] as number)) return false;
    return true;
  }
}

/** Slots of the names of the objects that are being read: a row for each depth. */
const noted = new Uint16Array((MAX_DEPTH + 1) * LONGEST_ORDER);

/** Notes the name of one member for {@link NameOrder.learn}. @returns whether there is an order that can be learned. */
export function noteName(depth: number, index: number, slot: number): boolean {
  if (slot === NO_SLOT || index >= LONGEST_ORDER) return false;
  noted[depth * LONGEST_ORDER + index] = slot;
  return true;
}

function namesIn(row: number, count: number, nameAt: (slot: number) => string): string[] {
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push(nameAt(noted[row + i] as number));
  return names;
}

const orders = Array.from({ length: ORDERS }, () => new NameOrder());

/** The order that begins with the name in this slot of the known texts, or with another one. */
export function orderFrom(slot: number): NameOrder | undefined {
  return slot === NO_SLOT ? undefined : orders[slot & (ORDERS - 1)];
}
