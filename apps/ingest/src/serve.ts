import cluster from "node:cluster";
import type { IngestConfig } from "./config/config.js";
import { encoderHint } from "./encoder-hint.js";
import { logEvents } from "./event-log.js";
import type { ListeningEvent } from "./events.js";
import { createLogger, type Logger } from "./log.js";
import { levelOf } from "./reload/log-level.js";
import { IngestServer } from "./server.js";
import { nextSignal, type SignalSource, secondSignal } from "./signals.js";
import { runWorker } from "./workers/worker.js";
import { WorkerPool } from "./workers/worker-pool.js";

/** What the server needs of its process. */
export interface ServeContext {
  readonly stdout: { write(text: string): unknown };
  readonly signals: SignalSource;
  /** Whether it runs in a terminal, whose end then is its own. @defaultValue false */
  readonly terminal?: boolean | undefined;
}

/** Exit codes: stopped as asked; could not start, or not everything could be finished. */
const ExitCode = { ok: 0, failed: 1 } as const;

/**
 * Serves until a signal stops it. SIGHUP brings another configuration.
 * @param load reads the configuration again.
 * @returns the exit code: 128 and the signal's number after a second signal.
 */
export async function serve(
  config: IngestConfig,
  load: () => Promise<IngestConfig>,
  { stdout, signals, terminal = false }: ServeContext,
): Promise<number> {
  const logger = createLogger(config.log, stdout);
  if (cluster.worker !== undefined && config.workers > 1) {
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) signals.on(name, () => {}); // the primary gets them too, and tells us
    return (await runWorker(config, logger, cluster.worker, process.env)) ? ExitCode.ok : ExitCode.failed;
  }
  const reloadables = [levelOf(logger)];
  const server = config.workers > 1 ? new WorkerPool(config, logger) : new IngestServer(config, { reloadables });
  const ports: ListeningEvent[] = [];
  server.on("listening", (address) => ports.push(address));
  if (server instanceof IngestServer) logEvents(server, logger);
  const stop = nextSignal(signals, terminal ? ["SIGTERM", "SIGINT", "SIGHUP"] : undefined); // before anything is open, so that none is missed
  try {
    await server.start();
  } catch (error) {
    logger.error({ event: "start-failed", error }, `Could not start${reasonOf(error)}`);
    stop.ignore();
    return ExitCode.failed;
  }
  const rtmp = ports.find(({ protocol }) => protocol === "rtmp");
  const http = ports.find(({ protocol }) => protocol === "http");
  if (config.log.format === "text" && rtmp !== undefined) {
    const { publishKey, playKey } = config.auth;
    const needsKey = { publish: publishKey !== undefined, play: playKey !== undefined };
    stdout.write(encoderHint(rtmp, http, config.record, needsKey));
  }
  const reload = (): void => void reloadServer(server, load, logger);
  if (!terminal) signals.on("SIGHUP", reload);
  const signal = await stop.received;
  logger.info({ event: "stopping", signal: signal.name }, "Stopping: a second signal exits at once");
  const again = secondSignal(signals).received.then(({ exitCode }) => {
    if (server instanceof WorkerPool) server.kill();
    return exitCode;
  });
  return Promise.race([again, finish(server, logger)]);
}

/** Reads the configuration again, and takes what of it can be taken; nothing if it is wrong. */
async function reloadServer(
  server: IngestServer | WorkerPool,
  load: () => Promise<IngestConfig>,
  logger: Logger,
): Promise<void> {
  try {
    const { applied, needRestart } = await server.reload(await load());
    logger.info({ event: "reloaded", applied, needRestart }, "Configuration read again");
    if (needRestart.length === 0) return;
    logger.warn({ event: "reload-incomplete", needRestart }, `Not changed before a restart: ${needRestart.join(", ")}`);
  } catch (error) {
    logger.error({ event: "reload-failed", error }, "The new configuration can not be used: nothing was changed");
  }
}

/** What people can do about an error that keeps the server from starting; empty if there is nothing to say. */
function reasonOf(error: unknown): string {
  const { code, port, address, protocol } = error as Record<"code" | "port" | "address" | "protocol", unknown>;
  const flag = protocol === "http" || protocol === "rtmps" ? `--${protocol}` : "--rtmp";
  if (code === "EADDRINUSE") {
    return `: port ${port} is taken; stop the other program, or choose another port with ${flag} ${Number(port) + 1}`;
  }
  if (code === "EADDRNOTAVAIL") return `: this machine has no address ${address}; see ${flag}`;
  return code === "EACCES" && port !== undefined ? `: port ${port} needs more rights; see ${flag}` : "";
}

async function finish(server: IngestServer | WorkerPool, logger: Logger): Promise<number> {
  if (server instanceof IngestServer) await server.drain(); // workers do by themselves
  if (await server.stop()) {
    logger.info({ event: "stopped" }, "Stopped");
    return ExitCode.ok;
  }
  logger.warn({ event: "stopped", cut: true }, "Stopped: not everything could be finished in time");
  return ExitCode.failed;
}
