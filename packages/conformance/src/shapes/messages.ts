import {
  count,
  either,
  hex,
  integer,
  listOf,
  literal,
  mapOf,
  number,
  object,
  oneOf,
  text,
  u8,
  u16,
  u32,
} from "./shape.js";
import { taggedValue } from "./tagged-value.js";
import { vectorShape } from "./vector-shape.js";

/** Bits of `capsEx` by name, rising from bit 0 (Enhanced RTMP v2). */
export const CAPS_EX_FLAGS = ["reconnect", "multitrack", "modEx", "timestampNanoOffset"] as const;

const anyInteger = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** The shape of a vector of messages.json. */
export const messageVector = vectorShape({
  input: object({ typeId: u8, payloadHex: hex() }),
  outcome: {
    typeId: u8,
    csid: count(),
    messageStreamId: u32,
    timestamp: u32,
    name: text,
    transactionId: either((value) => value === null, literal(null), number),
    arguments: listOf(taggedValue),
    values: listOf(taggedValue),
    chunkSize: u32,
    windowSize: u32,
    limitType: oneOf("limitType", [0, 1, 2]),
    eventType: u16,
    eventData: listOf(u32),
    ignored: literal(true),
    app: text,
    fourCcList: listOf(text),
    videoFourCcInfoMap: mapOf(anyInteger),
    audioFourCcInfoMap: mapOf(anyInteger),
    capsEx: anyInteger,
    capsExFlags: listOf(oneOf("capsExFlags name", CAPS_EX_FLAGS)),
  },
  labels: ["*"],
});
