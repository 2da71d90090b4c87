import { readFileSync } from "node:fs";
import { ChunkDecoder, type ChunkMessage } from "@rtmp/chunk";
import { analysePacket } from "@rtmp/handshake";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "./bytes.js";

const folder = new URL("../captures/", import.meta.url);
const HANDSHAKE_LENGTH = 1 + 2 * 1536;

interface Media {
  readonly payloadBytes: number;
  readonly payloadSha256: string;
  readonly lastTimestamp: number;
  readonly messages: number;
}

interface Expected {
  readonly bytes: number;
  readonly sha256: string;
  readonly handshake: { readonly version: number; readonly digestSchema: number | null };
  readonly messageCount: number;
  readonly trailingBytes: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly control: readonly {
    typeId: number;
    csid: number;
    messageStreamId: number;
    timestamp: number;
    length: number;
  }[];
  readonly audio?: Media;
  readonly video?: Media;
}

const expectations: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(new URL("expected.json", folder), "utf8"),
);

describe.for(Object.entries(expectations))("%s", ([name, expected]) => {
  const bytes = readFileSync(new URL(name, folder));
  const sender = name.endsWith(".c2s.bin") ? "client" : "server";

  test("is the file that was recorded", () => {
    expect({ bytes: bytes.length, sha256: sha256Hex(bytes) }).toEqual({
      bytes: expected.bytes,
      sha256: expected.sha256,
    });
  });

  test("begins with the handshake", () => {
    expect(bytes[0]).toBe(expected.handshake.version);
    const { digest } = analysePacket(bytes.subarray(1, 1537), sender);
    expect(digest?.schema ?? null).toBe(expected.handshake.digestSchema);
  });

  test("decodes to the messages that were sent", () => {
    const decoder = new ChunkDecoder();
    decoder.push(bytes.subarray(HANDSHAKE_LENGTH));
    const messages: ChunkMessage[] = [];
    for (let message = decoder.read(); message !== undefined; message = decoder.read()) messages.push(message);

    const byType: Record<string, number> = {};
    for (const { messageTypeId } of messages) byType[messageTypeId] = (byType[messageTypeId] ?? 0) + 1;
    expect(byType).toEqual(expected.byType);
    expect(messages).toHaveLength(expected.messageCount);
    expect(bytes.length - HANDSHAKE_LENGTH - decoder.bytesConsumed).toBe(expected.trailingBytes);
    expect(mediaOf(messages, 8)).toEqual(expected.audio);
    expect(mediaOf(messages, 9)).toEqual(expected.video);
    const others = messages.filter(({ messageTypeId }) => messageTypeId !== 8 && messageTypeId !== 9);
    expect(
      others.map(({ messageTypeId, chunkStreamId, messageStreamId, timestamp, payload }) => {
        return { typeId: messageTypeId, csid: chunkStreamId, messageStreamId, timestamp, length: payload.length };
      }),
    ).toEqual(
      expected.control.map(({ typeId, csid, messageStreamId, timestamp, length }) => {
        return { typeId, csid, messageStreamId, timestamp, length };
      }),
    );
  });
});

function mediaOf(messages: readonly ChunkMessage[], typeId: number): Media | undefined {
  const found = messages.filter(({ messageTypeId }) => messageTypeId === typeId);
  const last = found.at(-1);
  if (last === undefined) return undefined;
  const payloads = found.map(({ payload }) => payload);
  return {
    payloadBytes: payloads.reduce((sum, { length }) => sum + length, 0),
    payloadSha256: sha256Hex(...payloads),
    lastTimestamp: last.timestamp,
    messages: found.length,
  };
}
