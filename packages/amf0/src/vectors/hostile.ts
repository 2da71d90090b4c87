import fc from "fast-check";

/** Bytes with the structure of AMF0, whole or broken: few names, so that they collide, and edge counts. */

const u16 = (value: number): number[] => [value >>> 8, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

const text = fc.oneof(
  fc.constantFrom(...["", "a", "b", "0", "__proto__", "\0", "app"].map(ascii)),
  fc.constantFrom([0xc3, 0xa9], [0xff], [0xe2, 0x82], [0xef, 0xbf, 0xbd], [0xef, 0xbb, 0xbf], [0xed, 0xa0, 0x80]),
  fc.array(fc.nat(255), { maxLength: 40 }),
);
const shortText = text.map((bytes) => [...u16(bytes.length), ...bytes]);
const longText = text.map((bytes) => [...u32(bytes.length), ...bytes]);
const double = fc.oneof(
  fc.constantFrom([0, 0, 0, 0, 0, 0, 0, 0], [0x80, 0, 0, 0, 0, 0, 0, 0], [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
  fc.constantFrom([0x7f, 0xf8, 0, 0, 0, 0, 0, 0], [0x7f, 0xf4, 0, 0, 0, 0, 0, 1], [0xff, 0xf0, 0, 0, 0, 0, 0, 0]),
  fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }),
);
const END = [0, 0, 9];
const end = fc.oneof(
  { weight: 12, arbitrary: fc.constant(END) },
  { weight: 1, arbitrary: fc.constantFrom([], [0, 0]) },
);

/** Mostly the true count. */
const countOf = (count: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(count) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 2, 0xffff, 0x7fffffff, 0xffffffff) },
  );

const { value } = fc.letrec<{ value: number[] }>((tie) => {
  const members = fc
    .array(fc.tuple(shortText, tie("value")), { maxLength: 5 })
    .map((list) => ({ count: list.length, bytes: list.flat(2) }));
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<number[][]>([5], [6], [0x0d], [1, 0], [1, 1], [1, 0x80]),
      double.map((bytes) => [0, ...bytes]),
      fc.tuple(double, fc.constantFrom([0, 0], [0xff, 0xc4])).map((parts) => [0x0b, ...parts.flat()]),
      shortText.map((bytes) => [2, ...bytes]),
      longText.map((bytes) => [0x0c, ...bytes]),
      longText.map((bytes) => [0x0f, ...bytes]),
      fc.constantFrom(0, 1, 0xffff).map((index) => [7, ...u16(index)]),
      fc.tuple(members, end).map(([{ bytes }, tail]) => [3, ...bytes, ...tail]),
      members
        .chain(({ count, bytes }) => fc.tuple(countOf(count), fc.constant(bytes), end))
        .map(([count, bytes, tail]) => [8, ...u32(count), ...bytes, ...tail]),
      fc
        .array(tie("value"), { maxLength: 5 })
        .chain((items) => fc.tuple(countOf(items.length), fc.constant(items)))
        .map(([count, items]) => [0x0a, ...u32(count), ...items.flat()]),
      fc.tuple(shortText, members, end).map(([name, { bytes }, tail]) => [0x10, ...name, ...bytes, ...tail]),
    ),
  };
});

const edit = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.array(fc.nat(0x13), { maxLength: 3 }) });

/** Values one behind another, in most cases with a few bytes changed, taken out or put in. */
export const hostileBytes: fc.Arbitrary<number[]> = fc
  .tuple(fc.array(value, { maxLength: 4 }), fc.array(edit, { maxLength: 2 }), fc.option(fc.nat()))
  .map(([values, edits, cut]) => {
    const bytes = values.flat();
    for (const { at, remove, insert } of edits) bytes.splice(at % (bytes.length + 1), remove, ...insert);
    return cut === null || cut % 4 > 0 ? bytes : bytes.slice(0, cut % (bytes.length + 1));
  });
