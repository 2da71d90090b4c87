#!/usr/bin/env node
import { pino } from "pino";
import { runCommand } from "./command.js";

/** What a reader of the log that is slower than we are may leave unread, in bytes; more is dropped, not kept. */
const MAX_LOG_BACKLOG = 16 * 1024 * 1024;
/** How long such a reader may hold up the exit, in ms. */
const LAST_LINES_MS = 500;

// Written in the background: a terminal or pipe that nobody reads must not stop the streams.
const stdout = pino.destination({ dest: process.stdout.fd, sync: false, maxLength: MAX_LOG_BACKLOG });
const logBroken = new Promise<void>((resolve) => {
  stdout.on("error", () => resolve()); // its reader is gone, or a disk is full: no reason to end a stream
});
const code = await runCommand(process.argv.slice(2), { stdout, stderr: process.stderr, signals: process });
// Not flushSync: it would overtake lines that are being written.
const written = new Promise<void>((resolve) => {
  stdout.once("close", resolve);
  setTimeout(resolve, LAST_LINES_MS);
  stdout.end();
});
await Promise.race([written, logBroken]);
process.exit(code);
