/** Decodes AMF0 a line a field, sharing nothing with the package: right by inspection, and slow. */

/** A value as a list of its marker's name and fields; byte strings as hexadecimal digits, doubles as their bits. */
export type Naive = readonly unknown[];
export type NaiveResult = { readonly values: readonly Naive[] } | { readonly code: string };

export function decodeNaively(
  bytes: readonly number[],
  limits: { maxDepth: number; maxMembers: number; maxValues: number },
): NaiveResult {
  let at = 0;
  let begun = 0;
  const fail = (code: string): never => {
    throw { code };
  };
  const take = (count: number): number[] => {
    if (at + count > bytes.length) fail("amf-truncated");
    at += count;
    return bytes.slice(at - count, at);
  };
  const uint = (count: number): number => take(count).reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = (part: number[]): string => part.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const claimed = (): number => {
    const count = uint(4);
    return count > bytes.length - at ? fail("amf-malformed") : count;
  };
  const members = (depth: number, announced: number | undefined): Naive => {
    const list: Naive[] = [];
    for (;;) {
      if (announced !== undefined && at === bytes.length && list.length >= announced) return [list, "no end"];
      if (hex(bytes.slice(at, at + 3)) === "000009") {
        at += 3;
        return [list, "end"];
      }
      if (list.length === limits.maxMembers) fail("amf-too-many");
      list.push([hex(take(uint(2))), value(depth)]);
    }
  };
  const enter = (depth: number): number => (depth === limits.maxDepth ? fail("amf-depth") : depth + 1);
  const value = (depth: number): Naive => {
    const marker = take(1)[0];
    begun++;
    if (begun > limits.maxValues) fail("amf-too-many");
    if (marker === 0x00) return ["number", hex(take(8))];
    if (marker === 0x01) return ["boolean", uint(1)];
    if (marker === 0x02) return ["string", hex(take(uint(2)))];
    if (marker === 0x03) return ["object", ...members(enter(depth), undefined)];
    if (marker === 0x05) return ["null"];
    if (marker === 0x06) return ["undefined"];
    if (marker === 0x07) return ["reference", uint(2)];
    if (marker === 0x08) {
      const inner = enter(depth);
      const count = uint(4);
      return ["ecmaArray", count, ...members(inner, count)];
    }
    if (marker === 0x09) return fail("amf-malformed");
    if (marker === 0x0a) {
      const inner = enter(depth);
      const count = claimed();
      if (count > limits.maxMembers) fail("amf-too-many");
      const items: Naive[] = [];
      while (items.length < count) items.push(value(inner));
      return ["strictArray", items];
    }
    if (marker === 0x0b) return ["date", hex(take(8)), uint(2)];
    if (marker === 0x0c) return ["longString", hex(take(claimed()))];
    if (marker === 0x0d) return ["unsupported"];
    if (marker === 0x0f) return ["xmlDocument", hex(take(claimed()))];
    if (marker === 0x10) {
      const inner = enter(depth);
      return ["typedObject", hex(take(uint(2))), ...members(inner, undefined)];
    }
    if (marker === 0x11) return fail("amf-no-amf3");
    return fail("amf-unknown-marker");
  };
  const values: Naive[] = [];
  try {
    while (at < bytes.length) values.push(value(0));
  } catch (error) {
    return error as { code: string };
  }
  return { values };
}
