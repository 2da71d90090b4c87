import {
  bool,
  count,
  either,
  type Fields,
  hex,
  integer,
  listOf,
  literal,
  object,
  oneOf,
  own,
  type Shape,
  text,
  u8,
  u32,
} from "./shape.js";
import { vectorShape } from "./vector-shape.js";

const C0C1_LENGTH = 1 + 1536;

const mode = oneOf("mode", ["digest", "simple"]);

const analysis: Fields = {
  time: u32,
  version: hex(4),
  digestValid: bool,
  schema: integer(0, 1),
  digestOffset: count(),
  digestHex: hex(32),
  publicKeyHex: hex(128),
};

const modeOrModes = either(Array.isArray, listOf(mode, 1), mode);

const progress: Fields = {
  finishedAfterRead: count(1),
  finishedAfterByte: count(1),
  finished: literal(false),
  serverReplyLength: count(),
  serverReplyAfterByte: count(),
  overReadLength: count(),
  overReadHex: hex(),
};

const signature: Fields = { tempKeyHex: hex(32), signatureHex: hex(32) };

const reads = object({ readsHex: listOf(hex()) });
const feed = object({ bytesHex: hex(), feed: oneOf("feed", ["1"]) });

interface KindParts {
  readonly input: Shape;
  readonly outcome: Fields;
}

const kinds = new Map<unknown, KindParts>([
  ["c1", { input: object({ c0c1Hex: hex(C0C1_LENGTH) }), outcome: { c0Version: u8, ...analysis, mode: modeOrModes } }],
  [
    "exchange",
    {
      input: object({ c0c1Hex: hex(C0C1_LENGTH), s0s1s2Hex: hex(1 + 2 * 1536), c2Hex: hex(1536) }),
      outcome: {
        c0Version: u8,
        c1: object({}, analysis),
        s0Version: u8,
        s1: object({}, analysis),
        s2SignatureValid: bool,
        c2SignatureValid: bool,
        s2EchoesC1Random: bool,
        c2EchoesS1Random: bool,
        s2EchoesC1Whole: bool,
        c2EchoesS1Whole: bool,
        mode: modeOrModes,
      },
    },
  ],
  ["s2-sign", { input: object({ c1DigestHex: hex(32), first1504Hex: hex(1504) }), outcome: signature }],
  ["c2-sign", { input: object({ s1DigestHex: hex(32), first1504Hex: hex(1504) }), outcome: signature }],
  [
    "c0",
    {
      input: object({ c0c1Hex: hex() }),
      outcome: { c0Version: u8, accepted: bool, action: oneOf("action", ["reject", "reject-rtmpe"]) },
    },
  ],
  ["over-read", { input: either((input) => own(input, "readsHex") !== undefined, reads, feed), outcome: progress }],
  ["eof", { input: object({ readsHex: listOf(hex()), eof: literal(true) }), outcome: progress }],
]);

const shapes = new Map(
  [...kinds].map(([kind, parts]) => [kind, vectorShape({ ...parts, labels: ["unexpected-eof"], kind: text })]),
);

/** The shape of a vector of handshake.json: it depends on the vector's `kind`. */
export const handshakeVector: Shape = (vector, path, problems) => {
  const kind = own(vector, "kind");
  const shape = shapes.get(kind);
  if (shape === undefined) oneOf("kind", [...kinds.keys()] as string[])(kind, "kind", problems);
  else shape(vector, path, problems);
};
