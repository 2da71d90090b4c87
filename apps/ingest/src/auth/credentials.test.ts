import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type IngestOptions, parseConfig } from "../config/config.js";
import { Credentials } from "./credentials.js";
import type { AccessRequest } from "./gate.js";
import { streamSignature } from "./signed-url.js";

type Auth = NonNullable<IngestOptions["auth"]>;

function asking(auth: Auth, now = 1_000_000) {
  const credentials = new Credentials(parseConfig({ auth }).auth, () => now);
  return (action: AccessRequest["action"], name: string, app = "live", appQuery = "") => {
    const [stream = "", query = ""] = name.split("?", 2);
    const request = {
      action,
      protocol: "rtmp",
      app,
      stream,
      query,
      appQuery,
      address: "192.0.2.1",
      peer: "p",
    } as const;
    return credentials.check(request);
  };
}

describe("without keys", () => {
  test("everybody may do everything", () => {
    const check = asking({});
    for (const action of ["connect", "publish", "play"] as const) expect(check(action, "a")).toEqual({ allowed: true });
  });
});

describe("one key for all", () => {
  const check = asking({ publishKey: "s3cret+/=%" });
  test.for([
    ["camera?key=s3cret+/=%", "camera"],
    ["camera?x=1&key=s3cret%2B%2F%3D%25", "camera"],
    ["s3cret+/=%", "stream"], // typed where encoders have a field for it
    ["s3cret+/=%?key=s3cret+/=%", "stream"],
  ] as const)("publishing %s", ([name, stream]) =>
    expect(check("publish", name)).toMatchObject({ allowed: true, stream }),
  );

  test("behind the application", () => {
    expect(check("publish", "camera", "live", "key=s3cret%2B/=%25")).toMatchObject({ allowed: true, stream: "camera" });
  });

  test.for(["camera", "camera?key=", "camera?key=S3cret+/=%", "camera?Key=s3cret+/=%", "camera?key", "s3cret"])(
    "publishing %s is refused, and the name not shown",
    (name) => {
      const verdict = check("publish", name);
      expect(verdict).toMatchObject({ allowed: false, code: "NetStream.Publish.Denied", reason: "wrong-key" });
      expect(verdict.shown).toMatch(/^\(hidden-[0-9a-f]{8}\)$/);
    },
  );

  test("playing stays open, and does not tell the key", () => {
    expect(check("play", "camera")).toEqual({ allowed: true });
    const { shown, ...rest } = check("play", "s3cret+/=%");
    expect([rest, shown?.startsWith("(hidden-")]).toEqual([{ allowed: true }, true]);
  });
});

describe("keys", () => {
  const keySha256 = createHash("sha256").update("hashed").digest("hex").toUpperCase();
  const check = asking({
    keys: [
      { key: "first", stream: "camera-1", limits: { maxBitrate: 1_000_000 } },
      { keySha256, app: "live", stream: "camera-2", play: true },
      { key: "watch", publish: false, play: true },
      { key: "twice", app: "one", stream: "a" },
      { key: "twice", app: "two", stream: "b" },
    ],
    parameter: "token",
  });
  test.for([
    ["publish", "first", "live", "camera-1"],
    ["publish", "first", "other", "camera-1"],
    ["publish", "camera-1?token=first", "live", "camera-1"],
    ["publish", "camera-1?key=first", "live", undefined],
    ["publish", "camera-2?token=first", "live", undefined],
    ["publish", "hashed", "live", "camera-2"],
    ["publish", "hashed", "other", undefined],
    ["publish", keySha256, "live", undefined],
    ["publish", "watch", "live", undefined],
    ["publish", "x?token=watch", "live", undefined],
    ["publish", "twice", "one", "a"],
    ["publish", "twice", "two", "b"],
    ["publish", "twice", "three", undefined],
    ["play", "x?token=watch", "live", "x"],
    ["play", "hashed", "live", "camera-2"],
    ["play", "camera-1?token=first", "live", undefined],
    ["play", "camera-1", "live", undefined],
  ] as const)("%s %s in %s: %s", ([action, name, app, stream]) => {
    const verdict = check(action, name, app);
    expect(verdict.allowed ? verdict.stream : undefined).toBe(stream);
  });

  test("give a stream its limits", () => {
    expect(check("publish", "first")).toMatchObject({ limits: { maxBitrate: 1_000_000 } });
  });
  test("names that are public for sure are shown when they are refused", () => {
    expect(check("publish", "camera-1?token=x")).toMatchObject({ allowed: false, shown: "camera-1" });
  });
});

describe("signed URLs", () => {
  const secret = "0123456789abcdef";
  const check = asking({ signing: { secrets: [secret, "another secret of ours"] }, publishKey: "k" });
  const sign = (action: "publish" | "play", expires: number, by = secret): string =>
    `a?expires=${expires}&sign=${streamSignature(by, { action, app: "live", stream: "a", expires })}`;

  test("open what they were made for", () => {
    expect(check("play", sign("play", 1000))).toMatchObject({ allowed: true });
    expect(check("publish", sign("publish", 1000, "another secret of ours"))).toMatchObject({ allowed: true });
    expect(check("publish", sign("play", 1000))).toMatchObject({ allowed: false, reason: "wrong-key" });
    expect(check("play", "a")).toMatchObject({ allowed: false });
  });
  test("that have expired are no failed attempt", () => {
    expect(check("play", sign("play", 969))).toMatchObject({ allowed: false, reason: "link-expired", counts: false });
  });
  test("a key will do as well", () => expect(check("publish", "a?key=k")).toMatchObject({ allowed: true }));
  test("only where they are asked for", () => {
    const open = asking({ signing: { secrets: [secret], actions: ["publish"] } });
    expect(open("play", "a")).toEqual({ allowed: true });
    expect(open("publish", "a")).toMatchObject({ allowed: false, shown: "a" });
  });
});

test.for([
  ["neither key nor hash", { keys: [{ stream: "a" }] }, "auth.keys"],
  ["both", { keys: [{ key: "a", keySha256: "0".repeat(64) }] }, "auth.keys"],
  ["a public name that is a path", { keys: [{ key: "a", stream: "../a" }] }, "auth.keys"],
  ["a short signing secret", { signing: { secrets: ["short"] } }, "auth.signing.secrets"],
])("%s is a mistake", ([, auth, key]) => expect(() => parseConfig({ auth })).toThrow(String(key)));
