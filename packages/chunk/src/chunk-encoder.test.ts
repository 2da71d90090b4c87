import { ByteWriter, concatBytes, fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { ChunkEncoder } from "./chunk-encoder.js";
import type { ChunkMessage } from "./chunk-message.js";

const PLAIN: ChunkMessage = {
  chunkStreamId: 4,
  timestamp: 100,
  messageTypeId: 8,
  messageStreamId: 1,
  payload: fromHex("a0a1"),
};

/** First bytes of what each message becomes, one encoder for all. */
function encodeAll(changes: readonly Partial<ChunkMessage>[], encoder = new ChunkEncoder()): string[] {
  return changes.map((change) => toHex(encoder.encode({ ...PLAIN, ...change })));
}

describe("headers", () => {
  test("type 0 first, then deltas, then nothing", () => {
    expect(
      encodeAll([
        {},
        { timestamp: 120 },
        { timestamp: 140 },
        { timestamp: 161 },
        { timestamp: 161, messageTypeId: 9 },
        { timestamp: 161, payload: fromHex("a0") },
      ]),
    ).toEqual([
      "04000064000002080100" + "0000a0a1",
      "84000014a0a1",
      "c4a0a1",
      "84000015a0a1",
      "4400000000000209a0a1",
      "4400000000000108a0",
    ]);
  });

  test("type 3 never opens a message right after type 0, of which peers disagree", () => {
    expect(encodeAll([{ timestamp: 0 }, { timestamp: 0 }, { timestamp: 0 }])).toEqual([
      "040000000000020801000000a0a1",
      "84000000a0a1",
      "c4a0a1",
    ]);
  });

  test("type 0 again for another message stream, for time going back, and for jumps of 4.6 hours", () => {
    const types = encodeAll([
      {},
      { messageStreamId: 2 },
      { messageStreamId: 2, timestamp: 99 },
      { messageStreamId: 2, timestamp: 99 + 0xfffffe },
      { messageStreamId: 2, timestamp: 99 + 0xfffffe + 0xffffff },
    ]).map((hex) => Number.parseInt(hex.slice(0, 1), 16) >> 2);
    expect(types).toEqual([0, 0, 0, 2, 0]);
  });

  test("time that wraps is a small delta", () => {
    expect(encodeAll([{ timestamp: 0xfffffff6 }, { timestamp: 10 }])[1]).toBe("84000014a0a1");
  });

  test("state is kept per chunk stream", () => {
    expect(encodeAll([{}, { chunkStreamId: 5, timestamp: 7 }, { timestamp: 120 }])[2]).toBe("84000014a0a1");
  });

  test("now and then a whole header, as often as asked", () => {
    const messages = [1, 2, 3, 4, 5, 6, 7].map((timestamp) => ({ timestamp }));
    const types = (every: number) =>
      encodeAll(messages, new ChunkEncoder({ fullHeaderEvery: every })).map(
        (hex) => Number.parseInt(hex.slice(0, 1), 16) >> 2,
      );
    expect(types(1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(types(3)).toEqual([0, 2, 3, 0, 2, 3, 0]);
    expect(() => new ChunkEncoder({ fullHeaderEvery: 0 })).toThrow(RangeError);
  });

  test("forget makes the next header whole, on that chunk stream alone", () => {
    const encoder = new ChunkEncoder();
    encodeAll([{}, { chunkStreamId: 5 }], encoder);
    encoder.forget(4);
    expect(encodeAll([{}, { chunkStreamId: 5 }], encoder).map((hex) => hex.slice(0, 2))).toEqual(["04", "85"]);
  });

  test.for([
    [2, "02"],
    [63, "3f"],
    [64, "0000"],
    [319, "00ff"],
    [320, "010001"],
    [65_599, "01ffff"],
  ] as const)("chunk stream %i in the shortest form", ([chunkStreamId, hex]) => {
    const long = new Uint8Array(129);
    const [bytes = ""] = encodeAll([{ chunkStreamId, payload: long }]);
    expect(bytes.slice(0, hex.length)).toBe(hex);
    const again = (0xc0 + Number.parseInt(hex.slice(0, 2), 16)).toString(16) + hex.slice(2);
    expect(bytes.slice(-2 - again.length, -2)).toBe(again);
  });
});

describe("extended timestamp (RTMP 5.3.1.3)", () => {
  test("from 0xFFFFFF on", () => {
    expect(encodeAll([{ timestamp: 0xfffffe }])[0]).toBe("04fffffe0000020801000000a0a1");
    expect(encodeAll([{ timestamp: 0xffffff }])[0]).toBe("04ffffff000002080100000000ffffffa0a1");
    expect(encodeAll([{ timestamp: 0xffffffff }])[0]).toBe("04ffffff0000020801000000ffffffffa0a1");
  });

  test("is repeated in each chunk of the message, and gone with the next plain header", () => {
    const payload = new Uint8Array(257);
    const zeros = "00".repeat(128);
    expect(
      encodeAll([
        { timestamp: 0x01020304, payload },
        { timestamp: 0x01020305, payload },
      ]),
    ).toEqual([
      `04ffffff000101080100000001020304${zeros}c401020304${zeros}c40102030400`,
      `84000001${zeros}c4${zeros}c400`,
    ]);
  });
});

describe("Set Chunk Size", () => {
  const setChunkSize = (hex: string): ChunkMessage => ({ ...PLAIN, messageTypeId: 1, payload: fromHex(hex) });
  test("is itself written under the old size, then counts", () => {
    const encoder = new ChunkEncoder();
    encoder.encode(setChunkSize("00000002"));
    expect(encoder.chunkSize).toBe(2);
    expect(toHex(encoder.encode(setChunkSize("00000005")))).toBe("84000000" + "0000" + "c4" + "0005");
    expect(encoder.chunkSize).toBe(5);
    expect(toHex(encoder.encode({ ...PLAIN, payload: fromHex("a0a1a2a3a4a5") }))).toBe(
      "4400000000000608a0a1a2a3a4c4a5",
    );
  });

  test("above the longest message equals the longest message", () => {
    const encoder = new ChunkEncoder();
    encoder.encode(setChunkSize("7fffffff"));
    expect(encoder.chunkSize).toBe(0xffffff);
  });

  test.for(["", "000080", "00000000", "80000000", "0000008000"])(
    "%j is the caller's mistake and changes nothing",
    (hex) => {
      const encoder = new ChunkEncoder();
      expect(() => encoder.encode(setChunkSize(hex))).toThrow(RangeError);
      expect(encoder.chunkSize).toBe(128);
      expect(toHex(encoder.encode(PLAIN)).slice(0, 2)).toBe("04");
    },
  );
});

test("write appends what encode gives", () => {
  const out = new ByteWriter();
  out.u8(0xee);
  const writer = new ChunkEncoder();
  const encoder = new ChunkEncoder();
  const messages = [PLAIN, { ...PLAIN, timestamp: 120 }, { ...PLAIN, payload: new Uint8Array(1_000) }];
  for (const message of messages) writer.write(out, message);
  expect(out.toBytes()).toEqual(
    concatBytes([Uint8Array.of(0xee), ...messages.map((message) => encoder.encode(message))]),
  );
});

test.for([
  { chunkStreamId: 1 },
  { chunkStreamId: 65_600 },
  { chunkStreamId: Number.NaN },
  { timestamp: -1 },
  { timestamp: 2 ** 32 },
  { timestamp: 0.5 },
  { messageTypeId: 256 },
  { messageStreamId: 2 ** 32 },
  { payload: new Uint8Array(2 ** 24) },
])("%j is the caller's mistake and writes nothing", (change) => {
  const out = new ByteWriter();
  expect(() => new ChunkEncoder().write(out, { ...PLAIN, ...change })).toThrow(RangeError);
  expect(out.length).toBe(0);
  expect(() => new ChunkEncoder().encode({ ...PLAIN, ...change })).toThrow(RangeError);
});
