import { Amf0Decoder, Amf0Error, type Amf0Node } from "@rtmp/amf0";
import { Amf3Error, amf3NodeDecoder, amf3ValueDecoder } from "@rtmp/amf3";
import { checkAllocation } from "../allocation.js";
import { hexBytes, hexOf } from "../bytes.js";
import type { Problem } from "../problem.js";
import { amf0Vector } from "../shapes/amf0.js";
import { depthOf, disagreement, numbersIn, taggedOf } from "./amf-values.js";
import type { Layer } from "./layer.js";

/** Values one after another. The lossless form is compared with the vector, the natural form with the lossless one. */
export const amf0Layer: Layer = {
  shape: amf0Vector,
  errors: [Amf0Error],

  observe({ input }) {
    const bytes = hexBytes(input, "hex");
    const nodes: Amf0Node[] = [];
    const asNodes = readAll(bytes, "as nodes", () => {
      const decoder = new Amf0Decoder(bytes, { amf3: amf3NodeDecoder });
      while (decoder.remaining > 0) nodes.push(decoder.readNode());
    });
    const values: unknown[] = [];
    const asValues = readAll(bytes, "as natural values", () => {
      const decoder = new Amf0Decoder(bytes, { amf3: amf3ValueDecoder });
      while (decoder.remaining > 0) values.push(decoder.readValue());
    });
    const facts = {
      values: nodes.map(taggedOf),
      depth: nodes.length === 1 ? nodes.map(depthOf)[0] : `${nodes.length} values`,
      bitsHex: onlyNumber(nodes),
    };
    const disagreements = nodes.flatMap((node, index) => disagreement(node, values[index], `values[${index}]`) ?? []);
    // An AMF3 object that contains itself has a lossless form and, on purpose, no natural one.
    if (isCyclic(asValues.thrown)) return [{ ...asValues, facts }];
    // Both forms were read from the same bytes: their errors must be the same, and so the facts are shared.
    return [
      { ...asNodes, facts },
      { ...asValues, facts, faults: [...asValues.faults, ...disagreements] },
    ];
  },

  compare(outcome, { facts }, comparison) {
    comparison.sameKeys(outcome, facts, ["values", "depth", "bitsHex"]);
  },
};

function isCyclic(thrown: unknown): boolean {
  return thrown instanceof Amf0Error && thrown.cause instanceof Amf3Error && thrown.cause.code === "amf-cyclic";
}

interface Reading {
  readonly fed: string;
  readonly thrown: unknown;
  readonly faults: readonly Problem[];
}

function readAll(bytes: Uint8Array, fed: string, read: () => void): Reading {
  let thrown: unknown;
  const fault = checkAllocation(bytes.length, () => {
    try {
      read();
    } catch (error) {
      thrown = error;
    }
  });
  return { fed, thrown, faults: fault === undefined ? [] : [fault] };
}

function onlyNumber(nodes: readonly Amf0Node[]): string {
  const numbers = numbersIn(nodes);
  const [only] = numbers;
  if (only === undefined || numbers.length > 1) return `${numbers.length} numbers`;
  if (only.bytes !== undefined) return hexOf(only.bytes);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, only.value);
  return hexOf(new Uint8Array(bits.buffer));
}
