import { createLogger, type Logger, type LogOptions, type LogStream } from "../log.js";

/** Where reports go: `process.stderr` fits. */
export interface ReportStream extends LogStream {
  readonly isTTY?: boolean | undefined;
}

/** How far a command is. */
export interface ProgressReading {
  /** Media so far, in ms. */
  readonly mediaMs: number;
  /** Payload bytes so far. */
  readonly bytes: number;
  /** Bytes that wait: to be sent, or to be written. */
  readonly buffered: number;
}

/** How to report. */
export interface ReporterOptions extends LogOptions {
  /** How often progress is told, in ms; 0: never. @defaultValue a second on a terminal, else ten */
  readonly progressMs?: number | undefined;
}

const TERMINAL_MS = 1000;
const LOG_MS = 10_000;
/** Back to the start of the line, and nothing on it. */
const CLEAR_LINE = "\r\u001b[K";

/** Log lines, and progress: one line that changes on a terminal, a log line elsewhere. */
export class Reporter {
  /** For everything but progress. */
  readonly logger: Logger;
  readonly #stream: ReportStream;
  readonly #onTerminal: boolean;
  readonly #progressMs: number;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(stream: ReportStream, options: ReporterOptions) {
    this.#stream = stream;
    this.#onTerminal = stream.isTTY === true && options.format === "text";
    const wanted = options.progressMs ?? (this.#onTerminal ? TERMINAL_MS : LOG_MS);
    this.#progressMs = options.level === "info" || options.level === "debug" ? wanted : 0;
    this.logger = createLogger(options, {
      write: (line) => {
        this.#clear();
        stream.write(line);
      },
    });
  }

  /** Tells from now on how far things are. @param what such as `Publishing`. */
  start(what: string, read: () => ProgressReading): void {
    if (this.#progressMs === 0) return;
    let before = { at: performance.now(), bytes: read().bytes };
    this.#timer = setInterval(() => {
      const reading = read();
      const now = { at: performance.now(), bytes: reading.bytes };
      const kbps = Math.round((8 * (now.bytes - before.bytes)) / (now.at - before.at));
      before = now;
      this.#show(what, reading, kbps);
    }, this.#progressMs);
    this.#timer.unref();
  }
  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #show(what: string, { mediaMs, buffered }: ProgressReading, kbps: number): void {
    const position = clockTime(mediaMs);
    if (this.#onTerminal) {
      this.#stream.write(`${CLEAR_LINE}${what}  ${position}  ${kbps} kb/s  ${formatBytes(buffered)} buffered`);
      this.#shown = true;
    } else this.logger.info({ event: "progress", position, kbps, buffered }, what);
  }

  #clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }
}

/** `1:02:03.4` for 3 723 400 ms. */
export function clockTime(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${Math.floor(tenths / 36_000)}:${two((tenths / 600) % 60)}:${two((tenths / 10) % 60)}.${tenths % 10}`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
