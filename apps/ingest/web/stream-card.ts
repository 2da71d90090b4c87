import type { EventData } from "../src/api/event-schemas.js";
import type { AudioTrackInfo, StreamInfo, VideoTrackInfo } from "../src/stats/schemas.js";
import { api } from "./api.js";
import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { bitrate, duration, size } from "./format.js";

type Tick = EventData<"stats">["streams"][number];

/** What buttons of a card do. */
export interface CardActions {
  play(stream: StreamInfo): void;
  /** Runs a call, and tells the user if it fails. */
  run(button: EventTarget | null, call: () => Promise<unknown>): void;
}

/** One live stream on the page. */
export class StreamCard {
  readonly element: HTMLElement;
  readonly #actions: CardActions;
  readonly #facts = h("dl", { class: "facts" });
  readonly #recording = h("span", { class: "tag", hidden: true }, "REC");
  readonly #record = h("button", { click: ({ target }) => this.#toggleRecording(target) }, "Record");
  readonly #kick = h("button", { class: "danger", click: ({ target }) => this.#kickPublisher(target) }, "Kick");
  readonly #video = new Chart("Video", "video", bitrate);
  readonly #audio = new Chart("Audio", "audio", bitrate);
  readonly #rate = new Chart("Frames", "rate", (value) => `${value.toFixed(1)} fps`);
  readonly #gop = new Chart("GOP", "gop", (value) => `${(value / 1000).toFixed(2)} s`);
  readonly #drops = new Chart("Dropped", "drop", (value) => `${value}/s`);
  #stream: StreamInfo;
  #dropped = 0; // frames in all, when the last tick came

  constructor(stream: StreamInfo, actions: CardActions) {
    this.#actions = actions;
    this.#stream = stream;
    const play = h("button", { click: () => actions.play(this.#stream) }, "Play");
    this.element = h(
      "article",
      { class: "stream", "data-stream": `${stream.app}/${stream.stream}` },
      h(
        "header",
        {},
        h("span", { class: "dot" }),
        h("h3", {}, `${stream.app}/${stream.stream}`),
        this.#recording,
        h("span", { class: "buttons" }, play, this.#record, this.#kick),
      ),
      this.#facts,
      h("div", { class: "charts" }, ...this.#charts().map(({ element }) => element)),
    );
    this.update(stream);
    void this.#begin();
  }

  /** Shows what is known of the stream now. */
  update(stream: StreamInfo): void {
    this.#stream = stream;
    const { live, recording, publisher, video, audio, viewers, gop, keyframeAgeMs, encoder, bytes } = stream;
    this.element.classList.toggle("live", live);
    this.#recording.hidden = !recording;
    this.#record.textContent = recording ? "Stop recording" : "Record";
    this.#kick.disabled = publisher === undefined;
    const drops = viewers.droppedFrames > 0 ? `, ${viewers.droppedFrames} frames dropped` : "";
    const protocols = Object.entries(viewers.byProtocol).map(([protocol, count]) => `${count} ${protocol}`);
    const facts: readonly (readonly [string, string | undefined])[] = [
      ...video.map((track) => [trackTitle("Video", track.id, video.length), describeVideo(track)] as const),
      ...audio.map((track) => [trackTitle("Audio", track.id, audio.length), describeAudio(track)] as const),
      ["GOP", gop && `${gop.frames} frames, ${(gop.ms / 1000).toFixed(2)} s`],
      ["Last keyframe", keyframeAgeMs === undefined ? undefined : `${(keyframeAgeMs / 1000).toFixed(1)} s ago`],
      ["Live for", `${duration(stream.durationMs)}${live ? "" : " (waits for its publisher)"}`],
      ["Received", size(bytes)],
      ["Viewers", `${viewers.total}${protocols.length > 0 ? ` (${protocols.join(", ")})` : ""}${drops}`],
      ["Publisher", publisher && `${publisher.peer} (${publisher.protocol})`],
      ["Encoder", encoder ?? publisher?.client],
    ];
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, text]) =>
        text === undefined ? [] : [h("div", {}, h("dt", {}, name), h("dd", {}, text))],
      ),
    );
  }

  /** One more second. */
  tick(tick: Tick): void {
    this.#video.push(tick.videoBitrate);
    this.#audio.push(tick.audioBitrate);
    this.#rate.push(tick.frameRate);
    this.#gop.push(tick.gopMs);
    this.#drops.push(Math.max(0, tick.droppedFrames - this.#dropped));
    this.#dropped = tick.droppedFrames;
  }

  /** The last five minutes; without them the charts begin now. */
  async #begin(): Promise<void> {
    const history = await api.history(this.#stream).catch(() => undefined);
    if (history === undefined) return;
    this.#video.start(history.videoBitrate);
    this.#audio.start(history.audioBitrate);
    this.#rate.start(history.frameRate);
    this.#gop.start(history.gopMs);
    const { droppedFrames } = history;
    this.#drops.start(droppedFrames.map((total, index) => Math.max(0, total - (droppedFrames[index - 1] ?? total))));
    this.#dropped = droppedFrames.at(-1) ?? 0;
  }

  #charts(): readonly Chart[] {
    return [this.#video, this.#audio, this.#rate, this.#gop, this.#drops];
  }

  #toggleRecording(button: EventTarget | null): void {
    this.#actions.run(button, () => api.record(this.#stream, this.#stream.recording ? "stop" : "start"));
  }

  #kickPublisher(button: EventTarget | null): void {
    const { publisher, app, stream } = this.#stream;
    if (publisher === undefined || !confirm(`End ${app}/${stream}, published from ${publisher.peer}?`)) return;
    this.#actions.run(button, () => api.kick(publisher.session));
  }
}

function trackTitle(kind: string, id: number, count: number): string {
  return count > 1 ? `${kind} ${id}` : kind;
}

function describeVideo({
  codec,
  profile,
  level,
  width,
  height,
  bitDepth,
  frameRate,
  bitrate: bits,
}: VideoTrackInfo): string {
  const shape = width !== undefined && height !== undefined ? `${width}×${height}` : undefined;
  const depth = bitDepth !== undefined && bitDepth > 8 ? `${bitDepth} bit` : undefined;
  const kind = [codec, profile, level].filter((part) => part !== undefined).join(" ");
  return [kind, shape, depth, `${frameRate.toFixed(1)} fps`, bitrate(bits)].filter(Boolean).join(", ");
}

function describeAudio({ codec, profile, sampleRate, channels, bitrate: bits }: AudioTrackInfo): string {
  const rate = sampleRate === undefined ? undefined : `${sampleRate / 1000} kHz`;
  const count =
    channels === undefined ? undefined : channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`;
  const kind = [codec, profile].filter((part) => part !== undefined).join(" ");
  return [kind, rate, count, bitrate(bits)].filter(Boolean).join(", ");
}
