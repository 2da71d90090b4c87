/** Decodes AMF3 a line a field, sharing nothing with the package: right by inspection, and slow. */

/** A value as a list of its type and fields; bytes as hexadecimal digits. */
export type Naive = readonly unknown[];
export type NaiveResult = { readonly value: Naive } | { readonly code: string };

const WRAPPERS = ["ArrayCollection", "ArrayList", "ObjectProxy"].map((name) => `flex.messaging.io.${name}`);
const TYPES: Record<number, string> = {
  7: "xmlDocument",
  8: "date",
  9: "array",
  10: "object",
  11: "xml",
  12: "byteArray",
  13: "vectorInt",
  14: "vectorUint",
  15: "vectorDouble",
  16: "vectorObject",
  17: "dictionary",
};

export function decodeNaively(
  bytes: readonly number[],
  limits: { maxDepth: number; maxMembers: number; maxValues: number },
): NaiveResult {
  let at = 0;
  let begun = 0;
  const strings: string[] = [];
  const traitsTable: { className: string; external: boolean; dynamic: boolean; names: string[] }[] = [];
  const objects: string[] = [];
  const fail = (code: string): never => {
    throw { code };
  };
  const take = (count: number): number[] => {
    if (at + count > bytes.length) fail("amf-truncated");
    at += count;
    return bytes.slice(at - count, at);
  };
  const u8 = (): number => take(1)[0] ?? 0;
  const hex = (part: number[]): string => part.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const u29 = (): number => {
    let bits = "";
    for (let i = 0; i < 3; i++) {
      const byte = u8();
      bits += (byte & 127).toString(2).padStart(7, "0");
      if (byte < 128) return Number.parseInt(bits, 2);
    }
    return Number.parseInt(bits + u8().toString(2).padStart(8, "0"), 2);
  };
  const claim = (count: number, size: number): number =>
    count * size > bytes.length - at ? fail("amf-malformed") : count;
  const members = (count: number): number => (count > limits.maxMembers ? fail("amf-too-many") : count);
  const blob = (header: number): number[] => take(claim(Math.floor(header / 2), 1));
  const text = (header: number): string =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(blob(header)));
  const double = (): number => new DataView(Uint8Array.from(take(8)).buffer).getFloat64(0);
  const string = (): string => {
    const header = u29();
    if (header % 2 === 0) return strings[header / 2] ?? fail("amf-bad-reference");
    const found = text(header);
    if (found !== "") strings.push(found);
    return found;
  };
  const traits = (header: number) => {
    if (Math.floor(header / 2) % 2 === 0) return traitsTable[Math.floor(header / 4)] ?? fail("amf-bad-reference");
    const external = Math.floor(header / 4) % 2 === 1;
    const className = string();
    const names: string[] = [];
    if (external && !WRAPPERS.includes(className)) fail("amf-externalizable");
    if (!external) {
      const count = members(claim(Math.floor(header / 16), 1));
      while (names.length < count) names.push(string());
    }
    const found = { className, external, dynamic: !external && Math.floor(header / 8) % 2 === 1, names };
    traitsTable.push(found);
    return found;
  };
  const enter = (depth: number): number => (depth === limits.maxDepth ? fail("amf-depth") : depth + 1);
  const many = (count: number, depth: number): Naive[] => {
    const list: Naive[] = [];
    while (list.length < count) list.push(value(depth));
    return list;
  };
  const named = (others: number, depth: number): [string, Naive][] => {
    const list: [string, Naive][] = [];
    for (;;) {
      const key = string();
      if (key === "") return list;
      members(others + list.length + 1);
      list.push([key, value(depth)]);
    }
  };
  const numbers = <T>(count: number, size: number, read: () => T): T[] => {
    claim(count, size);
    return Array.from({ length: count }, read);
  };
  const value = (depth: number): Naive => {
    const marker = u8();
    begun++;
    if (begun > limits.maxValues) fail("amf-too-many");
    if (marker === 0) return ["undefined"];
    if (marker === 1) return ["null"];
    if (marker === 2) return ["false"];
    if (marker === 3) return ["true"];
    if (marker === 4) {
      const bits = u29();
      return ["integer", bits < 2 ** 28 ? bits : bits - 2 ** 29];
    }
    if (marker === 5) return ["double", double()];
    if (marker === 6) return ["string", string()];
    const type = TYPES[marker];
    if (type === undefined) return fail("amf-unknown-marker");
    const header = u29();
    const count = Math.floor(header / 2);
    if (header % 2 === 0) return objects[count] === type ? ["reference", type, count] : fail("amf-bad-reference");
    objects.push(type);
    if (type === "xml" || type === "xmlDocument") return [type, text(header)];
    if (type === "date") return [type, double()];
    if (type === "byteArray") return [type, hex(blob(header))];
    if (type === "vectorDouble") return [type, u8() !== 0, numbers(count, 8, double)];
    if (type === "vectorInt" || type === "vectorUint") return [type, u8() !== 0, numbers(count, 4, () => hex(take(4)))];
    const inner = enter(depth);
    if (type === "array") {
      members(claim(count, 1));
      const associative = named(count, inner);
      return [type, associative, many(count, inner)];
    }
    if (type === "vectorObject") {
      const fixed = u8() !== 0;
      const typeName = string();
      members(claim(count, 1));
      return [type, fixed, typeName, many(count, inner)];
    }
    if (type === "dictionary") {
      const weak = u8() !== 0;
      members(claim(count, 2));
      return [type, weak, many(2 * count, inner)];
    }
    const { className, external, dynamic, names } = traits(header);
    if (external) return ["externalizable", className, value(inner)];
    const sealed = names.map((name) => [name, value(inner)]);
    return dynamic ? [type, className, sealed, named(names.length, inner)] : [type, className, sealed];
  };
  try {
    const found = value(0);
    return at < bytes.length ? fail("amf-malformed") : { value: found };
  } catch (error) {
    return error as { code: string };
  }
}
