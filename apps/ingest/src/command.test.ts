import { EventEmitter } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { parse as parseYaml } from "yaml";
import { runCommand } from "./command.js";
import { RawClient } from "./testing/raw-client.js";

const running: { kill(): Promise<unknown> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((each) => each.kill())));

function start(...args: string[]) {
  return startIn({}, ...args);
}

function startIn(environment: Record<string, string>, ...args: string[]) {
  let stdout = "";
  let stderr = "";
  const signals = new EventEmitter();
  const code = runCommand(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    signals,
    environment,
  });
  const kill = async (): Promise<number> => {
    while (signals.listenerCount("SIGTERM") > 0) {
      signals.emit("SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return code;
  };
  running.push({ kill });
  const lines = () =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const listening = () =>
    vi.waitFor(() => {
      const line = lines().find(({ event }) => event === "listening");
      if (line === undefined) throw new Error("not listening yet");
      return line as { protocol: string; address: string; port: number };
    });
  return { code, signals, lines, listening, stdout: () => stdout, stderr: () => stderr };
}

describe("rtmp-ingest", () => {
  test("prints its help and version", async () => {
    const help = start("--help");
    expect(await help.code).toBe(0);
    expect(help.stdout()).toContain("Usage: rtmp-ingest");
    const version = start("--version");
    expect(await version.code).toBe(0);
    expect(version.stdout()).toMatch(/^rtmp-ingest \d+\.\d+\.\d+\S*\n$/);
  });

  test("says what is wrong with its flags, and exits with 2", async () => {
    const command = start("--rtmp", "x:y", "--log-format", "xml");
    expect(await command.code).toBe(2);
    expect(command.stdout()).toBe("");
    expect(command.stderr()).toMatch(
      /^rtmp-ingest: --rtmp: .*\nrtmp-ingest: --log-format: .*\nTry rtmp-ingest --help\n$/,
    );
  });

  test("prints the configuration that file, environment and flags make, in the form of a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rtmp-config-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "server.yaml");
    await writeFile(path, "rtmp: { listen: [127.0.0.1:0, '[::1]:0'] }\nlimits: { connections: 7, pending: 7 }\n");
    const environment = { RTMP_INGEST_CONFIG: path, RTMP_INGEST_MAX_PENDING: "6", RTMP_INGEST_GRACE: "5" };
    const first = startIn(environment, "check-config", "--grace", "4", "--memory-budget", "1G");
    expect(await first.code).toBe(0);
    expect(first.stderr()).toBe("");
    expect(parseYaml(first.stdout())).toMatchObject({
      rtmp: { listen: ["127.0.0.1:0", "[::1]:0"] },
      limits: { connections: 7, pending: 6, pendingPerAddress: 128 },
      graceMs: 4000,
    });
    await writeFile(path, first.stdout());
    const second = start("--config", path, "check-config");
    expect(await second.code).toBe(0);
    expect(second.stdout()).toBe(first.stdout());
  });

  test.for([
    [["check-config", "--max-pending", "0"], /^rtmp-ingest: --max-pending: .*\nTry rtmp-ingest --help\n$/],
    [["--config", "/nowhere/at/all.yaml"], /^rtmp-ingest: \/nowhere\/at\/all\.yaml: can not be read: ENOENT/],
  ] as const)("%s: exits with 2", async ([args, message]) => {
    const command = start(...args);
    expect(await command.code).toBe(2);
    expect(command.stdout()).toBe("");
    expect(command.stderr()).toMatch(message);
  });

  test.for([
    [["--max-pending", "0"], /^rtmp-ingest: RTMP_INGEST_A: .*\nrtmp-ingest: --max-pending: .*\nTry/],
    [
      ["--config", "/nowhere/at/all.yaml"],
      /^rtmp-ingest: RTMP_INGEST_A: .*\nrtmp-ingest: \/nowhere\/at\/all\.yaml: .*\nTry/,
    ],
  ] as const)("a variable that is not known hides no other mistake: %s", async ([args, message]) => {
    const command = startIn({ RTMP_INGEST_A: "1" }, ...args);
    expect(await command.code).toBe(2);
    expect(command.stderr()).toMatch(message);
  });

  test.for(["SIGTERM", "SIGINT"] as const)("serves until %s, then exits with 0", async (signal) => {
    const command = start("--rtmp", "127.0.0.1:0", "--log-format", "json");
    const { protocol, address, port } = await command.listening();
    expect([protocol, address]).toEqual(["rtmp", "127.0.0.1"]);
    const client = await RawClient.publish(port, "key");
    command.signals.emit(signal);
    expect(await command.code).toBe(0);
    await client.ends();
    expect(command.lines().map(({ event }) => event)).toEqual([
      ...["listening", "publish", "stopping", "unpublish", "session-end", "stopped"],
    ]);
  });

  test("SIGHUP reads the configuration again, and says what needs a restart and what is wrong", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rtmp-config-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "server.yaml");
    await writeFile(path, "auth: { publishKey: first }\n");
    const command = start("--rtmp", "127.0.0.1:0", "--log-format", "json", "--config", path);
    const { port } = await command.listening();
    const line = (name: string) =>
      vi.waitFor(() => {
        const found = command.lines().find(({ event }) => event === name);
        if (found === undefined) throw new Error(`no ${name}`);
        return found;
      });
    const client = await RawClient.publish(port, "a?key=first");
    await writeFile(path, "auth: { publishKey: '' }\n");
    command.signals.emit("SIGHUP");
    const failed = await line("reload-failed");
    expect(failed).toMatchObject({ level: "error", error: { name: "ConfigError" } });
    expect(JSON.stringify(failed)).toContain(`${path}:1: auth.publishKey: must not be empty`);
    await writeFile(path, "auth: { publishKey: second }\nlog: { level: debug }\nplay: { waitMs: 7 }\n");
    command.signals.emit("SIGHUP");
    const applied = ["auth.publishKey", "log.level"];
    expect(await line("reloaded")).toMatchObject({ applied, needRestart: ["play.waitMs"] });
    expect(await line("reload-incomplete")).toMatchObject({ level: "warn", needRestart: ["play.waitMs"] });
    await RawClient.publish(port, "b?key=second");
    expect(await line("connection")).toMatchObject({ level: "debug" });
    expect(client.closed).toBe(false);
    expect(command.stdout()).not.toContain("second");
  });

  test("in a terminal, SIGHUP says that this is gone", async () => {
    const signals = new EventEmitter();
    let stdout = "";
    const args = ["--rtmp", "127.0.0.1:0", "--log-format", "json"];
    const sink = { write: (text: string) => (stdout += text) };
    const code = runCommand(args, { stdout: sink, stderr: sink, signals, terminal: true });
    await vi.waitFor(() => expect(stdout).toContain('"listening"'));
    signals.emit("SIGHUP");
    expect(await code).toBe(0);
    expect(stdout).toContain('"signal":"SIGHUP"');
  });

  test("SIGTERM asks clients that can to connect anew, and waits for them", async () => {
    const command = start("--rtmp", "127.0.0.1:0", "--log-format", "json");
    const client = await RawClient.publish((await command.listening()).port, "key", "live", { capsEx: 1 });
    command.signals.emit("SIGTERM");
    await client.sees("NetConnection.Connect.ReconnectRequest");
    client.command(0, "deleteStream", 4, null, 1);
    client.socket.end();
    expect(await command.code).toBe(0);
    expect(command.lines().map(({ event }) => event)).toEqual([
      ...["listening", "publish", "stopping", "draining", "unpublish", "session-end", "drained", "stopped"],
    ]);
  });

  test("a second signal exits at once", async () => {
    const command = start("--rtmp", "127.0.0.1:0", "--log-format", "json", "--grace", "60");
    const client = await RawClient.publish((await command.listening()).port, "key");
    client.socket.pause(); // holds the stop up
    command.signals.emit("SIGTERM");
    await vi.waitFor(() => expect(command.stdout()).toContain('"stopping"'));
    command.signals.emit("SIGINT"); // the same Ctrl+C, passed on by npm
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(command.stdout()).not.toContain('"stopped"');
    command.signals.emit("SIGINT");
    expect(await command.code).toBe(130);
    client.socket.destroy();
  });

  test("exits with 1 when it can not listen", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const command = start("--rtmp", `127.0.0.1:${(taken.address() as { port: number }).port}`, "--log-format", "json");
    expect(await command.code).toBe(1);
    expect(command.lines()).toMatchObject([{ event: "start-failed", level: "error", error: { code: "EADDRINUSE" } }]);
    taken.close();
  });

  test("in text tells people what to type into their encoder", async () => {
    const command = start("--rtmp", "127.0.0.1:0");
    await vi.waitFor(() => expect(command.stdout()).toContain("Stream Key:"));
    expect(command.stdout()).toMatch(/Server: +rtmp:\/\/127\.0\.0\.1:\d+\/live\n/);
    command.signals.emit("SIGINT");
    expect(await command.code).toBe(0);
  });
});
