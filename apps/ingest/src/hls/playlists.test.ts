import { describe, expect, test } from "vitest";
import { parseMultivariant } from "../testing/hls-playlist.js";
import { audioConfig, videoConfig } from "../testing/track-frames.js";
import { type ListedTrack, multivariantPlaylist } from "./playlists.js";
import type { AudioTrackConfig, VideoTrackConfig } from "./track-config.js";

const video = (key: string, peak: number): ListedTrack<VideoTrackConfig> => {
  return { key, config: videoConfig(), peak, average: peak / 2, frameRate: 29.97 };
};
const audio = (key: string, change: Partial<AudioTrackConfig> = {}): ListedTrack<AudioTrackConfig> => {
  return { key, config: { ...audioConfig(), ...change }, peak: 1000, average: 900 };
};
const opus = { codec: "Opus", codecString: "opus" };
const read = (v: ListedTrack<VideoTrackConfig>[], a: ListedTrack<AudioTrackConfig>[]) =>
  parseMultivariant(multivariantPlaylist(v, a, true, (key) => `x/${key}.m3u8`));

describe("the multivariant playlist", () => {
  test("of a picture and its sound", () => {
    const { independent, variants, media } = read([video("v0", 5000)], [audio("a0")]);
    const attributes = {
      ...{ BANDWIDTH: "6000", "AVERAGE-BANDWIDTH": "3400", CODECS: "avc1.42001e,mp4a.40.2" },
      ...{ RESOLUTION: "16x16", "FRAME-RATE": "29.970", AUDIO: "audio-mp4a" },
    };
    expect(variants).toEqual([{ uri: "x/v0.m3u8", attributes }]);
    expect(media).toEqual([
      {
        ...{ TYPE: "AUDIO", "GROUP-ID": "audio-mp4a", NAME: "Audio 1", DEFAULT: "YES", AUTOSELECT: "YES" },
        ...{ CHANNELS: "2", URI: "x/a0.m3u8" },
      },
    ]);
    expect(independent).toBe(true);
  });

  test("says which pictures are HDR", () => {
    const hdr = (transferCharacteristics: number): ListedTrack<VideoTrackConfig> => {
      const track = video("v0", 5000);
      return { ...track, config: { ...track.config, color: { colorConfig: { transferCharacteristics } } } };
    };
    const ranges = [hdr(16), hdr(18), hdr(1)].map((track) => read([track], []).variants[0]?.attributes["VIDEO-RANGE"]);
    expect(ranges).toEqual(["PQ", "HLG", undefined]);
  });

  test("has a variant for each picture with each codec of sound", () => {
    const tracks = [audio("a0"), audio("a1", opus), audio("a2", { channels: 6 })];
    const { variants, media } = read([video("v0", 5000), video("v1", 900)], tracks);
    expect(variants.map(({ uri, attributes: of }) => [uri, of["AUDIO"], of["CODECS"]])).toEqual([
      ["x/v0.m3u8", "audio-mp4a", "avc1.42001e,mp4a.40.2"],
      ["x/v0.m3u8", "audio-Opus", "avc1.42001e,opus"],
      ["x/v1.m3u8", "audio-mp4a", "avc1.42001e,mp4a.40.2"],
      ["x/v1.m3u8", "audio-Opus", "avc1.42001e,opus"],
    ]);
    expect(media.map((of) => [of["GROUP-ID"], of["NAME"], of["URI"]])).toEqual([
      ["audio-mp4a", "Audio 1", "x/a0.m3u8"],
      ["audio-mp4a", "Audio 3", "x/a2.m3u8"],
      ["audio-Opus", "Audio 2", "x/a1.m3u8"],
    ]);
  });

  test("of sound alone, of one track or more, and of a picture alone", () => {
    const one = read([], [audio("a0")]);
    expect([one.variants, one.media]).toEqual([
      [{ uri: "x/a0.m3u8", attributes: { BANDWIDTH: "1000", "AVERAGE-BANDWIDTH": "900", CODECS: "mp4a.40.2" } }],
      [],
    ]);
    const two = read([], [audio("a0"), audio("a1")]);
    expect(two.variants.map(({ uri, attributes: of }) => [uri, of["AUDIO"]])).toEqual([["x/a0.m3u8", "audio-mp4a"]]);
    expect(two.media).toHaveLength(2);
    expect(read([video("v0", 1)], []).variants[0]?.attributes).not.toHaveProperty("AUDIO");
  });
});
