/**
 * One AMF0 value in the lossless form: encoding what was decoded gives the same bytes again. The optional fields are
 * there only where the plain ones do not tell the bytes; a node made by hand needs none of them.
 */
export type Amf0Node =
  | Amf0NumberNode
  | Amf0BooleanNode
  | Amf0StringNode
  | Amf0ObjectNode
  | Amf0EcmaArrayNode
  | Amf0StrictArrayNode
  | Amf0TypedObjectNode
  | Amf0DateNode
  | Amf0ReferenceNode
  | Amf0XmlDocumentNode
  | Amf0AvmPlusNode
  | { readonly type: "null" }
  | { readonly type: "undefined" }
  | { readonly type: "unsupported" };

/** A member's name and value; `keyBytes` as {@link Amf0StringNode.bytes}. Names may repeat and may be empty. */
export type Amf0Member = readonly [key: string, value: Amf0Node, keyBytes?: Uint8Array];

/** AMF0 2.2. */
export interface Amf0NumberNode {
  readonly type: "number";
  readonly value: number;
  /** The 8 bytes sent, if `value` is a NaN of other bits than 7ff80000 00000000: JavaScript may not keep those. */
  readonly bytes?: Uint8Array;
}

/** AMF0 2.3. */
export interface Amf0BooleanNode {
  readonly type: "boolean";
  readonly value: boolean;
  /** The byte sent for `true`, if it is not 1. */
  readonly byte?: number;
}

/** AMF0 2.4 and 2.14. */
export interface Amf0StringNode {
  readonly type: "string";
  readonly value: string;
  /** Sent with marker 0x0C and a 32-bit length; needed above 65535 bytes. */
  readonly long: boolean;
  /** The bytes sent, if they are not UTF-8; `value` then has U+FFFD in the place of what is wrong. */
  readonly bytes?: Uint8Array;
}

/** AMF0 2.5. */
export interface Amf0ObjectNode {
  readonly type: "object";
  readonly members: readonly Amf0Member[];
}

/** AMF0 2.10. */
export interface Amf0EcmaArrayNode {
  readonly type: "ecmaArray";
  /** The count announced, u32: encoders send 0 or wrong ones, so it says nothing about `members`. */
  readonly count: number;
  readonly members: readonly Amf0Member[];
  /** `true` if the input ended behind the last member without an end marker. */
  readonly endMissing?: true;
}

/** AMF0 2.12. */
export interface Amf0StrictArrayNode {
  readonly type: "strictArray";
  readonly items: readonly Amf0Node[];
}

/** AMF0 2.18. */
export interface Amf0TypedObjectNode {
  readonly type: "typedObject";
  readonly className: string;
  readonly members: readonly Amf0Member[];
  /** As {@link Amf0StringNode.bytes}, of the class name. */
  readonly classNameBytes?: Uint8Array;
}

/** AMF0 2.13. */
export interface Amf0DateNode {
  readonly type: "date";
  /** Milliseconds since 1970 UTC: any double. */
  readonly ms: number;
  /** Reserved and to be ignored: s16, 0 from most encoders. */
  readonly timeZone: number;
  /** As {@link Amf0NumberNode.bytes}, of `ms`. */
  readonly bytes?: Uint8Array;
}

/** AMF0 2.9. */
export interface Amf0ReferenceNode {
  readonly type: "reference";
  /** Of a complex value of the same message, counted from 0 in the order in which they begin; not checked. u16. */
  readonly index: number;
}

/** AMF0 2.17. */
export interface Amf0XmlDocumentNode {
  readonly type: "xmlDocument";
  readonly value: string;
  /** As {@link Amf0StringNode.bytes}. */
  readonly bytes?: Uint8Array;
}

/** AMF0 3.1. */
export interface Amf0AvmPlusNode {
  readonly type: "avmPlus";
  /** What the AMF3 decoder made of it; not used when the node is encoded. */
  readonly value: unknown;
  /** The AMF3 value as sent, without the AVM+ marker. */
  readonly bytes: Uint8Array;
}
