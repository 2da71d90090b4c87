/** What the natural decoder gives for one AMF0 value, and what {@link encodeAmf0} takes back. */
export type Amf0Value = number | boolean | string | null | undefined | Date | Amf0Value[] | Amf0Object | Amf0Special;

/**
 * Members by name. Made without a prototype: `__proto__` or `toString` is a member like any other, and a name that the
 * peer did not send is `undefined`. Of equal names the first one counts. As in every JavaScript object, names that are
 * whole numbers come first when they are listed; the lossless form keeps the order.
 */
export interface Amf0Object {
  [key: string]: Amf0Value;
}

/** Natural values that are no plain data. */
export type Amf0Special = Amf0Reference | Amf0Foreign;

/**
 * A value that came from the AMF3 decoder and has no AMF0 form, as a byte array or a dictionary: the classes are that
 * decoder's matter. To send one, encode it as AMF3 and wrap it in {@link AvmPlus}.
 */
export interface Amf0Foreign {
  readonly [Symbol.toStringTag]: string;
}

/**
 * Stands for a complex value of the same message, by the order in which these begin (AMF0 2.9). Kept as it is, never
 * followed: a resolved one could be cyclic, or expand without end when it is written again. The index is not checked.
 */
export class Amf0Reference {
  /** 0 to 65535. */
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

/** What {@link encodeAmf0} takes: decoded values, and what JavaScript programs have at hand. */
export type Amf0Encodable =
  | Amf0Value
  | EcmaArray
  | TypedObject
  | XmlDocument
  | AvmPlus
  | readonly Amf0Encodable[]
  | Amf0Members;

/** Named members, for an object: a plain object, or a `Map` where the order of numeric names matters. */
export type Amf0Members = { readonly [key: string]: Amf0Encodable } | ReadonlyMap<string, Amf0Encodable>;

/** Encodes its members as an ECMA array (AMF0 2.10), as encoders send `onMetaData`. */
export class EcmaArray {
  readonly members: Amf0Members;
  constructor(members: Amf0Members) {
    this.members = members;
  }
}

/** Encodes its members as an object of a named class (AMF0 2.18). */
export class TypedObject {
  /** At most 65535 bytes of UTF-8. */
  readonly className: string;
  readonly members: Amf0Members;
  constructor(className: string, members: Amf0Members) {
    this.className = className;
    this.members = members;
  }
}

/** Encodes its text as an XML document (AMF0 2.17). */
export class XmlDocument {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** One value in AMF3 form, sent behind the AVM+ marker (AMF0 3.1). */
export class AvmPlus {
  /** The bytes of exactly one AMF3 value; not checked. */
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Whether a decoded value is an object with members: also what ECMA arrays and typed objects decode to. */
export function isAmf0Object(value: unknown): value is Amf0Object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
}
