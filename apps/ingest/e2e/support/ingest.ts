import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** A line of the server's log. */
export type LogLine = Record<string, unknown>;

/** The server as people run it: its own process, told by flags, heard by its log. */
export class Ingest {
  readonly #child: ChildProcess;
  readonly folder: string;
  readonly log: LogLine[] = [];
  /** Everything it wrote, as text. */
  text = "";
  port = 0;
  readonly #waiting = new Set<() => void>();

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) throw new Error("no pipe");
      createInterface(stream).on("line", (line) => {
        this.text += `${line}\n`;
        if (line.startsWith("{")) this.log.push(JSON.parse(line) as LogLine);
        for (const wake of this.#waiting) wake();
      });
    }
  }

  /** Starts a server that records, on a free port of loopback. */
  static async start(...flags: readonly string[]): Promise<Ingest> {
    const folder = await mkdtemp(join(tmpdir(), "rtmp-ingest-"));
    const args = [CLI, "--rtmp", "127.0.0.1:0", "--record", folder, "--log-format", "json", ...flags];
    const ingest = new Ingest(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }), folder);
    const { port } = await ingest.event("listening", { protocol: "rtmp" });
    ingest.port = Number(port);
    return ingest;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }
  url(name: string, app = "live"): string {
    return `rtmp://127.0.0.1:${this.port}/${app}/${name}`;
  }

  /** Where it speaks HTTP, if `--http` is among its flags. */
  async site(): Promise<string> {
    const { port } = await this.event("listening", { protocol: "http" });
    return `http://127.0.0.1:${String(port)}`;
  }

  /** The first log line of this event with these members, now or within `limitMs`. */
  async event(event: string, like: LogLine = {}, limitMs = 20_000): Promise<LogLine> {
    const wanted = { event, ...like };
    const matches = (line: LogLine): boolean => Object.entries(wanted).every(([key, value]) => line[key] === value);
    const deadline = Date.now() + limitMs;
    for (;;) {
      const found = this.log.find(matches);
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no log line like ${JSON.stringify(wanted)} in:\n${this.text}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#waiting.add(wake);
      });
    }
  }

  /** Paths of what was recorded of a stream. */
  async recordings(stream: string, app = "live"): Promise<string[]> {
    const folder = join(this.folder, app, stream);
    const names = await readdir(folder);
    return names.sort().map((name) => join(folder, name));
  }
  /** Path of the only recording of a stream. */
  async recording(stream: string, app = "live"): Promise<string> {
    const [path, ...others] = await this.recordings(stream, app);
    if (path === undefined || others.length > 0) throw new Error(`${others.length + 1} recordings of ${stream}`);
    return path;
  }

  /** Kills one of its workers. @param index of the worker; any if absent. @returns the log line that tells of it. */
  async killWorker(index?: number): Promise<LogLine> {
    const children = (await readFile(`/proc/${this.pid}/task/${this.pid}/children`, "utf8")).trim().split(" ");
    for (const pid of children) {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1");
      const worker = /RTMP_WORKER_INDEX=(\d+)/.exec(environment)?.[1];
      if (worker === undefined || (index !== undefined && worker !== String(index))) continue;
      process.kill(Number(pid), "SIGKILL");
      return this.event("worker-died", { worker: Number(worker) });
    }
    throw new Error(`no worker ${index ?? ""} among ${children.join()}`);
  }

  /** Asks it to end. @returns its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const closed = once(this.#child, "close");
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    const [code] = await closed;
    clearTimeout(timer);
    return code as number | null;
  }
  /** Ends it and removes what it recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
