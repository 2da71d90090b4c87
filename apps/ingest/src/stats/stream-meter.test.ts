import { fromHex } from "@rtmp/bytes-util";
import { encodeAudioTag, encodeVideoTag } from "@rtmp/flv";
import { describe, expect, test } from "vitest";
import { LiveStream } from "../hub/live-stream.js";
import type { PublishedMessage } from "../hub/publish-feed.js";
import { audioMessage, dataMessage, metadataMessage, videoMessage } from "../testing/packets.js";
import { streamInfo } from "./stream-info.js";
import { StreamMeter } from "./stream-meter.js";

/** An AVC record of 1280x720 at 30 pictures a second, High 3.1, as libx264 makes it. */
const AVC = fromHex("0164001fffe100186764001facb402802dd80880000003008000001e078c195001000468ce0fcbfdf8f800");

function setUp() {
  let clock = 1000;
  const stream = new LiveStream({ app: "live", name: "key" }, new Date(0), {
    gop: { maxBytes: 1e6, maxMs: 1e5 },
    onSubscriberError: (error) => {
      throw error;
    },
  });
  const meter = new StreamMeter(stream, () => clock);
  stream.subscribe(meter);
  const feed = stream.begin(new Date(0), () => {});
  return {
    stream,
    meter,
    feed,
    info: () => streamInfo(meter, { audience: undefined, recording: false, clock, now: new Date(clock) }),
    /** Two seconds of 25 pictures and 50 sounds a second, a keyframe every `gop` pictures. */
    play: (from: number, count = 50, gop = 25) => {
      for (let i = 0; i < count; i++) {
        feed.write(videoMessage(from + 40 * i, i % gop === 0, 1000));
        feed.write(audioMessage(from + 40 * i, 100));
        feed.write(audioMessage(from + 40 * i + 20, 100));
        clock += 40;
        if (i % 25 === 24) meter.sample();
      }
    },
    pass: (ms: number) => {
      clock += ms;
      meter.sample();
    },
  };
}

function message(type: "audio" | "video", payload: Uint8Array, timestamp = 0): PublishedMessage {
  return { type, messageTypeId: type === "audio" ? 8 : 9, timestamp, payload };
}

describe("StreamMeter", () => {
  test("tells rates, totals and groups of pictures", () => {
    const { info, play } = setUp();
    play(0);
    const { video, audio, gop, bitrate, bytes, keyframeAgeMs } = info();
    expect(video).toEqual([
      { id: 0, codec: "avc1", frames: 50, bytes: 50_000, gaps: 0, backwards: 0, frameRate: 25, bitrate: 200_000 },
    ]);
    expect(audio).toEqual([
      { id: 0, codec: "mp4a", frames: 100, bytes: 10_000, gaps: 0, backwards: 0, bitrate: 40_000 },
    ]);
    expect({ gop, bitrate, bytes }).toEqual({ gop: { frames: 25, ms: 1000 }, bitrate: 240_000, bytes: 60_000 });
    expect(keyframeAgeMs).toBe(1000);
  });

  test("forgets what lies behind the window", () => {
    const { info, play, pass } = setUp();
    play(0);
    for (let second = 0; second < 4; second++) pass(1000);
    expect(info().video[0]).toMatchObject({ frames: 50, bitrate: 0, frameRate: 0 });
  });

  test("counts gaps and steps back of each track, but not those of a slide show or between two publishers", () => {
    const { meter, feed, stream } = setUp();
    for (const timestamp of [0, 40, 80, 2000, 2040, 2000]) feed.write(videoMessage(timestamp, timestamp === 0));
    for (const timestamp of [0, 3000, 6000, 9000]) feed.write(audioMessage(timestamp));
    expect(meter.video.map(({ gaps, backwards }) => [gaps, backwards])).toEqual([[1, 1]]);
    expect(meter.audio.map(({ gaps, backwards }) => [gaps, backwards])).toEqual([[1, 0]]);
    const next = stream.begin(new Date(1), () => {});
    next.write(videoMessage(500_000, true));
    expect(meter.video.map(({ gaps, backwards }) => [gaps, backwards])).toEqual([[1, 1]]);
    expect(meter.gop).toBeUndefined();
  });

  test("tells what configurations and metadata say, and metadata's word where there is nothing better", () => {
    const { feed, info } = setUp();
    feed.write(metadataMessage("framerate", 29.97));
    feed.write(
      message(
        "video",
        encodeVideoTag({
          kind: "video",
          isExHeader: false,
          frameType: 1,
          codecId: 7,
          avcPacketType: 0,
          compositionTime: 0,
          data: AVC,
        }),
      ),
    );
    feed.write(message("audio", Uint8Array.of(0xaf, 0, 0x12, 0x10)));
    feed.write(videoMessage(0, true));
    expect(info().video[0]).toMatchObject({
      codec: "avc1",
      codecString: "avc1.64001f",
      profile: "High",
      level: "3.1",
      width: 1280,
      height: 720,
      declaredFrameRate: 30,
    });
    expect(info().audio[0]).toMatchObject({ codec: "mp4a", codecString: "mp4a.40.2", sampleRate: 44_100, channels: 2 });
    feed.write(metadataMessage("width", 640));
    expect(info().video[0]).toMatchObject({ width: 1280 });
  });

  test("counts the tracks of messages that hold several, and of those that hold one", () => {
    const { feed, info } = setUp();
    const many = encodeVideoTag({
      kind: "video",
      isExHeader: true,
      frameType: 1,
      packetType: "CodedFramesX",
      multitrackType: "ManyTracks",
      tracks: [
        { trackId: 0, fourCc: "avc1", data: new Uint8Array(100) },
        { trackId: 3, fourCc: "avc1", data: new Uint8Array(50) },
      ],
    });
    const one = encodeAudioTag({
      kind: "audio",
      isExHeader: true,
      packetType: "CodedFrames",
      multitrackType: "OneTrack",
      tracks: [{ trackId: 2, fourCc: "Opus", data: new Uint8Array(30) }],
    });
    feed.write(message("video", many));
    feed.write(message("audio", one));
    expect(info().video.map(({ id, codec, frames, bytes }) => [id, codec, frames, bytes])).toEqual([
      [0, "avc1", 1, 100],
      [3, "avc1", 1, 50],
    ]);
    expect(info().audio.map(({ id, codec, frames }) => [id, codec, frames])).toEqual([[2, "Opus", 1]]);
  });

  test("a stream of nonsense costs no more than 32 tracks, and says nothing", () => {
    const { feed, info } = setUp();
    for (let track = 0; track < 256; track++) {
      // One track of a multitrack message: frame type 2, coded frames, AVC, cut short.
      feed.write(message("video", Uint8Array.of(0xa6, 0x01, 0x61, 0x76, 0x63, 0x31, track)));
      feed.write(message("video", Uint8Array.of(0x96, 0x10, 0x61, track)));
      feed.write(message("video", Uint8Array.of(0x90, 0x61, 0x76, 0x63, 0x31, track)));
    }
    feed.write(dataMessage(0, "@setDataFrame", "onMetaData", "no object"));
    expect(info().video).toHaveLength(32);
    expect(info()).toMatchObject({ audio: [], dataMessages: 1 });
    expect(info().encoder).toBeUndefined();
  });
});
