import { expect, test } from "vitest";
import { parseMediaPath } from "./media-path.js";

test.for([
  ["/live/key.flv", { app: "live", name: "key" }],
  ["/live/inst/key.flv", { app: "live/inst", name: "key" }],
  ["/live/a%2Fb.flv", { app: "live", name: "a/b" }],
  ["/live/%C3%A4%20.flv.flv", { app: "live", name: "ä .flv" }],
  ["/live/..%2f..%2fetc.flv", { app: "live", name: "../../etc" }], // a name like any other: nothing is looked up on disk
  ["/live/key.FLV", undefined],
  ["/live/.flv", undefined],
  ["/key.flv", undefined],
  ["//key.flv", undefined],
  ["live/key.flv", undefined],
  ["/live/key%3Ftoken=1.flv", undefined],
  ["/live/%zz.flv", undefined],
  ["/live/%ff.flv", undefined],
  [`/live/${"x".repeat(1030)}.flv`, undefined],
] as const)("%s", ([path, id]) => expect(parseMediaPath(path, ".flv")).toEqual(id));
