import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkSignature, signStreamUrl, streamSignature } from "./signed-url.js";

const secret = "a secret of many letters";
const access = { action: "play", app: "live", stream: "camera", expires: 1_800_000_000 } as const;
const expires: number = access.expires;
const query = `x=1&expires=${expires}&sign=${streamSignature(secret, access)}`;
const check = (given: string, more: object = {}, now = expires, secrets: readonly string[] = [secret]) =>
  checkSignature({ ...access, ...more }, given, secrets, now, 30);

test("a signature is what the manual says", () => {
  const text = "rtmp-ingest-1\nplay\nlive\ncamera\n1800000000";
  expect(streamSignature(secret, access)).toBe(createHmac("sha256", secret).update(text).digest("hex"));
});

describe("a signature counts", () => {
  test.for([
    ["until its end", query, {}, expires, "valid"],
    ["for as long as clocks may differ", query, {}, expires + 30, "valid"],
    ["no longer", query, {}, expires + 31, "expired"],
    ["in capitals", query.toUpperCase().replace("EXPIRES", "expires").replace("SIGN", "sign"), {}, expires, "valid"],
    ["for no other action", query, { action: "publish" }, expires, "invalid"],
    ["for no other application", query, { app: "live2" }, expires, "invalid"],
    ["for no other stream", query, { stream: "camera2" }, expires, "invalid"],
    ["for no other end", query.replace("18000", "18001"), {}, expires, "invalid"],
    ["not without an end", query.replace(/expires=\d+/, ""), {}, expires, "invalid"],
    ["not with an end that is none", query.replace(/expires=\d+/, "expires=1e99"), {}, expires, "invalid"],
    ["not if it is too short", query.slice(0, -2), {}, expires, "invalid"],
    ["not if it is empty", "sign=&expires=1", {}, expires, "invalid"],
    ["not if it is not there", "x=1&signed=2", {}, expires, "absent"],
    ["for no name with control characters", query, { stream: "a\nb" }, expires, "invalid"],
  ] as const)("%s", ([, given, more, now, answer]) => expect(check(given, more, now)).toBe(answer));

  test("with any of the secrets, and with no other", () => {
    expect(check(query, {}, expires, ["another", secret])).toBe("valid");
    expect(check(query, {}, expires, ["another", "and another"])).toBe("invalid");
  });
});

describe("signStreamUrl", () => {
  test.for([
    ["rtmp://host/live/camera", "live", "camera"],
    ["rtmps://host:1936/live/inst/camera?x=1", "live/inst", "camera"],
    ["http://host:8080/live/camera.flv", "live", "camera"],
    ["wss://host/live/camera.flv", "live", "camera"],
    ["https://host/live/camera%20one/index.m3u8?x=1", "live", "camera one"],
  ] as const)("%s", ([url, app, stream]) => {
    const signed = signStreamUrl(url, { action: "play", secret, expiresAt: new Date(expires * 1000) });
    expect(signed.startsWith(url)).toBe(true);
    expect(check(signed.slice(signed.indexOf("?") + 1), { app, stream })).toBe("valid");
  });

  test.for(["rtmp://host/live", "rtmp://host/live/?x", "http://host/live", "nonsense", "rtmp://host/live?a=1/camera"])(
    "%s names no stream",
    (url) => expect(() => signStreamUrl(url, { action: "play", secret, expiresAt: new Date() })).toThrow(),
  );
});
