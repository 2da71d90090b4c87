#!/usr/bin/env node
import { pino } from "pino";
import { runCommand } from "./command.js";

/** What a reader of the log that is slower than we are may leave unread, in bytes; more is dropped, not kept. */
const MAX_LOG_BACKLOG = 16 * 1024 * 1024;

// Written in the background: a terminal or pipe that nobody reads must not stop the streams.
const stdout = pino.destination({ dest: process.stdout.fd, sync: false, maxLength: MAX_LOG_BACKLOG });
const code = await runCommand(process.argv.slice(2), { stdout, stderr: process.stderr, signals: process });
try {
  stdout.flushSync();
} catch {
  // Nobody reads any more.
}
process.exit(code);
