import type { TrackFrame } from "../hls/cut-track.js";
import type { AudioTrackConfig, VideoTrackConfig } from "../hls/track-config.js";

/** A video track; `mark` tells configurations apart. */
export function videoConfig(mark = 1): VideoTrackConfig {
  const record = Uint8Array.of(1, 66, 0, 30, 255, 224, 0, mark);
  return { kind: "video", codec: "avc1", codecString: "avc1.42001e", timescale: 90_000, record, width: 16, height: 16 };
}
/** AAC with frames of 1024 samples at 48 kHz. */
export function audioConfig(channels = 2): AudioTrackConfig {
  const record = Uint8Array.of(0x11, 0x80 | (channels << 3));
  const rates = { timescale: 48_000, sampleRate: 48_000 };
  return {
    kind: "audio",
    codec: "mp4a",
    codecString: "mp4a.40.2",
    ...rates,
    record,
    channels,
    firstFrame: new Uint8Array(0),
  };
}

/** Frames of a stream in their order: video of so many frames a second with a keyframe every `gop` frames, and AAC. */
export function* frames(options: {
  from?: number;
  until: number;
  rate?: number;
  gop?: number;
  video?: readonly string[];
  audio?: readonly string[];
  delay?: number;
}): Generator<{ key: string; frame: TrackFrame }> {
  const { from = 0, until, rate = 25, gop = 50, video = ["v0"], audio = ["a0"], delay = 0 } = options;
  const all: { key: string; frame: TrackFrame }[] = [];
  for (const key of video) {
    for (let i = 0; from + (i * 1000) / rate < until; i++) {
      const dts = Math.round(from + (i * 1000) / rate);
      all.push({ key, frame: { dts, pts: dts + delay, entry: i % gop === 0, data: Uint8Array.of(i & 255, i >> 8) } });
    }
  }
  for (const key of audio) {
    for (let i = 0; from + (i * 1024) / 48 < until; i++) {
      const dts = Math.round(from + (i * 1024) / 48);
      all.push({ key, frame: { dts, pts: dts, entry: true, data: Uint8Array.of(i & 255) } });
    }
  }
  yield* all.sort((a, b) => a.frame.dts - b.frame.dts);
}
