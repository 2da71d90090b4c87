import { Gauge, type Registry } from "prom-client";
import { totalBitrate } from "../stats/history-point.js";
import { plainText } from "../stats/plain-text.js";
import type { StreamInfo } from "../stats/schemas.js";

type Labels = "app" | "stream";

/** Gauges of single streams: as many as there may be, since each name is a time series. */
export class StreamGauges {
  /** How many streams it takes. */
  readonly max: number;
  readonly #bitrate: Gauge<Labels | "kind">;
  readonly #gauges: readonly {
    readonly gauge: Gauge<Labels>;
    readonly of: (stream: StreamInfo) => number | undefined;
  }[];

  /** @param max streams with gauges of their own; 0: none. */
  constructor(registers: Registry[], max: number) {
    this.max = max;
    this.#bitrate = new Gauge({
      name: "rtmp_ingest_stream_bitrate_bits_per_second",
      help: "Of the last 3 to 4 seconds",
      labelNames: ["app", "stream", "kind"],
      registers,
    });
    const row = (name: string, help: string, of: (stream: StreamInfo) => number | undefined) => {
      const labelNames: Labels[] = ["app", "stream"];
      return { gauge: new Gauge({ name: `rtmp_ingest_stream_${name}`, help, labelNames, registers }), of };
    };
    this.#gauges = [
      row("live", "1 while somebody publishes it", ({ live }) => (live ? 1 : 0)),
      row("uptime_seconds", "Since its begin", ({ durationMs }) => durationMs / 1000),
      row("frames_per_second", "Of the first video track", ({ video }) => video[0]?.frameRate),
      row("gop_seconds", "From keyframe to keyframe", ({ gop }) => gop && gop.ms / 1000),
      row(
        "keyframe_age_seconds",
        "Since the last keyframe",
        ({ keyframeAgeMs }) => keyframeAgeMs && keyframeAgeMs / 1000,
      ),
      row("clock_jumps", "Gaps and steps back of its clock so far, all tracks", ({ video, audio }) =>
        [...video, ...audio].reduce((sum, { gaps, backwards }) => sum + gaps + backwards, 0),
      ),
      row("viewers", "Who watches it", ({ viewers }) => viewers.total),
      row("dropped_frames", "Frames that its viewers lost so far", ({ viewers }) => viewers.droppedFrames),
      row("queued_bytes", "Bytes that wait for its viewers", ({ viewers }) => viewers.queuedBytes),
      row("recording", "1 while it is recorded", ({ recording }) => (recording ? 1 : 0)),
    ];
  }

  /** Shows these streams, and no others. */
  update(streams: readonly StreamInfo[]): void {
    this.#bitrate.reset();
    for (const { gauge } of this.#gauges) gauge.reset();
    for (const info of streams) {
      const labels = { app: plainText(info.app) ?? "", stream: plainText(info.stream) ?? "" };
      this.#bitrate.set({ ...labels, kind: "video" }, totalBitrate(info.video));
      this.#bitrate.set({ ...labels, kind: "audio" }, totalBitrate(info.audio));
      for (const { gauge, of } of this.#gauges) {
        const value = of(info);
        if (value !== undefined) gauge.set(labels, value);
      }
    }
  }
}
