/** Whether typed arrays have their low bytes first here, as on all common machines; {@link copyWords} relies on it. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Copies `count` bytes to the word index `to` of `target`: `count` is a multiple of 32, `from` is any index.
 * Up to some hundred bytes this is faster than `set`, which needs a view of the source for each call.
 */
export function copyWords(target: Int32Array, to: number, source: DataView, from: number, count: number): void {
  let word = to;
  const end = from + count;
  for (let at = from; at < end; at += 32) {
    target[word] = source.getInt32(at, true);
    target[word + 1] = source.getInt32(at + 4, true);
    target[word + 2] = source.getInt32(at + 8, true);
    target[word + 3] = source.getInt32(at + 12, true);
    target[word + 4] = source.getInt32(at + 16, true);
    target[word + 5] = source.getInt32(at + 20, true);
    target[word + 6] = source.getInt32(at + 24, true);
    target[word + 7] = source.getInt32(at + 28, true);
    word += 8;
  }
}

/** Copies a few bytes without making an object. */
export function copyFew(target: Uint8Array, to: number, source: Uint8Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) target[to + i] = source[from + i] as number;
}
