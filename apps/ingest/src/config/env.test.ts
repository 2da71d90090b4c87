import { expect, test } from "vitest";
import { ConfigError } from "./config.js";
import { type Environment, readEnvironment, VARIABLES } from "./env.js";
import { FLAGS } from "./flags.js";
import { parseSources } from "./source.js";

const parse = (environment: Environment) => parseSources([readEnvironment(environment)]);

test("each flag has a variable of its name, each key one variable, and no two are the same", () => {
  const names = VARIABLES.map(({ name }) => name);
  for (const { name } of FLAGS) expect(names).toContain(`RTMP_INGEST_${name.replaceAll("-", "_").toUpperCase()}`);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(VARIABLES.map(({ key }) => key)).size).toBe(names.length);
});

test("variables land in the configuration", () => {
  const config = parse({
    RTMP_INGEST_RTMP: "127.0.0.1:0, [::1]:1936",
    RTMP_INGEST_MAX_CONNECTIONS: "10",
    RTMP_INGEST_MEMORY_BUDGET: "64M",
    RTMP_INGEST_GRACE: "1.5s",
    RTMP_INGEST_RECORD: "/tmp/r",
    RTMP_INGEST_LOG_FORMAT: "json",
    RTMP_INGEST_SESSION_LIMITS_MAX_CHUNK_STREAMS: "70", // no flag: named after its key
    PATH: "/bin",
    RTMP_INGESTED: "not ours",
  });
  expect(config).toMatchObject({
    rtmp: {
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "::1", port: 1936 },
      ],
    },
    limits: { connections: 10, heldBytes: 2 ** 26 },
    graceMs: 1500,
    record: { directory: "/tmp/r" },
    log: { format: "json" },
    session: { limits: { maxChunkStreams: 70 } },
  });
});

test.for([
  [{ RTMP_INGEST_MAX_CONECTIONS: "1" }, /^RTMP_INGEST_MAX_CONECTIONS: is not known/],
  [{ RTMP_INGEST_A: "", RTMP_INGEST_B: "" }, /^RTMP_INGEST_A: .*\nRTMP_INGEST_B: .*$/],
  [{ RTMP_INGEST_A: "", RTMP_INGEST_MAX_PENDING: "0" }, /^RTMP_INGEST_A: .*\nRTMP_INGEST_MAX_PENDING: must .*$/],
  [{ RTMP_INGEST_MAX_PENDING: "0" }, 'RTMP_INGEST_MAX_PENDING: must be a whole number from 1 to 1000000; got "0"'],
  [{ RTMP_INGEST_MAX_PENDING: "" }, 'RTMP_INGEST_MAX_PENDING: must be a whole number from 1 to 1000000; got ""'],
  [{ RTMP_INGEST_RTMP: "1935,x:y" }, /^RTMP_INGEST_RTMP: must be \[HOST:\]PORT.*; got "x:y"$/],
  [{ RTMP_INGEST_RTMP: "" }, /^RTMP_INGEST_RTMP: must name at least one address/],
  [{ RTMP_INGEST_RECORD: "" }, 'RTMP_INGEST_RECORD: must name a folder; got ""'],
] as const)("%o is refused by name", ([environment, message]) => {
  expect(() => parse(environment)).toThrow(ConfigError);
  expect(() => parse(environment)).toThrow(message);
});

test("what Kubernetes says of a service called rtmp-ingest is not for us", () => {
  const neighbours = {
    RTMP_INGEST_SERVICE_HOST: "10.0.0.1",
    RTMP_INGEST_SERVICE_PORT: "1935",
    RTMP_INGEST_SERVICE_PORT_RTMP: "1935",
    RTMP_INGEST_PORT: "tcp://10.0.0.1:1935",
    RTMP_INGEST_PORT_1935_TCP: "tcp://10.0.0.1:1935",
    RTMP_INGEST_PORT_1935_TCP_ADDR: "10.0.0.1",
    RTMP_INGEST_WEB_PORT: "tcp://10.0.0.2:80",
    RTMP_INGEST_WEB_SERVICE_HOST: "10.0.0.2",
  };
  expect(parse(neighbours)).toEqual(parse({}));
});
