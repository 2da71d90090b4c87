import { BytesError } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { checkAllocation } from "./allocation.js";
import { judge } from "./judge.js";
import type { Layer, Observation, Vector } from "./layers/layer.js";
import type { JsonObject } from "./shapes/shape.js";

class LayerError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const layer: Layer = {
  shape: () => {},
  errors: [LayerError],
  observe: () => [],
  compare: (outcome, { facts }, comparison) => comparison.sameKeys(outcome, facts, ["value"]),
};

function verdict(expected: JsonObject, ...observations: Partial<Observation>[]): string {
  const vector: Vector = { name: "x", input: {}, expected };
  const whole = observations.map((one, index) => ({ fed: `way ${index}`, facts: {}, ...one }));
  return judge(vector, layer, whole)
    .map(({ what, expected: wanted, actual }) => `${what}: ${wanted}, not ${actual}`)
    .join("; ");
}

function overflow(): unknown {
  const recurse = (): number => 1 + recurse();
  try {
    return recurse();
  } catch (error) {
    return error;
  }
}

describe("an error that is nobody's intention fails a vector that expects an error", () => {
  test.for([
    ["TypeError", new TypeError("x is not a function")],
    ["RangeError", new RangeError("Invalid array length")],
    ["a stack overflow", overflow()],
    ["another package's error", new BytesError("out-of-bounds", "past the end", 3)],
    ["a plain error with a code", Object.assign(new Error("no"), { code: "amf-depth" })],
    ["no error at all", "a string"],
  ] as const)("%s", ([, thrown]) => {
    expect(verdict({ error: "*" }, { thrown })).toContain("not of the layer's own classes");
    expect(verdict({ anyOf: [{ error: "*" }, { value: 1 }] }, { thrown, facts: { value: 1 } })).toContain(
      "own classes",
    );
    expect(verdict({ value: 1 }, { thrown, facts: { value: 1 } })).toContain("own classes");
  });

  test("but an error of the layer is one", () => {
    expect(verdict({ error: "*" }, { thrown: new LayerError("amf-depth") })).toBe("");
    expect(verdict({ error: "amf-depth" }, { thrown: new LayerError("amf-depth") })).toBe("");
    expect(verdict({ error: "amf-depth" }, { thrown: new LayerError("amf-truncated") })).toContain("code amf-depth");
    expect(verdict({ value: 1 }, { thrown: new LayerError("amf-depth"), facts: { value: 1 } })).toContain("no error");
  });

  test("a label that shares its code names the header too", () => {
    const at = (fmt: number) => Object.assign(new LayerError("unexpected-header"), { context: { fmt } });
    expect(verdict({ error: "unexpected-type0" }, { thrown: at(0) })).toBe("");
    expect(verdict({ error: "unexpected-type0" }, { thrown: at(1) })).toContain("fmt 0");
    expect(verdict({ error: "unexpected-type0" }, { thrown: new LayerError("unexpected-header") })).toContain("fmt 0");
  });
});

describe("the ways of feeding", () => {
  test("must not differ in what comes out", () => {
    expect(verdict({ value: 1 }, { facts: { value: 1 } }, { facts: { value: 2 } })).toContain(
      "not the same way 0 and way 1",
    );
  });
  test("must not differ in the error", () => {
    const thrown = new LayerError("amf-depth");
    expect(verdict({ error: "*" }, { thrown }, { thrown: new LayerError("amf-malformed") })).toContain("amf-malformed");
    expect(verdict({ anyOf: [{ error: "*" }, { value: 1 }] }, { thrown }, { facts: { value: 1 } })).toContain("way 1");
  });
  test("are all compared", () => {
    expect(verdict({ value: 1 }, { facts: { value: 1 } }, { facts: { value: 1 } })).toBe("");
    expect(verdict({ value: 2 }, { facts: { value: 1 } }, { facts: { value: 1 } })).toBe("value: 2, not 1");
  });
  test("may differ in the memory that they take", () => {
    const facts = { value: 1 };
    expect(verdict(facts, { facts, heldBytes: 1 }, { facts, heldBytes: 2 })).toBe("");
  });
  test("are at least one", () => {
    expect(verdict({ value: 1 })).toContain("an observation");
  });
});

test("a fault counts whatever is expected", () => {
  const faults = [{ what: "memory taken", expected: "little", actual: "much" }];
  expect(verdict({ error: "*" }, { thrown: new LayerError("amf-depth"), faults })).toBe(
    "memory taken: little, not much",
  );
});

test("nothing compared is no verdict", () => {
  expect(verdict({}, { facts: { value: 1 } })).toContain("a key that is compared");
  expect(verdict({ anyOf: [{}] }, { facts: { value: 1 } })).toContain("a key that is compared");
});

test("memory out of proportion to the input is noticed", () => {
  let kept: unknown;
  const noticed = checkAllocation(4, () => {
    kept = new Uint8Array(64 * 1024 * 1024);
  });
  expect(noticed?.what).toBe("memory taken");
  const array = checkAllocation(4, () => {
    kept = new Array(8 * 1024 * 1024).fill(0);
  });
  expect(array?.what).toBe("memory taken");
  expect(
    checkAllocation(4, () => {
      kept = new Uint8Array(1000);
    }),
  ).toBeUndefined();
  expect(kept).toHaveLength(1000);
});
