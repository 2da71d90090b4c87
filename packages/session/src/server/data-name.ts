import { decodeUtf8 } from "@rtmp/bytes-util";
import { MessageType, type RawMessage } from "@rtmp/messages";

/** Longest name looked at, in bytes: no event has a longer one. */
const MAX_NAME = 128;

/**
 * First value of a data message (types 18 and 15), if it is a string of bearable length. Looks at nothing else: what the
 * message holds is not ours to judge, and metadata may come often.
 */
export function dataName({ messageTypeId, payload }: RawMessage): string | undefined {
  const start = messageTypeId === MessageType.dataAmf3 && payload[0] === 0 ? 1 : 0;
  const [marker, high = 0, low = 0] = payload.subarray(start, start + 3);
  const length = high * 256 + low;
  const from = start + 3;
  if (marker !== 0x02 || length > MAX_NAME || from + length > payload.length) return undefined;
  return decodeUtf8(payload, from, from + length);
}
