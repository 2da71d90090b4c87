/** The four bytes at `at` as one number: comparing these takes a third of the time of comparing bytes. */
export function wordAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

const words = new Int32Array(2);
const double = new Float64Array(words.buffer);
double[0] = -0; // all bits 0 but the sign
/** Which of the words has sign and exponent on this machine. */
const HIGH = words[0] === 0 ? 1 : 0;

/** The double at `at`. Put together here, since a view of each message would cost more than its few numbers do. */
export function readDouble(bytes: Uint8Array, at: number): number {
  words[HIGH] = wordAt(bytes, at);
  words[1 - HIGH] = wordAt(bytes, at + 4);
  return double[0] as number;
}
