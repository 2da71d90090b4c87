import { fileURLToPath } from "node:url";
import { type Running, start } from "./programs.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** Starts our own client, as people do. */
function client(...args: readonly string[]): Running {
  return start(process.execPath, [CLI, ...args, "--log-format", "json"]);
}

/** Publishes a file; asks again while the server is not there yet. */
export function publish(file: string, url: string, ...flags: readonly string[]): Running {
  return client("publish", file, url, "--retries", "5", ...flags);
}

/** Plays a stream into a file; asks again while the server is not there yet. */
export function play(url: string, file: string, ...flags: readonly string[]): Running {
  return client("play", url, "-o", file, "--retries", "5", ...flags);
}

/** The log lines of a command. */
export function logOf(output: string): Record<string, unknown>[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
