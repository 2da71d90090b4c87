import { expect, vi } from "vitest";
import { type MediaPlaylist, type PlaylistSegment, parseMediaPlaylist, parseMultivariant } from "./hls-playlist.js";
import { type Mp4Init, type Mp4Sample, readInit, readSegment } from "./mp4-boxes.js";

/** What a media playlist had in all, from the first look at it to its end. */
export interface FollowedTrack {
  readonly url: string;
  readonly init: Mp4Init;
  readonly segments: readonly PlaylistSegment[];
  /** Of all segments, in their order. */
  readonly samples: readonly Mp4Sample[];
  readonly playlists: number;
}

/** Asks for a multivariant playlist. @returns it, and the addresses of all media playlists that it names. */
export async function openHls(url: string) {
  const multivariant = parseMultivariant(await text(url));
  const uris = [...multivariant.variants.map(({ uri }) => uri), ...multivariant.media.map(({ URI = "" }) => URI)];
  return { multivariant, urls: [...new Set(uris)].map((uri) => new URL(uri, url).href) };
}

/**
 * Follows a media playlist until it ends, as a client that minds RFC 8216: each version must continue the one before, each segment must be
 * what the playlist says and be there for as long as it has to. @throws what does not hold.
 */
export async function followHls(url: string): Promise<FollowedTrack> {
  const segments = new Map<number, PlaylistSegment>();
  const samples: Mp4Sample[] = [];
  const maps = new Map<string, Mp4Init>();
  let last: MediaPlaylist | undefined;
  let expected: number | undefined; // where the next segment begins, in units
  let init: Mp4Init | undefined;
  let playlists = 0;
  while (last?.ended !== true) {
    const next = await vi.waitFor(
      async () => {
        const read = parseMediaPlaylist(await text(url));
        if (last !== undefined && JSON.stringify(read) === JSON.stringify(last)) throw new Error("no change");
        return read;
      },
      { timeout: 15_000, interval: 100 },
    );
    playlists++;
    if (last !== undefined) checkNext(last, next);
    // Nothing that an earlier playlist had may go before its time (RFC 8216 6.2.2).
    const oldest = segments.get(next.sequence - 1);
    if (oldest !== undefined && !oldest.gap) {
      const { status } = await fetch(new URL(oldest.uri, url), { method: "HEAD" });
      expect(status).toBe(200);
    }
    for (const segment of next.segments) {
      const known = segments.get(segment.sequence);
      if (known !== undefined) {
        expect(segment).toEqual(known);
        continue;
      }
      segments.set(segment.sequence, segment);
      if (segment.gap) continue;
      const map = segment.map ?? "";
      init = maps.get(map) ?? readInit(await bytes(new URL(map, url)));
      maps.set(map, init);
      const read = readSegment(await bytes(new URL(segment.uri, url)));
      expect(Math.abs(read.duration / init.timescale - segment.duration)).toBeLessThan(1e-4);
      if (expected !== undefined && !segment.discontinuity) expect(read.decodeTime).toBe(expected);
      expected = read.decodeTime + read.duration;
      if (next.independent) expect(read.samples[0]?.sync).toBe(true);
      samples.push(...read.samples);
    }
    last = next;
  }
  if (init === undefined) throw new Error("no segment");
  const all = [...segments.values()];
  all.slice(1).forEach((segment, at) => {
    const before = all[at];
    if (before === undefined) return;
    expect(segment.sequence).toBe(before.sequence + 1);
    expect(segment.discontinuitySequence - before.discontinuitySequence).toBe(segment.discontinuity ? 1 : 0);
    const drift = segment.date - before.date - before.duration * 1000;
    if (!segment.discontinuity && !segment.gap) expect(Math.abs(drift)).toBeLessThan(60);
  });
  return { url, init, segments: all, samples, playlists };
}

/** What may change from one version of a playlist to the next (RFC 8216 6.2.1). */
function checkNext(before: MediaPlaylist, next: MediaPlaylist): void {
  const { sequence, segments } = before;
  expect(next.targetDuration).toBe(before.targetDuration);
  expect(next.independent && !before.independent).toBe(false);
  expect(next.sequence).toBeGreaterThanOrEqual(sequence);
  expect(next.discontinuitySequence).toBeGreaterThanOrEqual(before.discontinuitySequence);
  const gone = next.sequence - sequence;
  expect(next.segments.length).toBeGreaterThanOrEqual(segments.length - gone);
  // It may not get shorter than three target durations by what is taken away (RFC 8216 6.2.2).
  const total = next.segments.reduce((sum, { duration }) => sum + duration, 0);
  if (gone > 0) expect(total).toBeGreaterThanOrEqual(3 * next.targetDuration);
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${body}`);
  return body;
}

async function bytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status} for ${url.pathname}`);
  return new Uint8Array(await response.arrayBuffer());
}
