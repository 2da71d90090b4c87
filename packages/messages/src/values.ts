import { type Amf0Object, type Amf0Value, isAmf0Object } from "@rtmp/amf0";

/** The value if it is an object. */
export function asObject(value: Amf0Value | undefined): Amf0Object | undefined {
  return isAmf0Object(value) ? value : undefined;
}

/** The value if it is a string. */
export function asString(value: Amf0Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value if it is a number other than NaN and the infinities. */
export function asFinite(value: Amf0Value | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The value if it is an integer that fits 32 bits without a sign. */
export function asU32(value: Amf0Value | undefined): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff ? value : undefined;
}

/** The value as yes or no: a boolean, or a number other than 0, as some peers send; else `otherwise`. */
export function asFlag(value: Amf0Value | undefined, otherwise: boolean): boolean {
  if (typeof value === "boolean") return value;
  return typeof value === "number" ? value !== 0 : otherwise;
}
