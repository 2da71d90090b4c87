import { decodeUtf8 } from "@rtmp/bytes-util";

/** What a data message asks the server to do with its values. */
export interface DataFrame {
  /** `set`: the values go to everybody (also those that join later); `clear`: forget what was set before. */
  readonly action: "set" | "clear" | "none";
  /** Name of the event, such as `onMetaData`; undefined if the values do not begin with a string. */
  readonly name: string | undefined;
  /** The message as players and files get it: without `@setDataFrame`. A view of the message where that is possible. */
  readonly payload: Uint8Array;
}

const AMF3_DATA = 15;
/** Longest name looked at, in bytes: no event has a longer one. */
const MAX_NAME = 128;

/** Takes the server's part off a data message (type 18, or 15 with its selector byte). Never throws. */
export function readDataFrame(messageTypeId: number, payload: Uint8Array): DataFrame {
  const start = messageTypeId === AMF3_DATA && payload[0] === 0 ? 1 : 0;
  const first = readName(payload, start);
  if (first?.name === "@clearDataFrame") {
    return { action: "clear", name: readName(payload, first.end)?.name, payload };
  }
  if (first?.name !== "@setDataFrame") return { action: "none", name: first?.name, payload };
  const rest = payload.subarray(first.end);
  const name = readName(rest, 0)?.name;
  if (start === 0) return { action: "set", name, payload: rest };
  const withSelector = new Uint8Array(rest.length + 1);
  withSelector.set(rest, 1);
  return { action: "set", name, payload: withSelector };
}

/** An AMF0 string (AMF0 2.4, 2.14) at `offset`, if one stands there and is short enough to be a name. */
function readName(bytes: Uint8Array, offset: number): { name: string; end: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthSize = bytes[offset] === 0x02 ? 2 : bytes[offset] === 0x0c ? 4 : 0;
  const start = offset + 1 + lengthSize;
  if (lengthSize === 0 || start > bytes.length) return undefined;
  const length = lengthSize === 2 ? view.getUint16(offset + 1) : view.getUint32(offset + 1);
  if (length > MAX_NAME || start + length > bytes.length) return undefined;
  return { name: decodeUtf8(bytes.subarray(start, start + length)), end: start + length };
}
