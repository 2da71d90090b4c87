import { type Amf0Node, type Amf0NumberNode, Amf0Reference, isAmf0Object } from "@rtmp/amf0";
import { type Problem, show } from "../problem.js";
import { isObject } from "../shapes/shape.js";

/** A value in the tagged form of the vector files. */
export type Tagged = readonly unknown[];

/** A lossless AMF0 node in tagged form. */
export function taggedOf(node: Amf0Node): Tagged {
  switch (node.type) {
    case "number":
      return ["number", jsonNumber(node.value)];
    case "boolean":
      return ["boolean", node.value];
    case "string":
      return [node.long ? "longString" : "string", node.value];
    case "xmlDocument":
      return ["xmlDocument", node.value];
    case "object":
      return ["object", taggedMembers(node.members)];
    case "ecmaArray":
      return ["ecmaArray", node.count, taggedMembers(node.members)];
    case "strictArray":
      return ["strictArray", node.items.map(taggedOf)];
    case "typedObject":
      return ["typedObject", node.className, taggedMembers(node.members)];
    case "date":
      return ["date", jsonNumber(node.ms), node.timeZone];
    case "reference":
      return ["reference", node.index];
    case "avmPlus":
      return ["avmplus", taggedAmf3(node.value)];
    default:
      return [node.type];
  }
}

/** A lossless AMF3 node in tagged form. Types that the vector files have no tag for keep their name. */
function taggedAmf3(value: unknown): Tagged {
  if (!isObject(value)) return [typeof value];
  const { type, value: content } = value;
  if (type === "integer" || type === "string") return [type, content];
  if (type === "double") return ["double", typeof content === "number" ? jsonNumber(content) : content];
  return [type];
}

/** How many objects and arrays stand inside each other at the deepest place; 0 for a plain value. */
export function depthOf(node: Amf0Node): number {
  switch (node.type) {
    case "object":
    case "ecmaArray":
    case "typedObject":
      return 1 + deepest(node.members.map(([, value]) => value));
    case "strictArray":
      return 1 + deepest(node.items);
    default:
      return 0;
  }
}

/** All numbers in values, at any depth. */
export function numbersIn(nodes: readonly Amf0Node[]): Amf0NumberNode[] {
  return nodes.flatMap((node) => {
    if (node.type === "number") return [node];
    if (node.type === "strictArray") return numbersIn(node.items);
    return "members" in node ? numbersIn(node.members.map(([, value]) => value)) : [];
  });
}

/** Where the natural form of a value is not what its lossless form says; `undefined` if they agree. */
export function disagreement(node: Amf0Node, natural: unknown, path: string): Problem | undefined {
  const agrees = (holds: boolean): Problem | undefined =>
    holds ? undefined : { what: `${path} in its natural form`, expected: show(taggedOf(node)), actual: show(natural) };
  switch (node.type) {
    case "number":
    case "boolean":
    case "string":
    case "xmlDocument":
      return agrees(Object.is(node.value, natural));
    case "null":
      return agrees(natural === null);
    case "undefined":
    case "unsupported":
      return agrees(natural === undefined);
    case "date":
      return agrees(natural instanceof Date && Object.is(natural.getTime(), new Date(node.ms).getTime()));
    case "reference":
      return agrees(natural instanceof Amf0Reference && natural.index === node.index);
    case "avmPlus":
      return undefined; // two decoders of another package
    case "strictArray": {
      if (!Array.isArray(natural) || natural.length !== node.items.length) return agrees(false);
      for (const [index, item] of node.items.entries()) {
        const found = disagreement(item, natural[index], `${path}[${index}]`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    default: {
      if (!isAmf0Object(natural)) return agrees(false);
      const firstOfName = new Map<string, Amf0Node>();
      for (const [key, value] of node.members) if (!firstOfName.has(key)) firstOfName.set(key, value);
      if (Object.keys(natural).length !== firstOfName.size) return agrees(false);
      for (const [key, value] of firstOfName) {
        if (!Object.hasOwn(natural, key)) return agrees(false);
        const found = disagreement(value, natural[key], `${path}.${key}`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
  }
}

/** A number as JSON can hold it: NaN and the infinities are strings. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function deepest(nodes: readonly Amf0Node[]): number {
  return nodes.reduce((depth, node) => Math.max(depth, depthOf(node)), 0);
}

function taggedMembers(members: readonly (readonly [key: string, value: Amf0Node, ...rest: unknown[]])[]): unknown[] {
  return members.map(([key, value]) => [key, taggedOf(value)]);
}
