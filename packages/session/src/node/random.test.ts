import { expect, test } from "vitest";
import { nodeRandom } from "./random.js";

test.for([1, 1528, 65_536, 65_537])("fills %i bytes, with others each time", (length) => {
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const target = new Uint8Array(length + 2);
    nodeRandom(target.subarray(1, length + 1));
    expect([target[0], target[length + 1]]).toEqual([0, 0]);
    seen.add(Buffer.from(target).toString("base64"));
  }
  expect(seen.size).toBeGreaterThan(length === 1 ? 20 : 99);
});
