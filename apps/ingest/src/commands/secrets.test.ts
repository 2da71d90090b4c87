import { parseRtmpUrl } from "@rtmp/session";
import { expect, test } from "vitest";
import { secretsOf } from "./secrets.js";

const hide = (url: string, text: string) => secretsOf(parseRtmpUrl(url))(text);

test.for([
  ["the password", "rtmp://user:pa55@host/app/key", "user pa55 failed", "user *** failed"],
  ["the stream's query", "rtmp://host/app/key?token=abc", "bad key token=abc", "bad key ***"],
  ["the application's query", "rtmp://host/app?auth=xyz/key", "no auth=xyz", "no ***"],
  ["a long stream name", "rtmp://host/app/live_12345?x", "live_12345 is taken", "*** is taken"],
] as const)("%s is hidden", ([, url, text, shown]) => expect(hide(url, text)).toBe(shown));

test("short names are words, and stay; other URLs lose their queries too", () => {
  expect(hide("rtmp://host/app/a", "a stream named a")).toBe("a stream named a");
  expect(hide("rtmp://host/app/a", "go to rtmp://b/app/a?t=1")).not.toContain("t=1");
});
