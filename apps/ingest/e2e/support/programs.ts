import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const runFile = promisify(execFile);

/** Whether a program is installed. */
export function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}
/** Whether GStreamer is installed with all of these elements. */
export function hasGStreamer(...elements: readonly string[]): boolean {
  return (
    has("gst-launch-1.0") &&
    elements.every((element) => spawnSync("gst-inspect-1.0", ["--exists", element]).status === 0)
  );
}

/** How a program ended, and all that it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A program under way. */
export interface Running {
  readonly process: ChildProcess;
  /** What it wrote so far. */
  output(): string;
  readonly ended: Promise<Outcome>;
}

/** Starts a program that ends by itself, or else after `limitMs`. */
export function start(program: string, args: readonly string[], limitMs = 40_000): Running {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const collect = (bytes: Buffer): void => {
    text += bytes.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const ended = once(child, "close").then(([code]) => {
    clearTimeout(timer);
    return { code: code as number | null, output: text };
  });
  return { process: child, output: () => text, ended };
}

/** Runs a program to its end. @throws if it fails. @returns what it wrote to standard output. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await runFile(program, args, { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 });
  return stdout;
}
