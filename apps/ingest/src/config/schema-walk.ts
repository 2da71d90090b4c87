import { z } from "zod";
import { type Mark, marks } from "./values.js";

/** A schema of any kind. */
export type Schema = z.core.$ZodType;

/**
 * A schema and all that it may stand for: what it wraps (optional, default, transform), and the options of a union. A value is held
 * against each of them.
 */
export function layersOf(schema: Schema): Schema[] {
  return [schema, ...inner(schema).flatMap(layersOf)];
}

function inner(schema: Schema): readonly Schema[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return [schema.unwrap()];
  }
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  return schema instanceof z.ZodUnion ? schema.options : [];
}

/** What a member of an object, list or record may be; nothing if it has no such member. */
export function memberOf(layers: readonly Schema[], key: PropertyKey): Schema[] {
  return layers.flatMap((layer) => {
    if (layer instanceof z.ZodObject) {
      const member: Schema | undefined = Object.hasOwn(layer.shape, key) ? layer.shape[String(key)] : undefined;
      return member === undefined ? [] : layersOf(member);
    }
    if (layer instanceof z.ZodArray && typeof key === "number") return layersOf(layer.element);
    return layer instanceof z.ZodRecord && typeof key === "string" ? layersOf(layer.valueType) : [];
  });
}

/** Everything that the layers are marked with. */
export function markOf(layers: readonly Schema[]): Mark {
  return Object.assign({}, ...layers.map((layer) => marks.get(layer) ?? {}));
}

/** Whether a value of this schema is a secret or holds one. */
export function hasSecret(layers: readonly Schema[]): boolean {
  return markOf(layers).secret === true || children(layers).some((child) => hasSecret(layersOf(child)));
}

function children(layers: readonly Schema[]): Schema[] {
  return layers.flatMap((layer): Schema[] => {
    if (layer instanceof z.ZodObject) return Object.values(layer.shape);
    if (layer instanceof z.ZodArray) return [layer.element];
    return layer instanceof z.ZodRecord ? [layer.valueType] : [];
  });
}

/** A key that one text can set. */
export interface Leaf {
  /** With dots: `limits.pending`. */
  readonly key: string;
  readonly type: "text" | "number" | "boolean";
  /** Whether it takes a list of such. */
  readonly list: boolean;
}

/** All keys of a schema that text can set: no lists of objects, and no records. */
export function leavesOf(schema: Schema, path: readonly string[] = []): Leaf[] {
  const layers = layersOf(schema);
  const list = layers.find((layer) => layer instanceof z.ZodArray);
  const type = textType(list === undefined ? layers : layersOf(list.element));
  if (type !== undefined) return [{ key: path.join("."), type, list: list !== undefined }];
  return layers.flatMap((layer) =>
    layer instanceof z.ZodObject
      ? Object.entries(layer.shape).flatMap(([key, member]) => leavesOf(member, [...path, key]))
      : [],
  );
}

/** What text must become for this schema; undefined if it takes none. */
function textType(layers: readonly Schema[]): Leaf["type"] | undefined {
  const takesText = [z.ZodString, z.ZodStringFormat, z.ZodEnum, z.ZodLiteral] as const;
  if (layers.some((layer) => takesText.some((type) => layer instanceof type))) return "text";
  if (layers.some((layer) => layer instanceof z.ZodNumber)) return "number";
  return layers.some((layer) => layer instanceof z.ZodBoolean) ? "boolean" : undefined;
}

/** A copy of a value in which each member that its schema marks is what `change` makes of it. */
export function mapMarked(
  layers: readonly Schema[],
  value: unknown,
  change: (mark: Mark, value: unknown) => unknown,
): unknown {
  const changed = change(markOf(layers), value);
  if (changed !== value || typeof value !== "object" || value === null) return changed;
  if (Array.isArray(value)) return value.map((item, index) => mapMarked(memberOf(layers, index), item, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapMarked(memberOf(layers, key), member, change)]),
  );
}
