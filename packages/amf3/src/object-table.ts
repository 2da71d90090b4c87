import { Amf3Error } from "./errors.js";
import type { Input } from "./input.js";
import type { ReferableMarker } from "./markers.js";
import type { Amf3Value } from "./values.js";

/** A complex value that has begun. */
export interface Entry {
  readonly marker: ReferableMarker;
  value: Amf3Value;
  /** Whether its parts are still being read. */
  open: boolean;
  /** While it is open: the counters when it began. Then: what a reference to it stands for. */
  values: number;
  length: number;
  height: number;
}

/**
 * The object table of one value in the natural form (AMF3 2.2). A reference gives the object itself, and is charged as
 * if that were sent again: a few hundred bytes could else describe a tree without end for whoever walks it.
 */
export class ObjectTable {
  readonly #input: Input;
  readonly #allowCycles: boolean;
  readonly #entries: Entry[] = [];
  #deepest = 0; // depth reached since the innermost open entry began

  constructor(input: Input, allowCycles: boolean) {
    this.#input = input;
    this.#allowCycles = allowCycles;
  }

  /** Adds a value without parts. @param start the input's volume before its header. */
  add<T extends Amf3Value>(marker: ReferableMarker, value: T, start: number): T {
    this.#entries.push({ marker, value, open: false, values: 1, length: this.#input.volume - start, height: 0 });
    return value;
  }

  /**
   * Adds a value whose parts follow.
   * @param depth its own, from {@link Input.enter}. @param start the input's volume before its header.
   */
  open(marker: ReferableMarker, value: Amf3Value, depth: number, start: number): Entry {
    const values = this.#input.valueCount - 1; // its marker is counted already
    const entry: Entry = { marker, value, open: true, values, length: start, height: this.#deepest };
    this.#deepest = depth;
    this.#entries.push(entry);
    return entry;
  }

  /** The parts of `entry` are read. */
  close(entry: Entry, depth: number): void {
    const around = entry.height;
    entry.open = false;
    entry.values = this.#input.valueCount - entry.values;
    entry.length = this.#input.volume - entry.length;
    entry.height = this.#deepest - depth + 1;
    this.#deepest = Math.max(around, this.#deepest);
  }

  /** What a reference at `depth` stands for. */
  refer(index: number, marker: ReferableMarker, depth: number): Amf3Value {
    const input = this.#input;
    const entry = this.#entries[index];
    if (entry === undefined || entry.marker !== marker) throw input.badObject(index, marker);
    if (entry.open) {
      // A wrapper has no object of its own to hand out before it is complete.
      if (this.#allowCycles && entry.value !== undefined) return entry.value;
      throw new Amf3Error("amf-cyclic", "an object that contains itself", input.position, marker);
    }
    input.countValues(entry.values - 1, input.position); // its marker is counted already
    input.repeat(entry.length);
    if (depth + entry.height > input.limits.maxDepth) throw input.tooDeep();
    this.#deepest = Math.max(this.#deepest, depth + entry.height);
    return entry.value;
  }
}
