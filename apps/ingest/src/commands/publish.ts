import { type Attempt, ClientError, type ClientSession, type Publisher, type StreamEnd } from "@rtmp/session";
import { ConfigError } from "../config/config.js";
import { InitCache } from "../hub/init-cache.js";
import { type ClientFlag, type ClientOptions, clientOptions, flagsHelp, readArguments } from "./client-options.js";
import type { FlvPacket } from "./flv-packet.js";
import { FlvSource } from "./flv-source.js";
import { Pacer } from "./pacer.js";
import { asDataFrame, streamMetadata } from "./publish-metadata.js";
import type { ProgressReading, Reporter } from "./reporter.js";
import { type ClientContext, runClient } from "./run-client.js";

const FLAGS: readonly ClientFlag[] = [
  { name: "speed", value: "N", help: "send N times as fast as the file plays (1)" },
  { name: "no-pace", help: "send as fast as the server takes it" },
];

/** What `rtmp-ingest publish --help` prints. */
export function publishHelp(): string {
  return `Publishes an FLV file over RTMP or RTMPS, as an encoder would: all audio, video and data as the file has it.

Usage: rtmp-ingest publish [options] FILE.flv URL     (FILE -: standard input)

${flagsHelp(FLAGS)}
Examples:
  rtmp-ingest publish show.flv rtmp://localhost/live/key
  ffmpeg -i show.mkv -c copy -f flv - | rtmp-ingest publish - rtmps://example.org/app/key?token=…
`;
}

/** Runs `rtmp-ingest publish`. @returns the exit code. @throws ConfigError for arguments that are wrong. */
export function publish(
  args: readonly string[],
  context: ClientContext & { readonly stdout: { write(text: string): unknown } },
): Promise<number> {
  const parsed = readArguments(FLAGS, args);
  if (parsed.isSet("help")) {
    context.stdout.write(publishHelp());
    return Promise.resolve(0);
  }
  const [path, url, ...others] = parsed.positionals;
  if (path === undefined || url === undefined || others.length > 0) {
    throw new ConfigError("publish takes a file and a URL.");
  }
  const speed = parsed.number("speed", 0.01, 1000) ?? 1;
  const pacer = new Pacer(parsed.isSet("no-pace") ? Number.POSITIVE_INFINITY : speed);
  return publishFile(path, pacer, clientOptions(parsed, url), context);
}

function publishFile(path: string, pacer: Pacer, options: ClientOptions, context: ClientContext): Promise<number> {
  return runClient(options, context, async (withServer, reporter) => {
    const source = new FlvSource(path);
    try {
      await source.peek(); // before anybody is bothered with a file that can not be read
      const feed = new FileFeed(source, pacer, reporter);
      await withServer({ work: (session, attempt) => feed.publish(session, attempt) });
      reporter.stop();
      const { mediaMs, bytes } = feed.progress();
      reporter.logger.info({ event: "published", mediaMs, bytes }, "Published");
    } finally {
      source.close();
    }
  });
}

/** A file on its way to a server, over one connection or several. */
class FileFeed {
  readonly #source: FlvSource;
  readonly #pacer: Pacer;
  readonly #reporter: Reporter;
  readonly #init = new InitCache();
  #publisher: Publisher | undefined;
  #hasVideo = false;
  #first: number | undefined;
  #latest = 0;
  #bytes = 0;

  constructor(source: FlvSource, pacer: Pacer, reporter: Reporter) {
    this.#source = source;
    this.#pacer = pacer;
    this.#reporter = reporter;
  }

  progress(): ProgressReading {
    const mediaMs = this.#first === undefined ? 0 : this.#latest - this.#first;
    return { mediaMs, bytes: this.#bytes, buffered: this.#publisher?.buffered ?? 0 };
  }

  /** Publishes on with one more connection. @returns whether the file is at its end. */
  async publish(session: ClientSession, { number, signal }: Attempt): Promise<boolean> {
    const publisher = await session.publish();
    this.#publisher = publisher;
    this.#reporter.logger.info({ event: "publish", file: this.#source.name }, "Publishing");
    if (number === 1) this.#reporter.start("Publishing", () => this.progress());
    const stream = new StreamWatch(publisher);
    try {
      if (number > 1) await this.#resume(publisher);
      for (let packet = await this.#source.peek(); packet !== undefined; packet = await this.#source.peek()) {
        if (signal.aborted && this.#mayLeaveBefore(packet)) return false;
        await this.#waitFor(packet, stream);
        await send(publisher, packet);
        this.#source.take();
        this.#count(packet);
      }
    } finally {
      await publisher.close();
    }
    return true;
  }

  /** What the new server needs before it gets the middle of a stream. */
  async #resume(publisher: Publisher): Promise<void> {
    this.#pacer.restart();
    const timestamp = (await this.#source.peek())?.timestamp ?? this.#latest;
    for (const packet of this.#init.packets()) await send(publisher, { ...packet, timestamp });
  }

  /** Who leaves for another server does it at a keyframe. */
  #mayLeaveBefore({ kind, role, keyframe }: FlvPacket): boolean {
    return keyframe || (!this.#hasVideo && kind === "audio" && role === "frame");
  }

  async #waitFor({ role, timestamp }: FlvPacket, stream: StreamWatch): Promise<void> {
    const ms = role === "frame" ? this.#pacer.wait(timestamp, performance.now()) : 0;
    if (ms > 0) await stream.sleep(ms);
  }

  #count(packet: FlvPacket): void {
    const { kind, role, timestamp, payload, name } = packet;
    this.#bytes += payload.length;
    if (role === "config") this.#init.setConfig(packet);
    else if (name === "onMetaData") this.#init.setMetadata(packet);
    if (kind === "video") this.#hasVideo = true;
    if (role !== "frame") return;
    this.#first ??= timestamp;
    this.#latest = Math.max(this.#latest, timestamp);
  }
}

/** @returns what to wait for: the server has enough for now. @throws ClientError when the stream is over. */
function send(publisher: Publisher, packet: FlvPacket): void | Promise<void> {
  const { kind, tagType, timestamp, payload, name } = packet;
  if (kind !== "data") return publisher.send({ type: kind, timestamp, payload });
  if (name !== "onMetaData") return publisher.send({ type: kind, messageTypeId: tagType, timestamp, payload });
  const metadata = streamMetadata(packet);
  if (metadata !== undefined) return publisher.sendMetadata(metadata, timestamp);
  return publisher.send({ type: kind, messageTypeId: tagType, timestamp, payload: asDataFrame(packet) });
}

/** Waits beside a stream, whose end ends the wait. */
class StreamWatch {
  #failure: ClientError | undefined;
  #wake: (() => void) | undefined;

  constructor(publisher: Publisher) {
    void publisher.end.then(({ error }: StreamEnd) => {
      this.#failure = error ?? new ClientError("stream-closed", "The server ended the stream.");
      this.#wake?.();
    });
  }

  /** @throws ClientError when the stream is over. */
  async sleep(ms: number): Promise<void> {
    if (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
