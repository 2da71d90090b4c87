import { count, type Fields, hex, integer, listOf, object, oneOf, sha256, u8, u24, u32 } from "./shape.js";
import { vectorShape } from "./vector-shape.js";

const csid = integer(2, 65_599);

const message: Fields = {
  csid,
  messageStreamId: u32,
  timestamp: u32,
  typeId: u8,
  length: u24,
  payloadHex: hex(),
  payloadSha256: sha256,
};

/** The shape of a vector of chunk.json. */
export const chunkVector = vectorShape({
  input: object({ streamHex: hex() }, { splitAt: oneOf("splitAt", ["every-byte"]) }),
  outcome: {
    messages: listOf(object({}, message)),
    unconsumedBytes: count(),
    aggregateOf: object({}, { csid, timestamp: u32, messageStreamId: u32 }),
    chunkSize: u32,
    maxBufferedBytesBelow: count(1),
    policy: oneOf("policy", ["discard-partial-and-restart", "ignored"]),
  },
  labels: [
    "missing-previous-header",
    "unexpected-type0",
    "unexpected-header-in-mid-message",
    "invalid-chunk-size",
    "malformed-control",
    "message-too-large",
    "malformed-aggregate",
  ],
});
