/**
 * Numbers connections and viewers, from 1 on.
 * @param index of this process among those that number together, from 0. @param count of these: no two give the same number.
 */
export function numbering(index = 0, count = 1): () => number {
  let next = index + 1;
  return () => {
    const number = next;
    next += count;
    return number;
  };
}
