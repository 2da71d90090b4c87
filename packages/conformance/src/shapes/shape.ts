import { type Problem, show } from "../problem.js";

/** Checks one JSON value against the format and adds what is wrong to `problems`; `path` names the value in them. */
export type Shape = (value: unknown, path: string, problems: Problem[]) => void;

/** Shapes by key, for {@link object}. */
export type Fields = Readonly<Record<string, Shape>>;

/** A JSON object: neither `null` nor a list. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of an object's own key: `constructor` and `__proto__` are only names. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `expected` + `foo` is `expected.foo`. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** A check by a predicate; `noun` says what is expected. */
export function check(noun: string, holds: (value: unknown) => boolean): Shape {
  return (value, path, problems) => {
    if (!holds(value)) problems.push({ what: `\`${path}\``, expected: noun, actual: show(value) });
  };
}

export const anything: Shape = () => {};
export const text = check("a string", (value) => typeof value === "string");
export const bool = check("true or false", (value) => typeof value === "boolean");
export const number = check("a number", (value) => typeof value === "number");

/** Exactly this value. */
export function literal(expected: string | number | boolean | null): Shape {
  return check(show(expected), (value) => value === expected);
}

/** An integer in a range, both ends included. */
export function integer(min: number, max: number): Shape {
  return check(`an integer from ${min} to ${max}`, (value) => isInteger(value) && value >= min && value <= max);
}

export const u8 = integer(0, 0xff);
export const u16 = integer(0, 0xffff);
export const u24 = integer(0, 0xffffff);
export const u32 = integer(0, 0xffffffff);
export const s16 = integer(-0x8000, 0x7fff);
export const s24 = integer(-0x800000, 0x7fffff);
/** How many of something, or a position: any safe integer from `min`. */
export function count(min = 0): Shape {
  return integer(min, Number.MAX_SAFE_INTEGER);
}

/** Bytes in lower-case hexadecimal, of a given length or of any. */
export function hex(byteLength?: number): Shape {
  const noun = `${byteLength === undefined ? "bytes" : `${byteLength} bytes`} in lower-case hex`;
  return check(noun, (value) => {
    if (typeof value !== "string" || value.length % 2 !== 0) return false;
    if (byteLength !== undefined && value.length !== 2 * byteLength) return false;
    return !/[^0-9a-f]/.test(value);
  });
}

export const sha256 = hex(32);

/** One of a list of strings or numbers. `noun` names the list in a report: `unknown policy "…"`. */
export function oneOf(noun: string, values: readonly (string | number)[]): Shape {
  return (value, path, problems) => {
    if (values.some((known) => known === value)) return;
    problems.push({
      what: `unknown ${noun} ${show(value)} in \`${path}\``,
      expected: values.length === 0 ? "none: there is no such thing here" : `one of ${values.map(show).join(", ")}`,
      actual: show(value),
    });
  };
}

/** The first shape if the value is of that kind, else the second: `either(isString, text, number)`. */
export function either(first: (value: unknown) => boolean, then: Shape, otherwise: Shape): Shape {
  return (value, path, problems) => (first(value) ? then : otherwise)(value, path, problems);
}

/** A list of at least `min` items of one shape. */
export function listOf(item: Shape, min = 0): Shape {
  return (value, path, problems) => {
    if (!Array.isArray(value) || value.length < min) {
      const noun = min === 0 ? "a list" : `a list of at least ${min}`;
      problems.push({ what: `\`${path}\``, expected: noun, actual: show(value) });
      return;
    }
    for (const [index, entry] of value.entries()) item(entry, `${path}[${index}]`, problems);
  };
}

/** An object with free keys and values of one shape. */
export function mapOf(item: Shape): Shape {
  return (value, path, problems) => {
    if (!isObject(value)) {
      problems.push({ what: `\`${path}\``, expected: "an object", actual: show(value) });
      return;
    }
    for (const key of Object.keys(value)) item(value[key], join(path, key), problems);
  };
}

/** An object with these keys and no other. */
export function object(required: Fields, optional: Fields = {}): Shape {
  const known = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (value, path, problems) => {
    if (!isObject(value)) {
      problems.push({ what: `\`${path}\``, expected: "an object", actual: show(value) });
      return;
    }
    for (const key of Object.keys(value)) {
      const shape = known.get(key);
      if (shape !== undefined) shape(value[key], join(path, key), problems);
      else
        problems.push({
          what: `unknown key \`${join(path, key)}\``,
          expected: `one of ${[...known.keys()].join(", ")}`,
          actual: key,
        });
    }
    for (const key of Object.keys(required)) {
      if (Object.hasOwn(value, key)) continue;
      problems.push({ what: `missing key \`${join(path, key)}\``, expected: key, actual: "absent" });
    }
  };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
