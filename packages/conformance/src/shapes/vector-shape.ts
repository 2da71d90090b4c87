import { type Fields, listOf, object, oneOf, type Shape, text } from "./shape.js";

const LAYERS = ["handshake", "chunk", "amf0", "messages", "flv", "session"];

/** What the vectors of one file, or of one kind in it, look like. */
export interface VectorParts {
  readonly input: Shape;
  /** Keys of `expected` and of each outcome, without `error` and `anyOf`, which every file has. */
  readonly outcome: Fields;
  /** Error labels of the file. */
  readonly labels: readonly string[];
  /** Only where the file has kinds. */
  readonly kind?: Shape;
}

/** The shape of a whole vector: the keys common to all files, and `anyOf` with every branch checked. */
export function vectorShape(parts: VectorParts): Shape {
  const outcome: Fields = { ...parts.outcome, error: oneOf("error label", parts.labels) };
  const expected = object({}, { ...outcome, anyOf: listOf(object({}, outcome), 1) });
  const required: Fields = { name: text, input: parts.input, expected };
  return object(parts.kind === undefined ? required : { ...required, kind: parts.kind }, {
    layer: oneOf("layer", LAYERS),
    source: text,
    note: text,
  });
}
