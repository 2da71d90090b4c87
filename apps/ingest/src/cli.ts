#!/usr/bin/env node
import { runCommand } from "./command.js";
import { LogWriter } from "./log-writer.js";
import { optimizeSooner } from "./optimize-sooner.js";

/** What a reader of the log that is slower than we are may leave unread, in bytes; more is dropped, not kept. */
const MAX_LOG_BACKLOG = 16 * 1024 * 1024;
/** How long such a reader may hold up the exit, in ms. */
const LAST_LINES_MS = 500;

optimizeSooner();
const stdout = new LogWriter(process.stdout.fd, MAX_LOG_BACKLOG);
const code = await runCommand(process.argv.slice(2), {
  stdout,
  stderr: process.stderr,
  signals: process,
  terminal: process.stdout.isTTY,
  environment: process.env,
  output: process.stdout.isTTY ? undefined : process.stdout.fd,
});
await stdout.flushed(LAST_LINES_MS);
process.exit(code);
