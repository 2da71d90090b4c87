import fc from "fast-check";

/**
 * Bytes with the structure of AMF3, whole or broken: few names, edge counts, and references that mostly exist. A value is
 * first a list of bytes and of parts that depend on what came before it; these are filled in from front to back.
 */
type Part =
  | number
  | { readonly begin: number } // the marker of a complex value
  | { readonly refer: number } // to whichever has begun
  | { readonly text: readonly number[] } // a string, inline
  | { readonly textAgain: number } // a string, by reference
  | { readonly traits: { readonly count: number; readonly dynamic: boolean } }
  | { readonly traitsAgain: number; readonly values: readonly Part[][] };

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const u29 = (value: number): number[] => {
  const seven = (shift: number) => 0x80 | ((value >>> shift) & 0x7f);
  if (value < 0x80) return [value];
  if (value < 0x4000) return [seven(7), value & 0x7f];
  if (value < 0x200000) return [seven(14), seven(7), value & 0x7f];
  return [seven(22), seven(15), seven(8), value & 0xff];
};

const textBytes = fc.constantFrom(
  ...["a", "b", "0", "__proto__", "length"].map(ascii),
  ...[[0xc3, 0xa9], [0xff], [0xef, 0xbf, 0xbd]],
);
const key: fc.Arbitrary<Part> = fc.oneof(
  { weight: 3, arbitrary: textBytes.map((text) => ({ text })) },
  { weight: 1, arbitrary: fc.nat(9).map((textAgain) => ({ textAgain })) },
);
const string: fc.Arbitrary<Part> = fc.oneof({ weight: 4, arbitrary: key }, { weight: 1, arbitrary: fc.constant(1) });
const double = fc.oneof(
  fc.constantFrom([0x80, 0, 0, 0, 0, 0, 0, 0], [0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
  fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }),
);
const edges = [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1fffff, 0x200000, 0xfffffff, 0x10000000, 0x1fffffff];

/** A header of a count, mostly the true one, in front of the rest. */
const counted = (marker: number, count: number, rest: Part[]): fc.Arbitrary<Part[]> =>
  fc
    .oneof(
      { weight: 20, arbitrary: fc.constant(2 * count + 1) },
      { weight: 1, arbitrary: fc.constantFrom(1, 3, 5, 0x101, 0x1fffffff) },
    )
    .map((header) => [{ begin: marker }, ...u29(header), ...rest]);

const { value } = fc.letrec<{ value: Part[] }>((tie) => {
  const items = fc.array(tie("value"), { maxLength: 4 });
  const end = fc.oneof({ weight: 15, arbitrary: fc.constant<Part[]>([1]) }, { weight: 1, arbitrary: fc.constant([]) });
  const named = fc
    .tuple(fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }), end)
    .map(([list, tail]): Part[] => [...list.flatMap(([name, member]) => [name, ...member]), ...tail]);
  const object = fc
    .tuple(string, fc.boolean(), fc.array(fc.tuple(string, tie("value")), { maxLength: 3 }), named)
    .map(([className, dynamic, sealed, rest]): Part[] => [
      { begin: 0x0a },
      ...u29(16 * sealed.length + (dynamic ? 0b1011 : 0b0011)),
      { traits: { count: sealed.length, dynamic } },
      className,
      ...sealed.map(([name]) => name),
      ...sealed.flatMap(([, member]) => member),
      ...(dynamic ? rest : []),
    ]);
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 2, arbitrary: fc.constantFrom<Part[][]>([0], [1], [2], [3]) },
      { weight: 1, arbitrary: fc.constantFrom(...edges).map((bits): Part[] => [4, ...u29(bits)]) },
      { weight: 1, arbitrary: double.map((bytes): Part[] => [5, ...bytes]) },
      { weight: 1, arbitrary: string.map((text): Part[] => [6, text]) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(7, 0x0b, 0x0c), textBytes)
          .map(([begin, text]): Part[] => [{ begin }, ...u29(2 * text.length + 1), ...text]),
      },
      { weight: 1, arbitrary: double.map((bytes): Part[] => [{ begin: 8 }, 1, ...bytes]) },
      { weight: 4, arbitrary: fc.nat(9).map((refer): Part[] => [{ refer }]) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.integer({ min: 6, max: 0x11 }), fc.nat(3))
          .map(([marker, index]): Part[] => [marker, 2 * index]),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(items, named, fc.boolean())
          .chain(([list, assoc, dense]) => counted(9, list.length, [...(dense ? [1] : assoc), ...list.flat()])),
      },
      { weight: 3, arbitrary: object },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.nat(3), items).map(([traitsAgain, values]): Part[] => [{ traitsAgain, values }]),
      },
      {
        weight: 1,
        arbitrary: tie("value").map((inner): Part[] => [
          { begin: 0x0a },
          7,
          { traits: { count: 1, dynamic: false } },
          { text: ascii("flex.messaging.io.ArrayCollection") },
          ...inner,
        ]),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(0x0d, 0x0e, 0x0f), fc.nat(1), fc.array(double, { maxLength: 3 }))
          .chain(([marker, fixed, list]) =>
            counted(marker, marker === 0x0f ? list.length : 2 * list.length, [fixed, ...list.flat()]),
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.nat(1), string, items)
          .chain(([fixed, name, list]) => counted(0x10, list.length, [fixed, name, ...list.flat()])),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.nat(1), fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }))
          .chain(([weak, list]) => counted(0x11, list.length, [weak, ...list.flat(2)])),
      },
    ),
  };
});

/** Fills in the parts that depend on what came before. */
function fill(parts: readonly Part[]): number[] {
  const bytes: number[] = [];
  const begun: number[] = [];
  const traits: { count: number; dynamic: boolean }[] = [];
  let texts = 0;
  const put = (part: Part): void => {
    if (typeof part === "number") bytes.push(part);
    else if ("begin" in part) {
      begun.push(part.begin);
      bytes.push(part.begin);
    } else if ("refer" in part) {
      const index = part.refer % Math.max(begun.length, 1);
      const marker = begun[index];
      bytes.push(...(marker === undefined ? [1] : [marker, 2 * index]));
    } else if ("text" in part) {
      texts++;
      bytes.push(...u29(2 * part.text.length + 1), ...part.text);
    } else if ("textAgain" in part) {
      if (texts > 0) bytes.push(2 * (part.textAgain % texts));
      else put({ text: [0x61] });
    } else if ("traits" in part) traits.push(part.traits);
    else {
      const index = part.traitsAgain % Math.max(traits.length, 1);
      const found = traits[index];
      if (found === undefined) {
        put(1);
        return;
      }
      put({ begin: 0x0a });
      put(4 * index + 1);
      for (let i = 0; i < found.count; i++) for (const inner of part.values[i] ?? [1]) put(inner);
      if (found.dynamic) put(1);
    }
  };
  for (const part of parts) put(part);
  return bytes;
}

const edit = fc.record({ at: fc.nat(), remove: fc.nat(2), insert: fc.array(fc.nat(0x13), { maxLength: 2 }) });

/** An array of values, or one alone; in some cases with a byte or two changed, taken out, put in or cut off. */
export const hostileBytes: fc.Arbitrary<number[]> = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 6 }), fc.array(edit, { maxLength: 1 }), fc.option(fc.nat()))
  .map(([values, edits, cut]) => {
    const [first, ...others] = values;
    const bytes = fill(
      others.length === 0 ? (first ?? []) : [{ begin: 9 }, 2 * values.length + 1, 1, ...values.flat()],
    );
    for (const { at, remove, insert } of edits) {
      if (at % 3 === 0) bytes.splice(at % (bytes.length + 1), remove, ...insert);
    }
    return cut === null || cut % 8 > 0 ? bytes : bytes.slice(0, cut % (bytes.length + 1));
  });
