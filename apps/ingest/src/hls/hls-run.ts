import { randomBytes } from "node:crypto";
import type { MediaPacket } from "../hub/media-packet.js";
import { InitSegments } from "./init-segments.js";
import { type ListedTrack, mediaPlaylist, multivariantPlaylist } from "./playlists.js";
import type { SegmentStore, StoredFile } from "./segment-store.js";
import { type ListedSegment, SegmentWindow, segmentName } from "./segment-window.js";
import { type Slice, Slicer, type SliceSegment } from "./slicer.js";
import type { AudioTrackConfig, VideoTrackConfig } from "./track-config.js";
import { TrackRates } from "./track-rates.js";
import { TrackReader } from "./track-reader.js";

/** How a run cuts, and what it keeps. */
export interface HlsRunOptions {
  /** Unguessable; part of the addresses of its files. */
  readonly id: string;
  readonly segmentMs: number;
  /** How long a segment may get when no keyframe comes, ms. */
  readonly maxSegmentMs: number;
  readonly windowSegments: number;
  /** Bytes of media that it may keep. */
  readonly maxBytes: number;
  readonly store: SegmentStore;
  /** The longest group of pictures of this stream that is known, ms. */
  readonly longestGopMs: () => number;
  /** Milliseconds since 1970 at which a frame with this timestamp was recorded, as far as can be told now. */
  readonly dateOf: (timestamp: number) => number;
  /** A track has no place in the container, and is left out. */
  readonly onLeftOut: (track: string, codec: string, error?: unknown) => void;
  /** It can go on no longer; it has stopped. */
  readonly onFailure: (reason: HlsFailure, error: unknown) => void;
}

/** Why HLS output of a stream ended before the stream. */
export type HlsFailure = "hls-write-failed" | "hls-stalled";

/** Random bytes in the name of a segment. */
const SALT_LENGTH = 9;
const MAX_VIDEO_TRACKS = 8;
const MAX_AUDIO_TRACKS = 16;
/** A segment may be so much longer than the target duration says: it is rounded (RFC 8216 4.3.3.1). In ms. */
const ROUNDING_MS = 400;

/** One stream as HLS, from when it is first asked for until nobody asks any more or the stream is over. */
export class HlsRun {
  readonly id: string;
  readonly #options: HlsRunOptions;
  readonly #lengths: { readonly targetMs: number; maxMs: number };
  readonly #slicer: Slicer;
  readonly #reader: TrackReader;
  readonly #window: SegmentWindow;
  readonly #rates = new TrackRates();
  readonly #inits: InitSegments;
  readonly #waiting = new Set<() => void>();
  #queue: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  #targetDuration: number | undefined; // seconds; set by the first slice
  #independent = true;
  #version = 0; // of the playlists
  #state: "open" | "ended" | "closed" = "open";
  #complete = false; // the last segment is listed
  #anchor: { readonly timestamp: number; readonly date: number } | undefined; // of the period

  constructor(options: HlsRunOptions) {
    this.id = options.id;
    this.#options = options;
    const { segmentMs, maxSegmentMs, windowSegments, maxBytes } = options;
    this.#lengths = { targetMs: segmentMs, maxMs: Math.max(segmentMs, maxSegmentMs) + ROUNDING_MS };
    const limits = { maxOpenBytes: maxBytes / 2, maxVideoTracks: MAX_VIDEO_TRACKS, maxAudioTracks: MAX_AUDIO_TRACKS };
    this.#slicer = new Slicer({ lengths: this.#lengths, ...limits }, (slice) => this.#slice(slice));
    this.#reader = new TrackReader(this.#slicer, MAX_AUDIO_TRACKS, options.onLeftOut);
    this.#inits = new InitSegments(options.store, options.onLeftOut);
    this.#window = new SegmentWindow({ segments: windowSegments, maxBytes: maxBytes / 2 });
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.#slicer.heldBytes + this.#queuedBytes + this.#options.store.heldBytes;
  }
  /** Whether there are playlists. */
  get ready(): boolean {
    return this.#window.slices.length > 0;
  }
  /** Changes with the playlists. */
  get version(): number {
    return this.#version;
  }
  /** Seconds that a playlist covers. */
  get windowSeconds(): number {
    return this.#window.slices.reduce((sum, { duration }) => sum + duration, 0);
  }

  /** Takes a packet; never blocks. */
  packet(packet: MediaPacket): void {
    if (this.#state === "open") this.#reader.packet(packet);
  }
  /** The publisher is gone, or another one is there: what follows does not continue what was. */
  interrupt(): void {
    if (this.#state === "open") this.#reader.forget();
  }
  /** No more will come. Resolves when all is stored. */
  async end(): Promise<void> {
    if (this.#state !== "open") return;
    this.#slicer.flush();
    this.#state = "ended";
    this.#queue = this.#queue.then(() => {
      this.#complete = true;
      return this.#publish();
    });
    await this.#queue.catch((error: unknown) => this.#fail("hls-write-failed", error));
  }
  /** Removes everything. Never rejects. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#slicer.flush();
    this.#state = "closed";
    for (const wake of this.#waiting) wake();
    await this.#queue.catch(() => {});
    await this.#options.store.clear().catch(() => {}); // the next start cleans up
  }

  /** Resolves when there are playlists, when there will be none, or after a time. */
  async untilReady(ms: number, signal: AbortSignal): Promise<void> {
    if (this.ready || this.#state !== "open" || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener("abort", wake, { once: true });
      this.#waiting.add(wake);
    });
  }

  /** @param uriOf where a track's playlist is. */
  multivariant(uriOf: (key: string) => string): string {
    const video: ListedTrack<VideoTrackConfig>[] = [];
    const audio: ListedTrack<AudioTrackConfig>[] = [];
    for (const key of this.#window.tracks) {
      const measured = this.#rates.of(key);
      if (measured === undefined) continue;
      const { config, ...rates } = measured;
      if (config.kind === "video") video.push({ key, config, ...rates });
      else audio.push({ key, config, ...rates });
    }
    return multivariantPlaylist(byNumber(video), byNumber(audio), this.#independent, uriOf);
  }
  /** The playlist of a track; undefined if there is none. */
  playlist(key: string): string | undefined {
    const view = this.#window.view(key);
    if (view === undefined || this.#targetDuration === undefined) return undefined;
    const [targetDuration, independent, ended] = [this.#targetDuration, this.#independent, this.#complete];
    return mediaPlaylist(view, { targetDuration, independent, ended });
  }
  /** A segment or header. */
  file(name: string): StoredFile | undefined {
    return this.#options.store.get(name);
  }

  /** A slice is complete: stores it, then shows it. */
  #slice(slice: Slice): void {
    let bytes = 0;
    let longest = 0;
    for (const segment of slice.segments.values()) {
      bytes += segment.bytes.length;
      longest = Math.max(longest, segment.duration);
    }
    this.#targetDuration ??= this.#chooseTarget(longest);
    this.#queuedBytes += bytes;
    if (this.#queuedBytes > this.#options.maxBytes / 2) {
      this.#fail("hls-stalled", undefined);
      return;
    }
    if (slice.discontinuity || this.#anchor === undefined) this.#anchor = this.#anchorOf(slice);
    const { timestamp, date } = this.#anchor;
    const dateOf = ({ start }: SliceSegment): number => date + start - timestamp;
    this.#queue = this.#queue
      .then(() => this.#store(slice, dateOf))
      .catch((error: unknown) => this.#fail("hls-write-failed", error))
      .then(() => {
        this.#queuedBytes -= bytes;
      });
  }

  #anchorOf({ segments }: Slice): { timestamp: number; date: number } {
    let timestamp = Number.POSITIVE_INFINITY;
    for (const { start } of segments.values()) timestamp = Math.min(timestamp, start);
    return { timestamp, date: this.#options.dateOf(timestamp) };
  }

  async #store(slice: Slice, dateOf: (segment: SliceSegment) => number): Promise<void> {
    if (this.#state === "closed") return;
    const { store } = this.#options;
    const names = new Map<string, ListedSegment>();
    let duration = 0;
    let bytes = 0;
    for (const [key, segment] of slice.segments) {
      const init = await this.#inits.use(key, segment.config);
      if (init === undefined) continue; // the container does not take it: the other tracks go on
      const name = segmentName(key, slice.number, randomBytes(SALT_LENGTH).toString("base64url"));
      await store.put(name, segment.bytes);
      const { discontinuity } = slice;
      names.set(key, { name, init, duration: segment.duration, date: dateOf(segment), discontinuity });
      this.#rates.add(key, segment);
      if (!segment.independent) this.#independent = false;
      duration = Math.max(duration, segment.duration);
      bytes += segment.bytes.length;
    }
    if (names.size === 0) return; // nothing of it has a place in the container
    const stored = { number: slice.number, discontinuity: slice.discontinuity, duration, names, bytes };
    const gone = this.#window.push(stored, this.#targetDuration ?? 0);
    await this.#publish();
    for (const { names: files } of gone) {
      for (const { name, init } of files.values()) {
        await store.remove(name);
        if (init !== undefined) await this.#inits.release(init);
      }
    }
  }

  /** Constant from the first playlist on: what the stream has shown so far tells how long its segments will be. */
  #chooseTarget(first: number): number {
    const { segmentMs, maxSegmentMs, longestGopMs } = this.#options;
    const longest = Math.max(segmentMs, first * 1000, Math.min(longestGopMs(), maxSegmentMs));
    const target = Math.max(1, Math.ceil((longest - ROUNDING_MS) / 1000));
    this.#lengths.maxMs = target * 1000 + ROUNDING_MS;
    return target;
  }

  async #publish(): Promise<void> {
    this.#version++;
    for (const wake of this.#waiting) wake();
    const { store, id } = this.#options;
    if (store.playlists === undefined || !this.ready || this.#state === "closed") return;
    const playlists = new Map(this.#window.tracks.map((key) => [`${key}.m3u8`, this.playlist(key) ?? ""]));
    playlists.set(
      "index.m3u8",
      this.multivariant((key) => `${id}/${key}.m3u8`),
    );
    await store.playlists(playlists);
  }

  #fail(reason: HlsFailure, error: unknown): void {
    if (this.#state === "closed") return;
    this.#options.onFailure(reason, error);
    void this.close();
  }
}

function byNumber<Config>(tracks: ListedTrack<Config>[]): ListedTrack<Config>[] {
  return tracks.sort((a, b) => Number(a.key.slice(1)) - Number(b.key.slice(1)));
}
