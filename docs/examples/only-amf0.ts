// AMF0 without the rest: reads the metadata of a publisher, keeps its bytes exactly, and meets input that is no AMF0.
// @rtmp/amf0 runs wherever JavaScript does.
import {
  Amf0Error,
  decodeAmf0Nodes,
  decodeAmf0Sequence,
  EcmaArray,
  encodeAmf0Nodes,
  encodeAmf0Sequence,
  isAmf0Object,
} from "@rtmp/amf0";

// Two names and an ECMA array: what an encoder sends after publish.
const metadata = new EcmaArray({ width: 1920, height: 1080, videocodecid: 7, encoder: "example" });
const bytes = encodeAmf0Sequence(["@setDataFrame", "onMetaData", metadata]);
console.log(`${bytes.length} bytes, beginning with marker ${bytes[0]}`);

// The natural form is plain JavaScript …
const [command, name, values] = decodeAmf0Sequence(bytes);
if (!isAmf0Object(values)) throw new Error("no object");
console.log(command, name, `${values["width"]} x ${values["height"]} by ${values["encoder"]}`);

// … and the lossless form gives the same bytes again, whoever has written them.
const again = encodeAmf0Nodes(decodeAmf0Nodes(bytes));
if (again.join() !== bytes.join()) throw new Error("other bytes");

// A text that claims 65535 bytes and has two: an error with a code, and nothing was allocated for the claim.
try {
  decodeAmf0Sequence(Uint8Array.of(2, 0xff, 0xff, 0x68, 0x69));
  throw new Error("that should not be");
} catch (error) {
  if (!(error instanceof Amf0Error)) throw error;
  console.log(`refused: ${error.code} at byte ${error.offset}`);
}
