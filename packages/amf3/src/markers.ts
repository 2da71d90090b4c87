/** The type markers of AMF3 3.1. */
export const Marker = {
  undefined: 0x00,
  null: 0x01,
  false: 0x02,
  true: 0x03,
  integer: 0x04,
  double: 0x05,
  string: 0x06,
  xmlDocument: 0x07,
  date: 0x08,
  array: 0x09,
  object: 0x0a,
  xml: 0x0b,
  byteArray: 0x0c,
  vectorInt: 0x0d,
  vectorUint: 0x0e,
  vectorDouble: 0x0f,
  vectorObject: 0x10,
  dictionary: 0x11,
} as const;

/** Types whose values are numbered in the object table, by marker: what a reference can stand for. */
export const REFERABLE = {
  [Marker.xmlDocument]: "xmlDocument",
  [Marker.date]: "date",
  [Marker.array]: "array",
  [Marker.object]: "object",
  [Marker.xml]: "xml",
  [Marker.byteArray]: "byteArray",
  [Marker.vectorInt]: "vectorInt",
  [Marker.vectorUint]: "vectorUint",
  [Marker.vectorDouble]: "vectorDouble",
  [Marker.vectorObject]: "vectorObject",
  [Marker.dictionary]: "dictionary",
} as const;

/** A marker of {@link REFERABLE}. */
export type ReferableMarker = keyof typeof REFERABLE;
/** Its type's name. */
export type ReferableType = (typeof REFERABLE)[ReferableMarker];

/** Whether values of this marker are numbered in the object table. */
export function isReferable(marker: number): marker is ReferableMarker {
  return marker >= Marker.xmlDocument && marker <= Marker.dictionary;
}
