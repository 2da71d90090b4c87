import { parentPort } from "node:worker_threads";
import { runVector } from "./run-vector.js";
import type { Job, WorkerMessage } from "./watched-runner.js";

// The thread behind WatchedRunner: one job in, one verdict out.
if (parentPort === null) throw new Error("worker.js is run by WatchedRunner, not by itself");
const port = parentPort;
const say = (message: WorkerMessage): void => port.postMessage(message);

port.on("message", async ({ folder, file, vector }: Job) => say({ problems: await runVector(file, vector, folder) }));
say("ready");
