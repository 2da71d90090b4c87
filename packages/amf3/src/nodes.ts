import type { ReferableType } from "./markers.js";

/**
 * One AMF3 value in the lossless form: its type, class, flags, order, and which parts were sent by reference. Encoding
 * it gives the bytes that Flash would have sent. (What other encoders may do differently does not show in it: lengths
 * in more bytes than needed, texts and traits repeated in full, text that is not UTF-8, the bits of a NaN.)
 */
export type Amf3Node =
  | { readonly type: "undefined" }
  | { readonly type: "null" }
  | { readonly type: "false" }
  | { readonly type: "true" }
  | Amf3IntegerNode
  | Amf3DoubleNode
  | Amf3TextNode
  | Amf3DateNode
  | Amf3ArrayNode
  | Amf3ObjectNode
  | Amf3ExternalizableNode
  | Amf3ByteArrayNode
  | Amf3NumberVectorNode
  | Amf3ObjectVectorNode
  | Amf3DictionaryNode
  | Amf3ReferenceNode;

/** A member's name and value. Names may repeat; only a sealed one may be empty. */
export type Amf3Member = readonly [key: string, value: Amf3Node];

/** AMF3 3.6. */
export interface Amf3IntegerNode {
  readonly type: "integer";
  /** -2^28 to 2^28 - 1. */
  readonly value: number;
}

/** AMF3 3.7. */
export interface Amf3DoubleNode {
  readonly type: "double";
  readonly value: number;
}

/** AMF3 3.8, 3.9 and 3.13. */
export interface Amf3TextNode {
  readonly type: "string" | "xmlDocument" | "xml";
  /** Text that is not UTF-8 has U+FFFD in the place of what is wrong. */
  readonly value: string;
}

/** AMF3 3.10. */
export interface Amf3DateNode {
  readonly type: "date";
  /** Milliseconds since 1970 UTC: any double. */
  readonly ms: number;
}

/** AMF3 3.11. */
export interface Amf3ArrayNode {
  readonly type: "array";
  /** The associative part. */
  readonly members: readonly Amf3Member[];
  /** The dense part. */
  readonly items: readonly Amf3Node[];
}

/** AMF3 3.12. */
export interface Amf3ObjectNode {
  readonly type: "object";
  /** Empty for an anonymous object. */
  readonly className: string;
  readonly sealed: readonly Amf3Member[];
  /** There if the class is dynamic, though it may be empty. */
  readonly dynamic?: readonly Amf3Member[];
}

/** AMF3 3.12, for the Flex classes whose own bytes are one AMF3 value: ArrayCollection, ArrayList, ObjectProxy. */
export interface Amf3ExternalizableNode {
  readonly type: "externalizable";
  readonly className: string;
  readonly value: Amf3Node;
}

/** AMF3 3.14. */
export interface Amf3ByteArrayNode {
  readonly type: "byteArray";
  readonly bytes: Uint8Array;
}

/** AMF3 3.15. */
export type Amf3NumberVectorNode =
  | { readonly type: "vectorInt"; readonly fixed: boolean; readonly items: Int32Array }
  | { readonly type: "vectorUint"; readonly fixed: boolean; readonly items: Uint32Array }
  | { readonly type: "vectorDouble"; readonly fixed: boolean; readonly items: Float64Array };

/** AMF3 3.15. */
export interface Amf3ObjectVectorNode {
  readonly type: "vectorObject";
  readonly fixed: boolean;
  /** Name of the class of the items; `*` for any. */
  readonly typeName: string;
  readonly items: readonly Amf3Node[];
}

/** AMF3 3.16. */
export interface Amf3DictionaryNode {
  readonly type: "dictionary";
  readonly weakKeys: boolean;
  readonly entries: readonly (readonly [key: Amf3Node, value: Amf3Node])[];
}

/**
 * Stands for a complex value that began before it in the same value (AMF3 2.2). Never followed: it may be the one that
 * contains this node.
 */
export interface Amf3ReferenceNode {
  readonly type: "reference";
  /** Type of what it stands for. */
  readonly to: ReferableType;
  /** Counted from 0 in the order in which complex values begin. */
  readonly index: number;
}
