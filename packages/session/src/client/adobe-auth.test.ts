import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { answerAdobeAuth, asksForAdobeAuth } from "./adobe-auth.js";

const me = { user: "me", password: "pass word" };
const seed = (target: Uint8Array) => void target.set([0, 1, 0xab, 0xcd]);
const md5 = (text: string) => createHash("md5").update(text).digest("base64");

test("a refusal that asks for it is told from others", () => {
  expect(asksForAdobeAuth("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ")).toBe(true);
  expect(asksForAdobeAuth("No such application.")).toBe(false);
  expect(asksForAdobeAuth(undefined)).toBe(false);
});

describe("answerAdobeAuth", () => {
  test("first says who it is", () => {
    expect(answerAdobeAuth("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ", me, seed)).toBe(
      "?authmod=adobe&user=me",
    );
  });

  test("then proves it with the challenge", () => {
    const description =
      "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=me&salt=6MnrBg==&challenge=7C5OrwQ=";
    const response = md5(`${md5("me6MnrBg==pass word")}7C5OrwQ=0001abcd`);
    expect(answerAdobeAuth(description, me, seed)).toBe(
      `?authmod=adobe&user=me&challenge=0001abcd&response=${response}`,
    );
  });

  test("and with what is opaque where there is that, which goes back", () => {
    const description = "authmod=adobe :?reason=needauth&user=me&salt=s&challenge=c&opaque=o";
    const response = md5(`${md5("mespass word")}o0001abcd`);
    expect(answerAdobeAuth(description, me, seed)).toBe(
      `?authmod=adobe&user=me&challenge=0001abcd&response=${response}&opaque=o`,
    );
  });

  test.for(["?reason=authfailed", "?reason=nosuchuser", ""])("refused: authmod=adobe %s", (reason) => {
    const description = `[ authmod=adobe ] : ${reason}`;
    expect(() => answerAdobeAuth(description, me, seed)).toThrow(
      expect.objectContaining({ code: "authentication-failed", description }),
    );
  });

  test("without credentials there is nothing to answer", () => {
    expect(() => answerAdobeAuth("code=403 need auth; authmod=adobe", undefined, seed)).toThrow(
      expect.objectContaining({ code: "authentication-required" }),
    );
  });
});
