import {
  type Amf0Encodable,
  Amf0Error,
  type Amf0Value,
  type Amf3ValueDecoder,
  decodeAmf0Sequence,
  encodeAmf0Sequence,
} from "@rtmp/amf0";
import { encodeUtf8, equalBytes } from "@rtmp/bytes-util";
import { FlvError } from "./errors.js";
import { FlvTagType } from "./flv-tag.js";

/** How script data is decoded. */
export interface ScriptDataOptions {
  /**
   * Type of the tag or message: 15 has a format selector byte in front of its values.
   * @defaultValue 18
   */
  readonly tagType?: number;
  /** For AMF3 values, which type 15 may hold; without it they are an error. */
  readonly amf3?: Amf3ValueDecoder;
}

/** A script tag or data message: a name and values, as `onMetaData` and its members. */
export interface ScriptData {
  /** The name behind `@setDataFrame`, if that is in front; `undefined` if the first value is no string. */
  readonly name: string | undefined;
  /** Whether `@setDataFrame` stood in front: a publisher's way to say "keep this for those who join". */
  readonly isSetDataFrame: boolean;
  /** The values behind the name. */
  readonly values: readonly Amf0Value[];
}

/** What a publisher writes in front of the name, which files and players do not get. */
const SET_DATA_FRAME = "@setDataFrame";
/** "@setDataFrame" as an AMF0 string. */
const PREFIX = Uint8Array.of(2, 0, SET_DATA_FRAME.length, ...encodeUtf8(SET_DATA_FRAME));

/**
 * Decodes the payload of a script tag (18, 15) or data message.
 * @throws FlvError `malformed-metadata`, with the AMF error as its cause.
 */
export function decodeScriptData(payload: Uint8Array, options: ScriptDataOptions = {}): ScriptData {
  const values = decodeValues(payload.subarray(selectorLength(payload, options.tagType)), options.amf3);
  const isSetDataFrame = values[0] === SET_DATA_FRAME;
  const [name, ...rest] = isSetDataFrame ? values.slice(1) : values;
  if (typeof name === "string") return { name, isSetDataFrame, values: rest };
  return { name: undefined, isSetDataFrame, values: isSetDataFrame ? values.slice(1) : values };
}

/**
 * The payload of a script tag, as files hold it.
 * @throws TypeError or RangeError for values without an AMF0 form.
 */
export function encodeScriptData(name: string, values: readonly Amf0Encodable[]): Uint8Array<ArrayBuffer> {
  return encodeAmf0Sequence([name, ...values]);
}

/**
 * The payload of a data message without `@setDataFrame`: what goes into a file or to a player. Looks at no more than
 * these bytes. @param tagType 15 keeps its format selector. @returns a view of the payload where that is possible.
 */
export function stripSetDataFrame(payload: Uint8Array, tagType: number = FlvTagType.script): Uint8Array {
  const start = selectorLength(payload, tagType);
  if (!equalBytes(payload.subarray(start, start + PREFIX.length), PREFIX)) return payload;
  const rest = payload.subarray(start + PREFIX.length);
  if (start === 0) return rest;
  const selected = new Uint8Array(rest.length + 1); // the selector byte, which is 0, stays in front
  selected.set(rest, 1);
  return selected;
}

/** Decodes AMF0 values. @throws FlvError `malformed-metadata`. */
export function decodeValues(bytes: Uint8Array, amf3: Amf3ValueDecoder | undefined): Amf0Value[] {
  return asMetadata(() => decodeAmf0Sequence(bytes, amf3 === undefined ? {} : { amf3 }));
}

/** Runs an AMF decoder; its errors become `malformed-metadata`. */
function asMetadata<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof Amf0Error)) throw cause;
    throw new FlvError("malformed-metadata", cause.message, cause.offset, { cause });
  }
}

/** Bytes of the format selector in front of the values: 1 in a type 15 payload, if it is there. */
export function selectorLength(payload: Uint8Array, tagType: number = FlvTagType.script): number {
  return tagType === FlvTagType.scriptAmf3 && payload[0] === 0 ? 1 : 0;
}
