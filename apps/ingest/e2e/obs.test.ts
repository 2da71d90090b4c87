import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { FlvReader } from "@rtmp/flv";
import { describe, expect, test } from "vitest";
import { Ingest } from "./support/ingest.js";

const captures = new URL("../../../packages/conformance/captures/", import.meta.url);
/** SHA-256 over all payloads of the recorded OBS 29 session, as computed from the capture itself. */
const AUDIO = "c4c3287dad39fca90fdbcaeb6eb68d9a5ad44cdaa576e68cc26a5741f46a5483";
const VIDEO = "7ebf4c684a4a5b6f1d9fe91e3226673ab952a77c0ec6898b2a28320d8860d192";

describe("OBS Studio 29", () => {
  test("a recorded session, replayed over TCP, is recorded bit for bit", async () => {
    const ingest = await Ingest.start();
    try {
      const bytes = await readFile(new URL("obs29-publish.c2s.bin", captures));
      const socket = connect(ingest.port, "127.0.0.1");
      socket.resume();
      socket.on("error", () => {}); // the server may close first
      for (let at = 0; at < bytes.length; at += 1460) socket.write(bytes.subarray(at, at + 1460));
      socket.end();
      const unpublish = await ingest.event("unpublish", { stream: "obskey" });
      expect(unpublish).toMatchObject({ app: "live", clean: false }); // its TCP connection was cut
      expect(ingest.text).not.toContain("tok=1");

      const reader = new FlvReader();
      reader.push(await readFile(await ingest.recording("obskey")));
      const hashes = { 8: createHash("sha256"), 9: createHash("sha256") };
      for (let item = reader.read(); item !== undefined; item = reader.read()) {
        if (item.kind === "tag" && (item.tagType === 8 || item.tagType === 9))
          hashes[item.tagType].update(item.payload);
      }
      expect(hashes[8].digest("hex")).toBe(AUDIO);
      expect(hashes[9].digest("hex")).toBe(VIDEO);
    } finally {
      await ingest[Symbol.asyncDispose]();
    }
  });
});
