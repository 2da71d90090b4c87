import { expect, test } from "vitest";
import { normaliseApp, splitName } from "./names.js";

test.for([
  ["key", "key", ""],
  ["key?token=1&x=?", "key", "token=1&x=?"],
  ["?only", "", "only"],
  ["", "", ""],
] as const)("%s is the name %s and the query %s", ([raw, name, query]) => {
  expect(splitName(raw)).toEqual({ name, query });
});

test.for([
  ["live", "live"],
  ["live/", "live"],
  ["//live/inst//", "live/inst"],
  ["live/?key=1", "live"],
  ["/", ""],
] as const)("the app %s is %s", ([raw, app]) => {
  expect(normaliseApp(raw)).toBe(app);
});
