import { expect, test } from "vitest";
import { ConfigError } from "./config.js";
import { helpText, parseCommandLine } from "./flags.js";
import { loadConfig } from "./load.js";

const run = async (...args: string[]) => {
  const line = parseCommandLine(args);
  if (line.action !== "run") throw new Error(line.action);
  return loadConfig({ ...line, environment: {} });
};

test("without flags everything has its default", async () =>
  expect((await run()).rtmp.listen).toEqual([{ port: 1935 }]));

test("flags land in the configuration", async () => {
  const config = await run(
    ...[
      "--rtmp",
      "127.0.0.1:0",
      "--rtmp=[::1]:1936",
      "--record",
      "/tmp/r",
      "--log-format",
      "json",
      "--log-level=debug",
    ],
    ...[
      "--grace",
      "500ms",
      "--idle-timeout",
      "5",
      "--max-message",
      "1M",
      "--max-connections",
      "10",
      "--max-pending",
      "9",
    ],
    ...["--max-pending-per-address", "8", "--max-per-address", "7", "--memory-budget", "1G", "--record-queue", "2M"],
    ...["--record-format", "both", "--record-split", "10m", "--record-split-size", "1G", "--record-when", "manual"],
    ...["--record-name", "{stream}.{ext}", "--record-manifest", "off", "--record-hash", "none"],
    ...["--gop-cache", "0", "--gop-length", "3s", "--player-queue", "1M", "--gather", "10ms", "--play-wait", "7"],
    ...["--publish-grace", "4", "--takeover", "replace", "--publish-key", "in", "--play-key", "out"],
  );
  expect(config).toMatchObject({
    rtmp: {
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "::1", port: 1936 },
      ],
    },
    record: {
      ...{ directory: "/tmp/r", when: "manual", format: "both", name: "{stream}.{ext}", manifest: false, hash: "none" },
      ...{ splitMs: 600_000, splitBytes: 2 ** 30, queueBytes: 2 ** 21, stallMs: 10_000, flushMs: 250 },
    },
    play: { gopBytes: 0, gopMs: 3000, queueBytes: 2 ** 20, gatherMs: 10, waitMs: 7000 },
    publish: { graceMs: 4000, takeover: "replace" },
    http: { cors: [], connections: 4096, perAddress: 256 },
    auth: { publishKey: "in", playKey: "out" },
    limits: { connections: 10, pending: 9, pendingPerAddress: 8, perAddress: 7, heldBytes: 2 ** 30 },
    session: { limits: { maxMediaLength: 2 ** 20 }, timeouts: { idleMs: 5000 } },
    graceMs: 500,
    log: { format: "json", level: "debug" },
  });
});

test.for([
  [["--help"], "help"],
  [["-h"], "help"],
  [["--version"], "version"],
  [["-v", "--rtmp", "nonsense"], "version"],
] as const)("%s", ([args, action]) => expect(parseCommandLine(args).action).toBe(action));

test.for([
  [["--rtmp", "x:y"], /^--rtmp: must be \[HOST:\]PORT, such as .*; got "x:y"$/],
  [["--max-pending", "-3"], /--max-pending/],
  [["--max-pending=lots"], '--max-pending: must be a whole number from 1 to 1000000; got "lots"'],
  [["--log-format", "xml"], '--log-format: must be text or json; got "xml"'],
  [["--record-name", "../{stream}.{ext}"], "--record-name: must stay below the folder of the recordings"],
  [["--record-manifest", "yes"], '--record-manifest: must be on or off; got "yes"'],
  [["--nonsense"], "Unknown option '--nonsense'"],
  [["--record"], /--record/],
  [["serve"], 'unexpected argument "serve"'],
] as const)("%s is refused by name", async ([args, message]) => {
  await expect(async () => run(...args)).rejects.toThrow(ConfigError);
  await expect(async () => run(...args)).rejects.toThrow(message);
});

test("the help names every flag and fits a terminal", () => {
  const help = helpText();
  for (const flag of [
    "--rtmp",
    "--record",
    "--log-format",
    "--log-level",
    "--grace",
    "--memory-budget",
    "--help",
    "publish",
    "play",
  ]) {
    expect(help).toContain(flag);
  }
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
});
