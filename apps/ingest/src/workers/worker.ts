import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { IngestConfig } from "../config/config.js";
import { logEvents } from "../event-log.js";
import type { LeveledLogger } from "../log.js";
import { redact } from "../redact.js";
import { levelOf } from "../reload/log-level.js";
import { IngestServer } from "../server.js";
import type { PrimaryCalls, WorkerCalls } from "./calls.js";
import { Channel, type Port } from "./channel.js";
import { SharedRegistry } from "./shared-registry.js";
import { connectSibling } from "./sibling-socket.js";
import { workerConfig } from "./worker-config.js";

/** Names in the environment of a worker: its number, and the folder of the sockets on which workers serve each other. */
export const WORKER_INDEX = "RTMP_WORKER_INDEX";
export const WORKER_SOCKETS = "RTMP_WORKER_SOCKETS";

/** How often a worker says how things stand, in ms. */
const REPORT_MS = 1000;

/** The socket on which a worker serves the others. */
export function socketPath(folder: string, index: number): string {
  return join(folder, `${index}.sock`);
}

/** The way to the primary: `cluster.worker` fits. */
export interface PrimaryPort extends Port {
  once(event: "disconnect", listener: () => void): unknown;
}

/**
 * Serves as one of several workers until the primary stops it, or is gone.
 * @returns whether all was finished in time.
 */
export async function runWorker(
  config: IngestConfig,
  logger: LeveledLogger,
  port: PrimaryPort,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const index = Number(env[WORKER_INDEX]);
  const path = socketPath(env[WORKER_SOCKETS] ?? "", index);
  const registry = new SharedRegistry({
    claim: (id) => primary.call("claim", id),
    release: (id) => primary.tell("release", id),
  });
  const server = new IngestServer(workerConfig(config, index), {
    registry,
    siblings: { index, count: config.workers + 1, locate: (id) => connectSibling(registry.locate(id)) },
    reloadables: [levelOf(logger)],
  });
  const door = server.siblingDoor();
  let over: (inTime: boolean) => void = () => {};
  const stopped = new Promise<boolean>((resolve) => {
    over = resolve;
  });
  const mine: WorkerCalls = {
    appeared: (location) => {
      registry.appeared(location);
      door.appeared(location.id);
    },
    disappeared: (id) => registry.disappeared(id),
    giveUp: (id, force) => door.giveUp(id, force),
    kick: (id, description) => void server.kick(id, description),
    startRecording: (id) => server.recordings.start(id),
    stopRecording: (id) => server.recordings.stop(id),
    reload: (next) => server.reload(workerConfig(next, index)),
    stop: async () => {
      await server.drain();
      const inTime = await server.stop();
      setImmediate(() => over(inTime)); // behind the answer
      return inTime;
    },
  };
  const primary = new Channel<PrimaryCalls>(port, mine);
  port.once("disconnect", () => void server.stop().then(over, () => over(false)));
  logEvents(server, logger, { listening: false }); // all workers listen on the same: the primary tells it once
  server.on("listening", (event) => primary.tell("listening", event));
  if (config.http.listen !== undefined) {
    door.listen({
      event: (name, values) => primary.tell("happened", name, values.map(portable)),
      ended: (session) => primary.tell("ended", session),
    });
    setInterval(() => primary.tell("report", door.report()), REPORT_MS).unref();
  }
  let siblings: Server | undefined;
  try {
    siblings = await serveSiblings(
      path,
      (socket) => door.serve(socket),
      (error) => door.failed(error),
    );
    await server.start();
  } catch (error) {
    const { message, code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    await primary.call("failed", { message, code, port, address });
    siblings?.close();
    return false;
  }
  await primary.call("started");
  const inTime = await stopped;
  siblings.close();
  return inTime;
}

/** What may be sent to another process: an event's error, say, as the log would have it. */
function portable(value: unknown): unknown {
  return redact(value);
}

/** @param failed told what goes wrong while it listens, such as too many open files. */
async function serveSiblings(
  path: string,
  serve: (socket: Socket) => void,
  failed: (error: Error) => void,
): Promise<Server> {
  await rm(path, { force: true }); // of a worker before this one that was killed
  const server = createServer({ allowHalfOpen: true }, serve);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, exclusive: true }, resolve); // `exclusive`: not shared among the workers, as others are
  });
  server.removeAllListeners("error").on("error", failed);
  return server;
}
