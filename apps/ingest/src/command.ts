import { readFileSync } from "node:fs";
import { ConfigError, type IngestConfig } from "./config.js";
import { encoderHint } from "./encoder-hint.js";
import { logEvents } from "./event-log.js";
import { helpText, parseCommandLine } from "./flags.js";
import { createLogger, type Logger } from "./log.js";
import { IngestServer } from "./server.js";

/** What the command needs of its process. */
export interface CommandContext {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Where signals come from. */
  readonly signals: {
    on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
    off(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  };
}

/**
 * A signal so soon after the first is the same wish: under `npm start` a Ctrl+C comes from the terminal and from npm. In ms.
 */
const SAME_WISH_MS = 500;

/** Exit codes: stopped as asked; could not start, or not everything could be finished; wrong usage. */
const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * Runs `rtmp-ingest` until a signal stops it.
 * @returns the exit code: 128 and the signal's number after a second signal.
 */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    const line = parseCommandLine(args);
    if (line.action === "run") return await serve(line.config, context);
    context.stdout.write(line.action === "help" ? helpText() : `rtmp-ingest ${readVersion()}\n`);
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    context.stderr.write(`${error.message.replace(/^/gm, "rtmp-ingest: ")}\nTry rtmp-ingest --help\n`);
    return ExitCode.usage;
  }
}

async function serve(config: IngestConfig, { stdout, signals }: CommandContext): Promise<number> {
  const logger = createLogger(config.log, stdout);
  const server = new IngestServer(config);
  const ports: { address: string; port: number }[] = [];
  server.on("listening", (address) => ports.push(address));
  logEvents(server, logger);
  const stop = nextSignal(signals); // before anything is open, so that none is missed
  try {
    await server.start();
  } catch (error) {
    logger.error({ event: "start-failed", error }, "Could not start");
    return ExitCode.failed;
  }
  const [first] = ports;
  if (config.log.format === "text" && first !== undefined) stdout.write(encoderHint(first, config.record.directory));
  const signal = await stop;
  logger.info({ event: "stopping", signal: signal.name }, "Stopping: a second signal exits at once");
  const again = nextSignal(signals, performance.now() + SAME_WISH_MS).then(({ number }) => 128 + number);
  return Promise.race([again, finish(server, logger)]);
}

async function finish(server: IngestServer, logger: Logger): Promise<number> {
  if (await server.stop()) {
    logger.info({ event: "stopped" }, "Stopped");
    return ExitCode.ok;
  }
  logger.warn({ event: "stopped", cut: true }, "Stopped: not everything could be finished in time");
  return ExitCode.failed;
}

/** @param from signals before this time, on the clock of `performance.now`, are taken and ignored. */
function nextSignal(signals: CommandContext["signals"], from = 0): Promise<{ name: string; number: number }> {
  return new Promise((resolve) => {
    const listeners = (["SIGTERM", "SIGINT"] as const).map((name) => {
      const listener = (): void => {
        if (performance.now() < from) return;
        for (const each of listeners) signals.off(each.name, each.listener);
        resolve({ name, number: name === "SIGINT" ? 2 : 15 });
      };
      signals.on(name, listener);
      return { name, listener };
    });
  });
}

/** The version of this package, beside `dist` as beside `src`. */
function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
