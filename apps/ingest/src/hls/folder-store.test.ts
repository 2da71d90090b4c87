import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FolderSegmentStore, openHlsFolder } from "./folder-store.js";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "rtmp-hls-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}
const list = async (directory: string) => (await readdir(directory, { recursive: true })).sort();

test("a folder with other things in it is left alone", async () => {
  const directory = await folder();
  await writeFile(join(directory, "v0.m3u8"), "mine");
  await expect(openHlsFolder(directory)).rejects.toThrow("name an empty folder");
  expect(await list(directory)).toEqual(["v0.m3u8"]);
});

test("what a killed server has left is removed at the start, and nothing else", async () => {
  const directory = await folder();
  const other = await folder();
  await writeFile(join(other, "index.m3u8"), "elsewhere");
  await openHlsFolder(directory);
  const store = new FolderSegmentStore(directory, { app: "live", name: "key" }, "run");
  await store.put("v0-init0.mp4", Uint8Array.of(1));
  await store.put("v0-0-abcdefghijkl.m4s", Uint8Array.of(2));
  await store.playlists(
    new Map([
      ["v0.m3u8", "a"],
      ["index.m3u8", "b"],
    ]),
  );
  await writeFile(join(directory, "live/key/run/v0.m3u8.tmp"), "half");
  await writeFile(join(directory, "live/key/notes.txt"), "mine");
  await writeFile(join(directory, "index.m3u8"), "mine too");
  await symlink(other, join(directory, "live/key/link"));
  await mkdir(join(directory, "live/gone/run"), { recursive: true });
  await openHlsFolder(directory);
  expect(await list(directory)).toEqual(
    [
      ".rtmp-ingest-hls",
      "index.m3u8",
      "live",
      "live/key",
      "live/key/link",
      "live/key/link/index.m3u8",
      "live/key/notes.txt",
    ].sort(),
  );
  expect(await readdir(other)).toEqual(["index.m3u8"]);
});

test("names of streams stay inside the folder; a store removes what it made", async () => {
  const directory = await folder();
  await openHlsFolder(directory);
  const store = new FolderSegmentStore(directory, { app: "..", name: "../../etc" }, "run");
  await store.put("v0-init0.mp4", Uint8Array.of(1, 2));
  await store.playlists(new Map([["index.m3u8", "text"]]));
  expect(await list(directory)).toEqual(
    [
      ".rtmp-ingest-hls",
      "%2E%2E",
      "%2E%2E/%2E.%2F..%2Fetc",
      "%2E%2E/%2E.%2F..%2Fetc/index.m3u8",
      "%2E%2E/%2E.%2F..%2Fetc/run",
      "%2E%2E/%2E.%2F..%2Fetc/run/v0-init0.mp4",
    ].sort(),
  );
  const file = store.get("v0-init0.mp4");
  expect([file?.length, [...(await readFile(String(file?.content)))]]).toEqual([2, [1, 2]]);
  await expect(store.put("v0-init0.mp4", Uint8Array.of(3))).rejects.toMatchObject({ code: "EEXIST" });
  await store.remove("v0-init0.mp4");
  await store.remove("../../v0-init0.mp4");
  expect(store.get("v0-init0.mp4")).toBeUndefined();
  await store.clear();
  expect(await list(directory)).toEqual([".rtmp-ingest-hls"]);
});
