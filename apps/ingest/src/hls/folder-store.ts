import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StreamId } from "../hub/stream-id.js";
import { pathPart } from "../recording/path-part.js";
import type { SegmentStore, StoredFile } from "./segment-store.js";

/** Says that a folder is ours to clean. */
const MARKER = ".rtmp-ingest-hls";
const MARKER_TEXT = "Files of HLS output in the folders below are removed when rtmp-ingest starts.\n";
/** What this server writes, and removes from its folder at the start. */
const OURS =
  /^(?:index\.m3u8|[av]\d{1,3}\.m3u8|[av]\d{1,3}-\d{1,16}-[\w-]{12}\.m4s|[av]\d{1,3}-init\d{1,16}\.mp4)(?:\.tmp)?$/;
/** app, stream, run. */
const DEPTH = 3;

/**
 * Makes a folder ready for HLS output, and removes what a server that was killed has left there. Nothing else is touched.
 * @throws Error if it can not be written to, or has other things in it and was never used for this.
 */
export async function openHlsFolder(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  if (!names.includes(MARKER)) {
    if (names.length > 0) throw new Error(`${directory} holds other things: name an empty folder for HLS`);
    await writeFile(join(directory, MARKER), MARKER_TEXT, { flag: "wx" });
  }
  await clean(directory, DEPTH);
}

/** Removes our files below a folder, and folders that are empty then; follows no links. */
async function clean(directory: string, depth: number): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isFile() && OURS.test(entry.name) && depth < DEPTH) await rm(path, { force: true });
    if (!entry.isDirectory() || depth === 0) continue;
    await clean(path, depth - 1);
    await rmdir(path).catch(() => {}); // something of somebody else's is in it
  }
}

/** Keeps the files of a run in a folder of its own: `DIR/<app>/<stream>/<run>`, with the playlists, so that another server can serve them too. */
export class FolderSegmentStore implements SegmentStore {
  readonly heldBytes = 0;
  readonly #folder: string;
  readonly #files = new Map<string, number>();
  #made: Promise<unknown> | undefined;

  /** @param run names the run: letters, digits, `-` and `_`. */
  constructor(directory: string, { app, name }: StreamId, run: string) {
    this.#folder = join(directory, pathPart(app), pathPart(name), run);
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#make();
    await writeFile(join(this.#folder, name), bytes, { flag: "wx" });
    this.#files.set(name, bytes.length);
  }
  get(name: string): StoredFile | undefined {
    const length = this.#files.get(name);
    return length === undefined ? undefined : { length, content: join(this.#folder, name) };
  }
  async remove(name: string): Promise<void> {
    if (this.#files.delete(name)) await rm(join(this.#folder, name), { force: true });
  }

  /** Each replaces its earlier one at once; `index.m3u8` stands above the run, and names it. */
  async playlists(playlists: ReadonlyMap<string, string>): Promise<void> {
    await this.#make();
    for (const [name, text] of playlists) {
      const path = join(name === "index.m3u8" ? dirname(this.#folder) : this.#folder, name);
      await writeFile(`${path}.tmp`, text);
      await rename(`${path}.tmp`, path);
    }
  }

  async clear(): Promise<void> {
    this.#files.clear();
    await rm(this.#folder, { recursive: true, force: true });
    // An index that names this run is stale; another run has written its own by then, or does so with its next slice.
    await rm(join(dirname(this.#folder), "index.m3u8"), { force: true });
    for (const folder of [dirname(this.#folder), dirname(dirname(this.#folder))]) await rmdir(folder).catch(() => {});
  }

  /** Made again if its parents went with the run before. */
  #make(): Promise<unknown> {
    this.#made ??= mkdir(this.#folder, { recursive: true });
    return this.#made;
  }
}
