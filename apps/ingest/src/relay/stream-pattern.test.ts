import { describe, expect, test } from "vitest";
import { fillUrl, matches } from "./stream-pattern.js";

const id = (app: string, name: string) => ({ app, name });

describe("matches", () => {
  test.for([
    ["*", "live", "a", true],
    ["live/a", "live", "a", true],
    ["live/a", "live", "ab", false],
    ["live/a", "live", "b", false],
    ["live/*", "live", "a/b", true],
    ["live/*", "other", "a", false],
    ["*/a", "x/y", "a", true],
    ["live/*-hd", "live", "cam-hd", true],
    ["live/*-hd", "live", "-hd", true],
    ["live/*hd*", "live", "cam-hd-1", true],
    ["live/ab*ba", "live", "aba", false],
    ["live/.*", "live", "abc", false],
  ] as const)("%s and %s/%s: %s", ([pattern, app, name, expected]) => {
    expect(matches(pattern, id(app, name))).toBe(expected);
  });
});

describe("fillUrl", () => {
  test("puts names into the URL", () => {
    expect(fillUrl("rtmp://h/{app}/x-{stream}?k=1", id("live/inst", "cam.1"))).toBe("rtmp://h/live/inst/x-cam.1?k=1");
  });
  test.for(["a?b", "a/b", "a b", "", "a#b", "a%2fb", "{app}", "ä"])("refuses %j in a URL", (name) => {
    expect(fillUrl("rtmp://h/live/{stream}", id("live", name))).toBeUndefined();
    expect(fillUrl("rtmp://h/live/fixed", id("live", name))).toBe("rtmp://h/live/fixed");
  });
  test("takes no pattern of replacement from a name", () => {
    expect(fillUrl("rtmp://h/live/{stream}", id("live", "$&"))).toBeUndefined();
  });
});
