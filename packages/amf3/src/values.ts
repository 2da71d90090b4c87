/**
 * What the natural decoder gives for one AMF3 value, and what {@link encodeAmf3} takes back. An object that was sent by
 * reference is the same JavaScript object in each place.
 */
export type Amf3Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | Date
  | Amf3Value[]
  | Amf3Object
  | Uint8Array // byte array
  | Int32Array // vector of int
  | Uint32Array // vector of uint
  | Float64Array // vector of double
  | Map<Amf3Value, Amf3Value>; // dictionary

/**
 * Members by name. Made without a prototype: `__proto__` or `toString` is a member like any other, and a name that the
 * peer did not send is `undefined`. Of equal names the first one counts. As in every JavaScript object, names that are
 * whole numbers come first when they are listed; the lossless form keeps the order.
 */
export interface Amf3Object {
  [key: string]: Amf3Value;
}

/** What {@link encodeAmf3} takes: decoded values, and what JavaScript programs have at hand. */
export type Amf3Encodable =
  | Amf3Value
  | Amf3TypedObject
  | Amf3Xml
  | Amf3Vector
  | Amf3ArrayCollection
  | readonly Amf3Encodable[]
  | ReadonlyMap<Amf3Encodable, Amf3Encodable>
  | Amf3Members;

/** A plain object. */
export type Amf3Members = { readonly [key: string]: Amf3Encodable };

/** Encodes its members as the sealed ones of an object of a named class (AMF3 3.12). */
export class Amf3TypedObject {
  readonly className: string;
  readonly members: Amf3Members;
  constructor(className: string, members: Amf3Members) {
    this.className = className;
    this.members = members;
  }
}

/** Encodes its text as XML (AMF3 3.13), or as the older XMLDocument (3.9). */
export class Amf3Xml {
  readonly text: string;
  readonly legacy: boolean;
  constructor(text: string, legacy = false) {
    this.text = text;
    this.legacy = legacy;
  }
}

/** Encodes its items as a vector of objects (AMF3 3.15). */
export class Amf3Vector {
  readonly items: readonly Amf3Encodable[];
  /** Name of the class of the items; `*` for any. */
  readonly typeName: string;
  readonly fixed: boolean;
  constructor(items: readonly Amf3Encodable[], typeName = "*", fixed = false) {
    this.items = items;
    this.typeName = typeName;
    this.fixed = fixed;
  }
}

/** Encodes its items as a Flex ArrayCollection, an externalizable object around one array. */
export class Amf3ArrayCollection {
  readonly items: readonly Amf3Encodable[];
  constructor(items: readonly Amf3Encodable[]) {
    this.items = items;
  }
}

/** Whether a decoded value is an object with members: also what a typed object or an associative array decodes to. */
export function isAmf3Object(value: unknown): value is Amf3Object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
}
