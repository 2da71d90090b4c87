import { FlvError, parseAudioTag, parseVideoTag } from "@rtmp/flv";
import { checkAllocation } from "../allocation.js";
import { hexBytes, hexOf } from "../bytes.js";
import { flvVector } from "../shapes/flv-enhanced.js";
import { isObject, type JsonObject } from "../shapes/shape.js";
import type { Layer } from "./layer.js";

/** Bodies of audio and video messages, legacy and Enhanced. */
export const flvLayer: Layer = {
  shape: flvVector,
  errors: [FlvError],

  observe({ input }) {
    const body = hexBytes(input, "bodyHex");
    let facts: JsonObject = {};
    let thrown: unknown;
    const fault = checkAllocation(body.length, () => {
      try {
        facts = factsOf(input["kind"] === "audio" ? parseAudioTag(body) : parseVideoTag(body));
      } catch (error) {
        thrown = error;
      }
    });
    return [{ fed: "at once", facts, thrown, faults: fault === undefined ? [] : [fault] }];
  },

  compare(outcome, { facts }, comparison) {
    const { error: _compared, ...plain } = outcome;
    comparison.sameKeys(plain, facts, Object.keys(plain));
  },
};

/** A tag's fields have the names of the vector files, but for bytes: `data` is `dataHex` there, at every level. */
function factsOf(value: object): JsonObject {
  const facts: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field instanceof Uint8Array) facts[`${key}Hex`] = hexOf(field);
    else if (Array.isArray(field)) facts[key] = field.map((item) => (isObject(item) ? factsOf(item) : item));
    else facts[key] = field;
  }
  return facts;
}
