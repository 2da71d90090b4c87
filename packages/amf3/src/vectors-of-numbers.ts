import type { Input } from "./input.js";

/** A vector of int, its count and flag read (AMF3 3.15). */
export function readInts(input: Input, count: number): Int32Array<ArrayBuffer> {
  input.checkClaim(count, 4); // before anything of that size is allocated
  const items = new Int32Array(count);
  for (let i = 0; i < count; i++) items[i] = input.i32();
  return items;
}

/** A vector of uint. */
export function readUints(input: Input, count: number): Uint32Array<ArrayBuffer> {
  input.checkClaim(count, 4);
  const items = new Uint32Array(count);
  for (let i = 0; i < count; i++) items[i] = input.u32();
  return items;
}

/** A vector of double. */
export function readDoubles(input: Input, count: number): Float64Array<ArrayBuffer> {
  input.checkClaim(count, 8);
  const items = new Float64Array(count);
  for (let i = 0; i < count; i++) items[i] = input.f64();
  return items;
}
