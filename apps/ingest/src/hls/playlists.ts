import { videoRange } from "./color-boxes.js";
import type { WindowView } from "./segment-window.js";
import type { AudioTrackConfig, VideoTrackConfig } from "./track-config.js";

/** fMP4 segments need 6 (RFC 8216 7), EXT-X-GAP 8 (rfc8216bis 8). */
const VERSION = 6;
const VERSION_WITH_GAPS = 8;

/** What a media playlist says beside its segments. */
export interface MediaPlaylistInfo {
  /** Whole seconds. */
  readonly targetDuration: number;
  /** Whether every segment begins with a keyframe. */
  readonly independent: boolean;
  /** Whether no more will come. */
  readonly ended: boolean;
}

/** A media playlist (RFC 8216 4.3.3). Segments are named relative to it. */
export function mediaPlaylist(
  { sequence, discontinuitySequence, segments }: WindowView,
  info: MediaPlaylistInfo,
): string {
  const hasGaps = segments.some(({ init }) => init === undefined);
  const lines = [
    "#EXTM3U",
    `#EXT-X-VERSION:${hasGaps ? VERSION_WITH_GAPS : VERSION}`,
    `#EXT-X-TARGETDURATION:${info.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`,
  ];
  if (info.independent) lines.push("#EXT-X-INDEPENDENT-SEGMENTS");
  let map: string | undefined;
  for (const { name, init, duration, date, discontinuity } of segments) {
    if (discontinuity) lines.push("#EXT-X-DISCONTINUITY");
    if (init !== undefined && init !== map) {
      map = init;
      lines.push(`#EXT-X-MAP:URI="${init}"`);
    }
    if (init === undefined) lines.push("#EXT-X-GAP");
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(date).toISOString()}`, `#EXTINF:${duration.toFixed(5)},`, name);
  }
  if (info.ended) lines.push("#EXT-X-ENDLIST");
  return `${lines.join("\n")}\n`;
}

/** A track in the multivariant playlist. */
export interface ListedTrack<Config> {
  /** Names its playlist: `v0`. */
  readonly key: string;
  readonly config: Config;
  /** Bits a second: of the segment that has most, and on average. */
  readonly peak: number;
  readonly average: number;
  /** As measured, pictures a second. */
  readonly frameRate?: number | undefined;
}

/**
 * The multivariant playlist (RFC 8216 4.3.4): a variant for each video track with each codec of audio, whose tracks are
 * renditions of one group. Without video, a variant for each codec of audio.
 * @param uriOf where a track's playlist is.
 */
export function multivariantPlaylist(
  video: readonly ListedTrack<VideoTrackConfig>[],
  audio: readonly ListedTrack<AudioTrackConfig>[],
  independent: boolean,
  uriOf: (key: string) => string,
): string {
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${VERSION}`];
  if (independent) lines.push("#EXT-X-INDEPENDENT-SEGMENTS");
  const groups = groupByCodec(audio);
  for (const [group, tracks] of groups) {
    // One track alone without video is the variant itself.
    if (video.length === 0 && tracks.length === 1) continue;
    tracks.forEach(({ key, config }, at) => {
      const isDefault = at === 0 ? "YES" : "NO";
      lines.push(
        `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${group}",NAME="Audio ${Number(key.slice(1)) + 1}",DEFAULT=${isDefault},` +
          `AUTOSELECT=YES,CHANNELS="${config.channels}",URI="${uriOf(key)}"`,
      );
    });
  }
  for (const track of video) {
    const { width, height, color } = track.config;
    const rate = track.config.frameRate ?? track.frameRate;
    const picture = [`RESOLUTION=${width}x${height}`, ...(rate === undefined ? [] : [`FRAME-RATE=${rate.toFixed(3)}`])];
    const range = videoRange(color);
    if (range !== undefined) picture.push(`VIDEO-RANGE=${range}`);
    if (groups.size === 0) lines.push(...variant([track], picture, uriOf(track.key)));
    for (const [group, tracks] of groups) {
      lines.push(...variant([track, ...tracks], [...picture, `AUDIO="${group}"`], uriOf(track.key)));
    }
  }
  if (video.length === 0) {
    for (const [group, tracks] of groups) {
      const [first] = tracks;
      if (first !== undefined) {
        lines.push(...variant(tracks, tracks.length === 1 ? [] : [`AUDIO="${group}"`], uriOf(first.key)));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

/** @param tracks one of video or none, and renditions of audio of which one is played. */
function variant(
  tracks: readonly ListedTrack<AudioTrackConfig | VideoTrackConfig>[],
  attributes: readonly string[],
  uri: string,
): string[] {
  const codecs = [...new Set(tracks.map(({ config }) => config.codecString))].join(",");
  const sum = (of: "peak" | "average"): number => {
    const video = tracks.find(({ config }) => config.kind === "video")?.[of] ?? 0;
    const audio = Math.max(0, ...tracks.filter(({ config }) => config.kind === "audio").map((track) => track[of]));
    return Math.ceil(video + audio);
  };
  const rates = [`BANDWIDTH=${sum("peak")}`, `AVERAGE-BANDWIDTH=${sum("average")}`];
  return [`#EXT-X-STREAM-INF:${[...rates, `CODECS="${codecs}"`, ...attributes].join(",")}`, uri];
}

/** A player that can not decode one of a variant's codecs leaves the whole variant: so each group has one. */
function groupByCodec(
  audio: readonly ListedTrack<AudioTrackConfig>[],
): ReadonlyMap<string, readonly ListedTrack<AudioTrackConfig>[]> {
  const groups = new Map<string, ListedTrack<AudioTrackConfig>[]>();
  for (const track of audio) {
    const group = `audio-${track.config.codec.replace(/\W/g, "")}`;
    groups.set(group, [...(groups.get(group) ?? []), track]);
  }
  return groups;
}
