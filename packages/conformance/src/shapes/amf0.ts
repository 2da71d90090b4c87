import { count, hex, listOf, object } from "./shape.js";
import { taggedValue } from "./tagged-value.js";
import { vectorShape } from "./vector-shape.js";

/** The shape of a vector of amf0.json. */
export const amf0Vector = vectorShape({
  input: object({ hex: hex() }),
  outcome: { values: listOf(taggedValue), bitsHex: hex(8), depth: count() },
  labels: ["*", "amf-depth"],
});
