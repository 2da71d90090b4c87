import { expect, test } from "vitest";
import { parseHlsPath } from "./hls-path.js";

const RUN = "abcdefghij-_ABCDEFGHIJ";

test.for([
  ["/live/key/index.m3u8", { type: "multivariant", id: { app: "live", name: "key" } }],
  ["/live/inst/a%2Fb/index.m3u8", { type: "multivariant", id: { app: "live/inst", name: "a/b" } }],
  [`/live/key/${RUN}/v0.m3u8`, { type: "playlist", run: RUN, name: "v0" }],
  [`/live/key/${RUN}/a12-7-abcdefghi_-0.m4s`, { type: "file", run: RUN, name: "a12-7-abcdefghi_-0.m4s" }],
  [`/live/key/${RUN}/v0-init3.mp4`, { type: "file", run: RUN, name: "v0-init3.mp4" }],
] as const)("%s", ([path, read]) => expect(parseHlsPath(path)).toEqual(read));

test.for([
  "/index.m3u8",
  "/live/index.m3u8",
  "//index.m3u8",
  "/live/%ff/index.m3u8",
  `/live/key/${RUN}/../v0.m3u8`,
  `/live/key/${RUN}/..%2Fv0.m3u8`,
  `/live/key/${RUN}x/v0.m3u8`,
  `/live/key/${RUN}/x0.m3u8`,
  `/live/key/${RUN}/v0-7.m4s`,
  `/live/key/${RUN}/v0-7-abcdefghi_-0.m4s%00`,
  `/live/key/${RUN}/v0-init.mp4`,
  "/recordings/show.mp4",
])("%s is none", (path) => expect(parseHlsPath(path)).toBeUndefined());
