import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** CPU time in /proc is counted in hundredths of a second on Linux. */
const TICKS_PER_SECOND = 100;
const START_MS = 15_000;

/** A server that runs in a process of its own. */
export interface RunningServer {
  readonly port: number;
  /** CPU that it has used so far, in seconds, user and system together. */
  cpuSeconds(): number;
  /** Its resident memory, in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Starts a command that listens on the port, and waits until it does. @throws Error if it does not. */
export async function startServer(command: readonly string[], port: number): Promise<RunningServer> {
  const [program = "", ...args] = pinned(command, 0);
  const child = spawn(program, args, { stdio: "ignore" });
  const pid = child.pid ?? 0;
  const until = performance.now() + START_MS;
  while (!(await listens(port))) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop(child);
      throw new Error(`${command.join(" ")} does not listen on ${port}`);
    }
    await sleep(50);
  }
  await sleep(500); // what it does after it listens is not what is measured
  return {
    port,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]),
    stop: () => stop(child),
  };
}

/** A port that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** With two processors or more the server has the first for itself, the load the second. */
export function pinned(command: readonly string[], processor: 0 | 1): readonly string[] {
  return canPin() ? ["taskset", "-c", String(processor), ...command] : command;
}

let pins: boolean | undefined;
function canPin(): boolean {
  pins ??= /^Cpus_allowed_list:.*[,-]/m.test(readFileSync("/proc/self/status", "utf8")) && isThere("/usr/bin/taskset");
  return pins;
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 3000);
  await exited;
  clearTimeout(late);
}
