import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClientError } from "./client-error.js";
import { parseRtmpUrl, redactRtmpUrl, resolveTcUrl } from "./rtmp-url.js";

describe("parseRtmpUrl", () => {
  test("gives every part", () => {
    expect(parseRtmpUrl("rtmp://me:pass@example.net:1936/live/key?token=1")).toEqual({
      protocol: "rtmp",
      host: "example.net",
      port: 1936,
      app: "live",
      streamName: "key?token=1",
      tcUrl: "rtmp://example.net:1936/live",
      user: "me",
      password: "pass",
    });
  });

  test.for([
    ["rtmp://h/live/key", "live", "key"],
    ["rtmp://h/live", "live", undefined],
    ["rtmp://h/live/", "live", undefined],
    ["rtmp://h//live//key//", "live", "key"],
    ["rtmp://h/app/inst/key", "app/inst", "key"],
    ["rtmp://h/app/inst/dir/sub/key", "app/inst", "dir/sub/key"],
    ["rtmp://h/app/inst//key/", "app/inst", "key"],
    ["rtmp://h/vod/mp4:dir/file.mp4", "vod", "mp4:dir/file.mp4"],
    ["rtmp://h/live?vhost=a.b/key?token=c/d", "live?vhost=a.b", "key?token=c/d"],
    ["rtmp://h/live?key=1", "live?key=1", undefined],
    ["rtmp://h/live/key?u=http://x/y/", "live", "key?u=http://x/y/"],
    ["rtmp://h/live/?key=1", "live", "?key=1"],
    ["rtmp://h/live/a%20b%2Fc", "live", "a%20b%2Fc"],
    ["rtmp://h/live/key#1", "live", "key#1"],
    ["  rtmp://h/live/key\n", "live", "key"],
  ] as const)("%s", ([text, app, streamName]) => {
    expect(parseRtmpUrl(text)).toMatchObject({ app, streamName, tcUrl: `rtmp://h/${app}` });
  });

  test.for([
    ["RTMP://h/a", "rtmp", "h", 1935, "rtmp://h/a"],
    ["rtmps://h/a", "rtmps", "h", 443, "rtmps://h/a"],
    ["Rtmps://H:1935/a", "rtmps", "H", 1935, "rtmps://H:1935/a"],
    ["rtmp://h:/a", "rtmp", "h", 1935, "rtmp://h/a"],
    ["rtmp://h:1935/a", "rtmp", "h", 1935, "rtmp://h/a"],
    ["rtmp://[::1]/a", "rtmp", "::1", 1935, "rtmp://[::1]/a"],
    ["rtmp://[fe80::1%eth0]:19350/a", "rtmp", "fe80::1%eth0", 19350, "rtmp://[fe80::1%eth0]:19350/a"],
    ["rtmp://127.0.0.1:65535/a", "rtmp", "127.0.0.1", 65535, "rtmp://127.0.0.1:65535/a"],
  ] as const)("%s", ([text, protocol, host, port, tcUrl]) => {
    expect(parseRtmpUrl(text)).toMatchObject({ protocol, host, port, tcUrl });
  });

  test.for([
    ["rtmp://me@h/a/k", "me", undefined],
    ["rtmp://me:@h/a/k", "me", ""],
    ["rtmp://me:p%40ss:word@h/a/k", "me", "p%40ss:word"],
    ["rtmp://me:p@ss@h/a/k", "me", "p@ss"],
    ["rtmp://h/a/me:pass@x", undefined, undefined],
  ] as const)("%s", ([text, user, password]) => {
    expect(parseRtmpUrl(text)).toMatchObject({ host: "h", user, password });
  });

  test.for([
    ["", "does not begin with rtmp://"],
    ["secret/live/key", "does not begin with rtmp://"],
    ["rtmp:/secret/live", "does not begin with rtmp://"],
    ["rtmp://h/live/secret key", "space"],
    ["http://h/secret", "only rtmp://"],
    ["rtmpe://h/secret", "only rtmp://"],
    ["rtmp:///live/secret", "no host"],
    ["rtmp://me:secret@/live", "no host"],
    ["rtmp://:1935/secret", "no host"],
    ["rtmp://h:secret/live", "port"],
    ["rtmp://h:0/live", "port"],
    ["rtmp://h:65536/live", "port"],
    ["rtmp://::1/secret", "no host"],
    ["rtmp://fe80::1/secret", "brackets"],
    ["rtmp://[::1/secret", "host is malformed"],
    ["rtmp://[::1]x/secret", "host is malformed"],
    ["rtmp://me:secret@h", "no application"],
    ["rtmp://h//", "no application"],
  ] as const)("%s is refused by name, without repeating it", ([text, what]) => {
    let error: unknown;
    try {
      parseRtmpUrl(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: "bad-url", message: expect.stringContaining(what) });
    expect(String(error)).not.toContain("secret");
  });

  test("never throws anything else, and what it gives parses to the same", () => {
    const piece = fc.constantFrom(
      "rtmp",
      "rtmps",
      "://",
      "/",
      "//",
      ":",
      "@",
      "?",
      "[",
      "]",
      "::1",
      "a",
      "live",
      "9",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          const url = parseRtmpUrl(pieces.join(""));
          const again = parseRtmpUrl(`${url.tcUrl}${url.streamName === undefined ? "" : `/${url.streamName}`}`);
          expect(again).toMatchObject({ protocol: url.protocol, host: url.host, port: url.port });
        } catch (error) {
          expect(error).toMatchObject({ name: "ClientError", code: "bad-url" });
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test.for([
  ["rtmp://me:pass@h:1936/live?token=1/key?secret=2", "rtmp://me:***@h:1936/live?***/***"],
  ["rtmps://h/live/key", "rtmps://h/live/***"],
  ["rtmp://h/live", "rtmp://h/live"],
  ["not a url with secrets", "(not an RTMP URL)"],
] as const)("%s is logged as %s", ([text, shown]) => {
  expect(redactRtmpUrl(text)).toBe(shown);
});

describe("resolveTcUrl", () => {
  const base = parseRtmpUrl("rtmps://me:pass@h:1936/app/inst/key");
  test.for([
    [undefined, "rtmps://h:1936/app/inst"],
    ["", "rtmps://h:1936/app/inst"],
    ["rtmp://127.0.0.1/realtimeapp", "rtmp://127.0.0.1/realtimeapp"],
    ["//192.0.2.0/realtimeapp", "rtmps://192.0.2.0/realtimeapp"],
    ["/realtimeapp", "rtmps://h:1936/realtimeapp"],
    ["other", "rtmps://h:1936/app/other"],
    ["?token=1", "rtmps://h:1936/app/inst?token=1"],
    ["rtmp://other", "rtmp://other/app/inst"],
    ["rtmp://other/a/b/c/", "rtmp://other/a/b/c"],
  ] as const)("%s", ([reference, tcUrl]) => {
    const url = resolveTcUrl(base, reference);
    expect(url).toMatchObject({ tcUrl, streamName: "key", user: "me", password: "pass" });
    expect(tcUrl.endsWith(url.app)).toBe(true);
  });
  test("refuses what is no RTMP URL", () => {
    expect(() => resolveTcUrl(base, "http://h/live")).toThrow(ClientError);
    expect(() => resolveTcUrl(base, "//h:99999/live")).toThrow("port");
  });
});
