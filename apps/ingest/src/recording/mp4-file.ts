import { equalBytes } from "@rtmp/bytes-util";
import { type ColorInfo, FlvError, MAX_CONFIG_LENGTH } from "@rtmp/flv";
import { isSameColor } from "../hls/color-boxes.js";
import { isCarried } from "../hls/init-segment.js";
import type { MediaPacket } from "../hub/media-packet.js";
import { type CreateFile, DiskFile, type Step } from "./disk-file.js";
import type { MediaFile } from "./media-file.js";
import { encodeMp4Fragment, encodeMp4Index, type Mp4Run, type SeekPoint } from "./mp4-fragment.js";
import { joinHeads, type Mp4Head, movieTimescale } from "./mp4-head.js";
import { configOf, type KnownMp4Track, type KnownMp4Tracks, Mp4Track } from "./mp4-track.js";
import type { RecordingFs } from "./recording-fs.js";
import type { LeftOutTrack, RecordingTrack } from "./recording-info.js";
import { readTracks, type TrackView } from "./track-views.js";

/** A fragment ends at a keyframe behind this length, in ms. */
const MIN_FRAGMENT_MS = 500;
/** The first one is no shorter, so that all tracks are in the head, in ms. */
const MIN_FIRST_MS = 1000;
/** No fragment is longer: what a kill loses. In ms. */
const MAX_FRAGMENT_MS = 2000;
/** Nor has more frames. */
const MAX_FRAGMENT_FRAMES = 4096;
/** Tracks of a file. */
const MAX_TRACKS = 32;
/** Tracks that are remembered from file to file, each with its configuration. */
const MAX_KNOWN = 64;
/** Seek points of a file; when there are more, every second one goes. */
const MAX_SEEK_POINTS = 4096;

/** A fragment that is complete. */
interface Fragment {
  readonly runs: { readonly track: Mp4Track; readonly run: Mp4Run }[];
  readonly bytes: number;
}

/** What an MP4 file needs beside a disk. */
export interface Mp4FileOptions {
  /** Shared by all files of a recording. */
  readonly known: KnownMp4Tracks;
  /** Most bytes of frames that wait for their fragment. */
  readonly maxFragmentBytes: number;
  readonly onLeftOut: (track: LeftOutTrack) => void;
}

/**
 * One fragmented MP4 file on disk: a head with all tracks, then a fragment for each group of pictures or each two
 * seconds. It plays up to its last fragment also when it is never closed; closing it adds its length and an index.
 * Tracks that the container does not take are left out.
 */
export class Mp4File implements MediaFile {
  readonly #disk: DiskFile;
  readonly #options: Mp4FileOptions;
  readonly #tracks = new Map<string, Mp4Track>();
  readonly #leftOut = new Set<string>();
  #fragments: Fragment[] = []; // that are not written yet
  #writableBytes = 0; // of them
  #isSettled = false; // whether there was a fragment: tracks that come later are left out
  #head: Mp4Head | undefined;
  #sequence = 0;
  #openedMs: number | undefined; // timestamp of the first frame that waits
  #firstMs: number | undefined;
  #mediaMs = 0;
  #seekPoints: SeekPoint[] = [];
  #seekStep = 1; // every so many of them is kept
  #seekCount = 0;

  constructor(create: CreateFile, step: Step, options: Mp4FileOptions) {
    this.#disk = new DiskFile(create, step);
    this.#options = options;
  }

  get path(): string | undefined {
    return this.#disk.path;
  }
  get length(): number {
    return this.#disk.length;
  }
  get mediaMs(): number {
    return this.#mediaMs;
  }
  get durationMs(): number {
    return this.#mediaMs - (this.#firstMs ?? this.#mediaMs);
  }
  get tracks(): readonly RecordingTrack[] {
    return [...this.#tracks.values()].filter(({ frames }) => frames > 0).map((track) => track.describe());
  }
  get writableBytes(): number {
    return this.#writableBytes;
  }
  get heldBytes(): number {
    return this.#writableBytes + this.#collectedBytes();
  }

  push(packet: MediaPacket, timestamp: number): void {
    const { kind } = packet;
    if (kind === "data") return;
    for (const view of readTracks(packet)) {
      const key = `${kind} ${view.trackId}`;
      if (!this.#options.known.has(key) && this.#options.known.size >= MAX_KNOWN) continue;
      if (view.color !== undefined) this.#color(key, view, view.color);
      else if (view.isConfig) this.#configure(key, view);
      else if (view.isFrame && view.data.length > 0) this.#frame(kind, key, view, timestamp);
    }
  }

  async write(): Promise<void> {
    const fragment = this.#fragments[0];
    if (fragment === undefined) return;
    const parts: Uint8Array[] = [];
    if (this.#head === undefined) {
      this.#head = await this.#makeHead();
      if (this.#head !== undefined) parts.push(this.#head.bytes);
    }
    const offset = this.#disk.length + (parts[0]?.length ?? 0);
    const runs = fragment.runs.filter(({ track }) => track.id > 0);
    if (runs.length > 0) {
      const [main] = this.#tracks.values();
      const first = runs.find(({ track }) => track === main)?.run;
      if (first?.samples[0]?.sync === true) this.#addSeekPoint({ time: first.decodeTime, offset });
      parts.push(
        ...encodeMp4Fragment(
          ++this.#sequence,
          runs.map(({ track, run }) => ({ ...run, trackId: track.id })),
        ),
      );
      await this.#disk.append(parts, [parts.reduce((sum, { length }) => sum + length, 0)]);
    }
    this.#fragments.shift();
    this.#writableBytes -= fragment.bytes;
  }

  async close(): Promise<void> {
    this.#cut(undefined, undefined);
    while (this.#fragments.length > 0) await this.write();
    if (!this.#disk.isOpen || this.#head === undefined) return;
    const [main] = this.#tracks.values();
    if (main !== undefined && this.#seekPoints.length > 0) {
      const index = encodeMp4Index(main.id, this.#seekPoints);
      await this.#disk.append([index], [index.length]);
    }
    const seconds = Math.max(...[...this.#tracks.values()].map(({ endSeconds }) => endSeconds));
    const duration = new DataView(new ArrayBuffer(8));
    duration.setBigUint64(0, BigInt(Math.round(seconds * movieTimescale(this.#head))));
    await this.#disk.patch(new Uint8Array(duration.buffer), this.#head.durationAt);
    await this.#disk.close();
  }

  abandon(fs: RecordingFs): Promise<void> {
    return this.#disk.abandon(fs);
  }

  #configure(key: string, { codec, data }: TrackView): void {
    if (data.length === 0 || data.length > MAX_CONFIG_LENGTH) return; // FFmpeg's first one for AV1 is empty
    const known = this.#known(key, codec);
    if (equalBytes(known.record, data)) return;
    known.record = new Uint8Array(data); // a change begins another file: no track of this one has it
    known.config = undefined;
  }

  /** A file whose head is settled keeps the colours that it has: the next one has these. */
  #color(key: string, { codec }: TrackView, color: ColorInfo): void {
    const before = this.#options.known.get(key);
    // FFmpeg (9 too) sends the colours of every track as if they were track 0's.
    if (before !== undefined && before.codec !== codec) return;
    const known = this.#known(key, codec);
    if (isSameColor(known.color, color)) return;
    known.color = color;
    known.config = undefined;
  }

  #frame(kind: "audio" | "video", key: string, view: TrackView, ms: number): void {
    if (this.#leftOut.has(key)) return;
    const track = this.#tracks.get(key) ?? this.#addTrack(kind, key, view);
    if (track === undefined) return;
    if (this.#isFragmentDue(track, view, ms)) this.#cut(track, ms);
    track.push(view, ms);
    this.#openedMs ??= ms;
    this.#firstMs = Math.min(this.#firstMs ?? ms, ms);
    this.#mediaMs = Math.max(this.#mediaMs, ms);
  }

  /** A track that has its first frame. @returns undefined if the file goes without it, or it can not be told yet. */
  #addTrack(kind: "audio" | "video", key: string, { trackId, codec, data, isKey }: TrackView): Mp4Track | undefined {
    const known = this.#known(key, codec);
    const leaveOut = (reason: string): undefined => this.#leaveOut(key, { kind, trackId, codec, reason });
    if (codec === undefined || !isCarried(kind, codec)) return leaveOut("MP4 does not take this codec");
    if (this.#isSettled) return leaveOut("it appeared when the file had begun");
    if (this.#tracks.size >= MAX_TRACKS) return leaveOut("there are too many tracks");
    try {
      const config = configOf(kind, known, data);
      if (config !== undefined) {
        const track = new Mp4Track(kind, trackId, config);
        this.#tracks.set(key, track);
        return track;
      }
      // Without a keyframe the size of the picture may not be known; a decoder could do nothing with it either.
      return isKey && known.record.length > 0 ? leaveOut("its configuration is not complete") : undefined;
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
      return leaveOut("its configuration is malformed");
    }
  }

  #leaveOut(key: string, track: LeftOutTrack): undefined {
    this.#leftOut.add(key);
    const known = this.#known(key, track.codec);
    if (known.leftOut !== track.reason) this.#options.onLeftOut(track); // once, not in each file
    known.leftOut = track.reason;
  }

  #known(key: string, codec: string | undefined): KnownMp4Track {
    const before = this.#options.known.get(key);
    if (before !== undefined && before.codec === codec) return before;
    const known = { codec, record: new Uint8Array(0), color: undefined, config: undefined, leftOut: undefined };
    this.#options.known.set(key, known);
    return known;
  }

  /** The track whose keyframes fragments begin with: the first video track, or else the first at all. */
  #main(): Mp4Track | undefined {
    const tracks = [...this.#tracks.values()];
    return tracks.find(({ kind }) => kind === "video") ?? tracks[0];
  }

  #collectedBytes(): number {
    let held = 0;
    for (const track of this.#tracks.values()) held += track.heldBytes;
    return held;
  }

  #isFragmentDue(track: Mp4Track, view: TrackView, ms: number): boolean {
    if (this.#openedMs === undefined) return false;
    const length = ms - this.#openedMs;
    const isEntry = view.isKey && track.kind === "video" && track === this.#main();
    if (length >= (this.#isSettled ? MIN_FRAGMENT_MS : MIN_FIRST_MS) && isEntry) return true;
    if (length >= MAX_FRAGMENT_MS || this.#collectedBytes() >= this.#options.maxFragmentBytes) return true;
    let frames = 0;
    for (const { waiting } of this.#tracks.values()) frames += waiting;
    return frames >= MAX_FRAGMENT_FRAMES;
  }

  /**
   * Makes a fragment of all frames that wait. With the first one the file's tracks are settled.
   * @param next the track of the frame that comes behind it. @param ms that frame's timestamp.
   */
  #cut(next: Mp4Track | undefined, ms: number | undefined): void {
    if (this.#openedMs === undefined) return;
    this.#openedMs = undefined;
    this.#settle();
    const bytes = this.#collectedBytes();
    const runs: Fragment["runs"] = [];
    for (const track of this.#tracks.values()) {
      const run = track.take(track === next && track.kind === "video" ? ms : undefined);
      if (run !== undefined) runs.push({ track, run });
    }
    this.#fragments.push({ runs, bytes });
    this.#writableBytes += bytes;
  }

  /** No track is added from now on. They are in the file in this order: video before audio, by their ids. */
  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const tracks = [...this.#tracks].sort(([, a], [, b]) => {
      return a.kind === b.kind ? a.trackId - b.trackId : a.kind === "video" ? -1 : 1;
    });
    this.#tracks.clear();
    for (const [key, track] of tracks) this.#tracks.set(key, track);
  }

  /** The file's head, with all tracks that can be told of: they are numbered then. Undefined if there is none. */
  async #makeHead(): Promise<Mp4Head | undefined> {
    const heads: Uint8Array[] = [];
    for (const [key, track] of [...this.#tracks]) {
      try {
        heads.push(await track.head()); // meanwhile frames may come
        track.id = heads.length;
      } catch {
        this.#tracks.delete(key);
        const { kind, trackId, config } = track;
        const reason = "MP4 can not describe its configuration";
        this.#leaveOut(key, { kind, trackId, codec: config.codec, reason });
      }
    }
    return heads.length === 0 ? undefined : joinHeads(heads);
  }

  #addSeekPoint(point: SeekPoint): void {
    if (this.#seekCount++ % this.#seekStep !== 0) return;
    this.#seekPoints.push(point);
    if (this.#seekPoints.length <= MAX_SEEK_POINTS) return;
    this.#seekPoints = this.#seekPoints.filter((_, index) => index % 2 === 0);
    this.#seekStep *= 2;
  }
}
