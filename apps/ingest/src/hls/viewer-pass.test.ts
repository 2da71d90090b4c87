import { expect, test } from "vitest";
import { ViewerPasses } from "./viewer-pass.js";

test("a pass holds for its run, in one spelling, until it is taken back", () => {
  const passes = new ViewerPasses();
  const pass = passes.issue("run");
  expect(passes.accepts(pass, "run")).toBe(true);
  expect(passes.issue("run")).not.toBe(pass);
  const last = pass.at(-1) === "A" ? "B" : "A";
  for (const other of [
    "",
    "x",
    `${pass}=`,
    `${pass.slice(0, -1)}${last}`,
    `${pass.slice(0, -1)}!`,
    "A".repeat(pass.length),
  ]) {
    expect(passes.accepts(other, "run")).toBe(false);
  }
  expect(passes.accepts(pass, "another")).toBe(false);
  expect(new ViewerPasses().accepts(pass, "run")).toBe(false);
  passes.revoke(pass, "run");
  expect(passes.accepts(pass, "run")).toBe(false);
});
