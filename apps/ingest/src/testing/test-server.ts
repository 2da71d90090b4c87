import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { IngestOptions } from "../config/config.js";
import { logEvents } from "../event-log.js";
import { createLogger } from "../log.js";
import { type IngestParts, IngestServer } from "../server.js";

export type LogLine = Record<string, unknown> & { event: string };

/** A server on a free port of loopback, with its log and a folder for recordings; taken down after the test. */
export async function startServer(options: IngestOptions = {}, parts: IngestParts = {}) {
  const directory = await mkdtemp(join(tmpdir(), "rtmp-ingest-"));
  const lines: LogLine[] = [];
  const { record, ...others } = options;
  const server = new IngestServer(
    {
      rtmp: { listen: ["127.0.0.1:0"] },
      record: { directory, flushMs: 0, ...record },
      graceMs: 5000,
      ...others,
    },
    parts,
  );
  logEvents(
    server,
    createLogger({ format: "json", level: "debug" }, { write: (line) => lines.push(JSON.parse(line)) }),
  );
  await server.start();
  onTestFinished(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const events = (name: string): LogLine[] => lines.filter((line) => line.event === name);
  /** The n-th line of an event, counted from 1, as soon as it is there. */
  const event = (name: string, count = 1): Promise<LogLine> =>
    vi.waitFor(
      () => {
        const line = events(name)[count - 1];
        if (line === undefined) throw new Error(`no ${name} ${count} in ${lines.map((each) => each.event).join()}`);
        return line;
      },
      { timeout: 10_000, interval: 5 },
    );
  const { port } = (await event("listening")) as LogLine & { port: number };
  /** Paths of all recordings. */
  const files = async (): Promise<string[]> => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const media = entries.filter((entry) => entry.isFile() && entry.name !== "recordings.jsonl");
    return media.map((entry) => join(entry.parentPath, entry.name));
  };
  return { server, port, directory, lines, events, event, files, read: (path: unknown) => readFile(String(path)) };
}
