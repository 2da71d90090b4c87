import { describe, expect, test } from "vitest";
import { pathPart } from "./path-part.js";

describe("pathPart", () => {
  test.for(["live", "key", "Key-1_2.3", "a+b=c@d,e", "live_123_AbC", "キー", "ключ", "café", "流", "v1.2"])(
    "leaves %s as it is",
    (name) => expect(pathPart(name)).toBe(name),
  );

  test.for([
    ["nothing", "", "%empty"],
    ["the folder itself", ".", "%2E"],
    ["the folder above", "..", "%2E%2E"],
    ["a climb", "../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"],
    ["an absolute path", "/etc/passwd", "%2Fetc%2Fpasswd"],
    ["a Windows path", "C:\\boot", "C%3A%5Cboot"],
    ["a Windows stream", "a:b", "a%3Ab"],
    ["a hidden name", ".ssh", "%2Essh"],
    ["a dot at the end", "a.", "a%2E"],
    ["a space at the end", "a ", "a%20"],
    ["NUL", "a\0b", "a%00b"],
    ["a line break", "a\nb", "a%0Ab"],
    ["an escape sequence", "\u001b[31m", "%1B%5B31m"],
    ["a percent sign", "%2E%2E", "%252E%252E"],
    ["our own mark", "%empty", "%25empty"],
    ["a shell's characters", "$(x)`;|&*?<>\"'~", "%24%28x%29%60%3B%7C%26%2A%3F%3C%3E%22%27%7E"],
    ["a device", "nul", "%6Eul"],
    ["a device in capitals with an extension", "COM1.flv", "%43OM1.flv"],
    ["a device with a superscript digit", "lpt\u00b9", "%6Cpt\u00b9"],
    ["a full-width slash", "a\uff0fb", "a%EF%BC%8Fb"],
    ["a one-dot leader", "\u2024\u2024", "%E2%80%A4%E2%80%A4"],
    ["text turned around", "\u202egnp", "%E2%80%AEgnp"],
    ["a zero-width joiner", "a\u200db", "a%E2%80%8Db"],
    ["a variation selector", "a\ufe0f", "a%EF%B8%8F"],
    ["a byte order mark", "\ufeffa", "%EF%BB%BFa"],
    ["a decomposed letter", "cafe\u0301", "cafe%CC%81"],
    ["a lone mark in front", "\u0301a", "%CC%81a"],
    ["a mark behind an escape", "/\u0301a", "%2F%CC%81a"],
    ["an emoji", "\u{1f600}", "%F0%9F%98%80"],
    ["half a surrogate pair", "\ud800", "%ED%A0%80"],
  ] as const)("escapes %s", ([, name, part]) => expect(pathPart(name)).toBe(part));

  test("what only looks like a device stays", () => {
    expect(["console", "nullify", "com", "com10", "auxiliary"].map((name) => pathPart(name))).toEqual([
      "console",
      "nullify",
      "com",
      "com10",
      "auxiliary",
    ]);
  });

  test("takes 255 bytes as they are and shortens 256", () => {
    expect(pathPart("a".repeat(255))).toBe("a".repeat(255));
    const part = pathPart("a".repeat(256));
    expect(part).toMatch(/^a{221}%-[0-9a-f]{32}$/);
    expect(pathPart("a".repeat(257))).not.toBe(part);
  });
  test("cuts between characters and between escapes", () => {
    expect(pathPart("流".repeat(100))).toMatch(/^流{73}%-[0-9a-f]{32}$/);
    expect(pathPart("/".repeat(100))).toMatch(/^(?:%2F){73}%-[0-9a-f]{32}$/);
  });
  test("the same name always gives the same part", () => expect(pathPart("x/y")).toBe(pathPart("x/y")));
});
