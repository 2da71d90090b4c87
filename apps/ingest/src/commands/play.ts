import { FlvWriter } from "@rtmp/flv";
import { type Attempt, ClientError, type ClientSession, type MediaMessage, type Player } from "@rtmp/session";
import { ConfigError } from "../config/config.js";
import { type ClientFlag, type ClientOptions, clientOptions, flagsHelp, readArguments } from "./client-options.js";
import { type FlvPacket, flvPacket } from "./flv-packet.js";
import { descriptorSink, type FlvSink, fileSink } from "./flv-sink.js";
import { Overlap } from "./overlap.js";
import type { ProgressReading, Reporter } from "./reporter.js";
import { type ClientContext, runClient } from "./run-client.js";

/** StreamEOF is followed by a status that says why, unless it is nginx-rtmp's. For so long it may come, in ms. */
const AFTER_EOF_MS = 1000;
/** Bytes that are gathered before they are written, if more is there already. */
const GATHER_LENGTH = 65_536;

const FLAGS: readonly ClientFlag[] = [
  { name: "output", short: "o", value: "FILE", help: "write there; -: standard output (the default)" },
  { name: "duration", value: "TIME", help: "end after so much of the stream" },
  { name: "idle-timeout", value: "TIME", help: "end when nothing comes for so long (never)" },
];

/** What `rtmp-ingest play --help` prints. */
export function playHelp(): string {
  return `Plays a stream over RTMP or RTMPS into an FLV file: every message with its timestamp, as the server sends it.

Usage: rtmp-ingest play [options] URL

${flagsHelp(FLAGS)}
Examples:
  rtmp-ingest play rtmp://localhost/live/key -o show.flv
  rtmp-ingest play rtmp://localhost/live/key | ffplay -
`;
}

/** What `play` needs of its process. */
export interface PlayContext extends ClientContext {
  readonly stdout: { write(text: string): unknown };
  /** Descriptor of standard output; `undefined` if that is a terminal. */
  readonly output?: number | undefined;
}

/** Runs `rtmp-ingest play`. @returns the exit code. @throws ConfigError for arguments that are wrong. */
export function play(args: readonly string[], context: PlayContext): Promise<number> {
  const parsed = readArguments(FLAGS, args);
  if (parsed.isSet("help")) {
    context.stdout.write(playHelp());
    return Promise.resolve(0);
  }
  const [url, ...others] = parsed.positionals;
  if (url === undefined || others.length > 0) throw new ConfigError("play takes one URL.");
  const output = parsed.text("output") ?? "-";
  const { output: descriptor } = context;
  if (output === "-" && descriptor === undefined) {
    throw new ConfigError("Standard output is a terminal: name a file with -o, or use a pipe.");
  }
  const durationMs = parsed.duration("duration");
  const idleMs = parsed.duration("idle-timeout");
  const options = clientOptions(parsed, url);
  const open = (): Promise<FlvSink> =>
    output === "-" && descriptor !== undefined ? Promise.resolve(descriptorSink(descriptor)) : fileSink(output);
  return playInto(open, { durationMs, idleMs }, options, context);
}

interface PlayLimits {
  readonly durationMs: number | undefined;
  readonly idleMs: number | undefined;
}

function playInto(
  open: () => Promise<FlvSink>,
  { durationMs, idleMs }: PlayLimits,
  options: ClientOptions,
  context: ClientContext,
): Promise<number> {
  return runClient(options, context, async (withServer, reporter) => {
    const copy = new StreamCopy(await open(), durationMs, reporter);
    try {
      await withServer({
        work: (session, attempt) => copy.play(session, attempt),
        options: {
          ...(idleMs !== undefined && { timeouts: { idleMs } }),
          onReconnectRequest: () => copy.leave(),
          onUnhandled: (message) => {
            if (message.type === "userControl" && message.event === "streamEof") copy.endSoon();
          },
        },
      });
    } finally {
      reporter.stop();
      await copy.close();
      const { mediaMs, bytes } = copy.progress();
      if (bytes > 0) reporter.logger.info({ event: "played", mediaMs, bytes }, "Played");
    }
  });
}

/** A stream on its way into a file, over one connection or several. */
class StreamCopy {
  readonly #sink: FlvSink;
  readonly #writer: FlvWriter;
  readonly #durationMs: number;
  readonly #reporter: Reporter;
  readonly #overlap = new Overlap();
  #player: Player | undefined;
  #moving = false;
  #ending: NodeJS.Timeout | undefined; // since StreamEOF
  #stopping = false; // when all that is there has been written
  #gathered: Uint8Array[] = [];
  #gatheredLength = 0;
  #first: number | undefined;
  #mediaMs = 0;
  #bytes = 0;

  constructor(sink: FlvSink, durationMs: number | undefined, reporter: Reporter) {
    this.#sink = sink;
    // What can not be written over later needs no room for it.
    this.#writer = new FlvWriter(sink.patchable ? {} : { maxKeyframes: 0, metadataRoom: 0 });
    this.#durationMs = durationMs ?? Number.POSITIVE_INFINITY;
    this.#reporter = reporter;
  }

  progress(): ProgressReading {
    const buffered = (this.#player?.buffered ?? 0) + this.#gatheredLength;
    return { mediaMs: this.#mediaMs, bytes: this.#bytes, buffered };
  }

  /** Plays on with one more connection. @returns whether the stream is over, or enough of it is there. */
  async play(session: ClientSession, { number }: Attempt): Promise<boolean> {
    this.#moving = false;
    this.#stopping = false;
    this.#player = undefined;
    const player = await session.play();
    this.#player = player;
    this.#reporter.logger.info({ event: "play" }, "Playing");
    if (number === 1) this.#reporter.start("Playing", () => this.progress());
    else this.#overlap.begin();
    if (this.#stopping) this.#stopWhenEmpty(); // asked to while it waited for the answer
    try {
      for await (const message of player) {
        const packet = packetOf(message);
        if (packet === undefined || this.#overlap.has(packet)) continue;
        if (this.#isEnough(packet)) return true;
        await this.#write(packet, player.buffered === 0);
        if (this.#stopping && player.buffered === 0) break;
      }
    } catch (error) {
      if (this.#ending === undefined || !(error instanceof ClientError)) throw error;
    }
    return !this.#moving;
  }

  /** The server says that nothing more will come (RTMP 7.1.7). */
  endSoon(): void {
    this.#ending ??= setTimeout(() => this.#stopWhenEmpty(), AFTER_EOF_MS);
  }

  /** The server asks to be left: the next one sends what is missing. */
  leave(): void {
    this.#moving = true;
    this.#stopWhenEmpty();
  }

  #stopWhenEmpty(): void {
    this.#stopping = true;
    if (this.#player?.buffered === 0) void this.#player.close();
  }

  /** Completes the file. */
  async close(): Promise<void> {
    clearTimeout(this.#ending);
    const { bytes, patches } = this.#writer.close();
    try {
      await this.#flush();
      if (this.#bytes > 0) await this.#sink.append(bytes);
    } finally {
      await this.#sink.close(this.#sink.patchable && this.#bytes > 0 ? patches : []);
    }
  }

  #isEnough({ role, timestamp }: FlvPacket): boolean {
    if (role !== "frame") return false;
    this.#first ??= timestamp;
    const mediaMs = (timestamp - this.#first) | 0; // the nearest way round 2^32
    if (mediaMs >= this.#durationMs) return true;
    this.#mediaMs = Math.max(this.#mediaMs, mediaMs);
    return false;
  }

  /** @param nothingWaits that it could be gathered with. */
  async #write(packet: FlvPacket, nothingWaits: boolean): Promise<void> {
    const { tagType, timestamp, payload } = packet;
    const bytes = this.#writer.append({ tagType, timestamp, payload });
    this.#bytes += payload.length;
    this.#gathered.push(bytes);
    this.#gatheredLength += bytes.length;
    if (nothingWaits || this.#gatheredLength >= GATHER_LENGTH) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredLength = 0;
    if (bytes.length > 0) await this.#sink.append(bytes);
  }
}

function packetOf({ messageTypeId, timestamp, payload }: MediaMessage): FlvPacket | undefined {
  if (messageTypeId !== 8 && messageTypeId !== 9 && messageTypeId !== 15 && messageTypeId !== 18) return undefined;
  return flvPacket({ tagType: messageTypeId, timestamp, payload });
}
