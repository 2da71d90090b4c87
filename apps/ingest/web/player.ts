import { byId } from "./dom.js";

/** Ways to play, and what their engines are for the page. */
type How = "flv" | "hls";
interface Engine {
  destroy(): void;
}

/** How long a player may show nothing before it says so, in ms. */
const NOTHING_MS = 8000;

/** The dialog that plays a stream: low latency by mpegts.js, or HLS. Each engine is loaded when it is first needed. */
export class PlayerDialog {
  readonly #dialog = byId("player", HTMLDialogElement);
  readonly #title = byId("player-title", HTMLElement);
  readonly #video = byId("video", HTMLVideoElement);
  readonly #status = byId("player-status", HTMLElement);
  readonly #choices = [...this.#dialog.querySelectorAll<HTMLInputElement>("input[name=how]")];
  #url = "";
  #engine: Engine | undefined;
  #run = 0; // counts starts, so that an engine that loads late is not taken for the present one's
  #timer: number | undefined;

  constructor() {
    byId("player-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#stop());
    for (const choice of this.#choices) choice.addEventListener("change", () => void this.#play(choice.value as How));
    this.#video.addEventListener("timeupdate", () => {
      clearTimeout(this.#timer);
      const { buffered, currentTime } = this.#video;
      const ahead = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
      this.#say(`${this.#video.videoWidth}×${this.#video.videoHeight}, ${Math.max(0, ahead).toFixed(1)} s buffered`);
    });
  }

  /** Opens the dialog. @param url of the stream, without ending. */
  open(title: string, url: string): void {
    this.#url = url;
    this.#title.textContent = title;
    this.#dialog.showModal();
    const how: How = "MediaSource" in window ? "flv" : "hls"; // phones without MediaSource play HLS themselves
    for (const choice of this.#choices) choice.checked = choice.value === how;
    void this.#play(how);
  }

  async #play(how: How): Promise<void> {
    this.#stop();
    const run = ++this.#run;
    this.#say("Connecting…");
    this.#timer = setTimeout(
      () => this.#say("Nothing comes yet: is the codec one that this browser plays?"),
      NOTHING_MS,
    );
    try {
      const engine = await (how === "flv" ? this.#flv() : this.#hls());
      if (run === this.#run && this.#dialog.open) this.#engine = engine;
      else engine.destroy();
    } catch (error) {
      if (run === this.#run) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  async #flv(): Promise<Engine> {
    const { default: mpegts } = await import("mpegts.js");
    if (!mpegts.isSupported()) throw new Error("This browser has no MediaSource: choose HLS.");
    mpegts.LoggingControl.enableAll = false;
    const url = new URL(`${this.#url}.flv`, location.href);
    url.searchParams.set("video-metadata", "no"); // it fails at packets that tell colours
    const player = mpegts.createPlayer(
      { type: "flv", isLive: true, url: url.href },
      {
        liveSync: true,
        liveSyncTargetLatency: 0.8,
        liveSyncMaxLatency: 1.5,
        lazyLoad: false,
        autoCleanupSourceBuffer: true,
      },
    );
    player.on(mpegts.Events.ERROR, (_type: string, detail: string) => this.#fail(detail));
    player.on(mpegts.Events.LOADING_COMPLETE, () => this.#fail("The stream is over."));
    player.attachMediaElement(this.#video);
    player.load();
    void Promise.resolve(player.play()).catch(() => {}); // a browser that wants a click shows its own controls
    return player;
  }

  async #hls(): Promise<Engine> {
    const url = `${this.#url}/index.m3u8`;
    const { default: Hls } = await import("hls.js");
    if (!Hls.isSupported()) {
      this.#video.src = url;
      return { destroy: () => this.#video.removeAttribute("src") };
    }
    const hls = new Hls({ liveSyncDurationCount: 2, enableWorker: false });
    hls.on(Hls.Events.ERROR, (_event, { fatal, details }) => {
      if (fatal) this.#fail(details);
    });
    hls.loadSource(url);
    hls.attachMedia(this.#video);
    return hls;
  }

  #stop(): void {
    this.#run++;
    clearTimeout(this.#timer);
    this.#engine?.destroy();
    this.#engine = undefined;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #fail(why: string): void {
    this.#stop();
    this.#say(why);
  }
  #say(text: string): void {
    this.#status.textContent = text;
  }
}
