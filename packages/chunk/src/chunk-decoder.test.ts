import { concatBytes, fromHex, toHex } from "@rtmp/bytes-util";
import { describe, expect, test } from "vitest";
import { ChunkDecoder } from "./chunk-decoder.js";
import { ChunkError, type ChunkErrorCode } from "./chunk-error.js";
import type { ChunkLimits } from "./chunk-limits.js";
import { decodeInPieces, readAll } from "./vectors/pieces.js";
import { BASIC_HEADERS, STREAMS } from "./vectors/streams.js";

/** The bytes of a type 0 header. */
function header(chunkStreamId: number, length: number, messageTypeId = 9): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  bytes[0] = chunkStreamId;
  view.setUint32(4, length * 256 + messageTypeId);
  return bytes;
}

function setChunkSize(size: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, size);
  return concatBytes([header(2, 4, 1), payload]);
}

function failure(bytes: Uint8Array, limits: Partial<ChunkLimits> = {}): ChunkError {
  const decoder = new ChunkDecoder(limits);
  decoder.push(bytes);
  try {
    readAll(decoder);
  } catch (error) {
    if (error instanceof ChunkError) return error;
  }
  throw new Error("no ChunkError");
}

describe.for(BASIC_HEADERS)("basic header: $name", ({ hex, chunkStreamId }) => {
  const bytes = fromHex(`${hex} 000000 000001 08 01000000 aa`);
  test.for([1, bytes.length])("reads, %i bytes a push", (size) => {
    const { messages } = decodeInPieces(bytes, [size]);
    expect(messages.map((message) => message.chunkStreamId)).toEqual([chunkStreamId]);
  });
});

describe.for(STREAMS)("$name", ({ hex, messages }) => {
  test.for([1, 2, 3, 17, 100_000])("%i bytes a push", (size) => {
    const outcome = decodeInPieces(fromHex(hex), [size]);
    expect(outcome.end).toBe("waiting");
    expect(
      outcome.messages.map((m) => [m.chunkStreamId, m.timestamp, m.messageTypeId, m.messageStreamId, toHex(m.payload)]),
    ).toEqual(messages);
  });
});

describe("chunk size", () => {
  test("is 128 at first, then what the peer says, at most the longest message", () => {
    expect(new ChunkDecoder().maxChunkSize).toBe(128);
    for (const [said, used] of [
      [1, 1],
      [65_536, 65_536],
      [0xffffff, 0xffffff],
      [0x1000000, 0xffffff],
      [0x7fffffff, 0xffffff],
    ] as const) {
      const decoder = new ChunkDecoder();
      decoder.push(setChunkSize(said));
      expect(readAll(decoder).length).toBe(1);
      expect(decoder.maxChunkSize).toBe(used);
    }
  });

  test("takes effect between two messages of one push", () => {
    const large = new Uint8Array(1_000).fill(7);
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([setChunkSize(1_000), header(6, 1_000), large]));
    expect(readAll(decoder).map((message) => message.payload.length)).toEqual([4, 1_000]);
  });
});

describe("each error by its code", () => {
  const partial = concatBytes([header(6, 200), new Uint8Array(128)]);
  const faults: [string, Uint8Array, ChunkErrorCode, Partial<ChunkLimits>][] = [
    ["Set Chunk Size 0", setChunkSize(0), "invalid-chunk-size", {}],
    ["Set Chunk Size with bit 31", setChunkSize(0x80000080), "invalid-chunk-size", {}],
    ["Set Chunk Size below the policy", setChunkSize(127), "invalid-chunk-size", { minChunkSize: 128 }],
    ["type 2 on a fresh chunk stream", fromHex("83"), "missing-previous-header", {}],
    ["type 3 on a fresh chunk stream", fromHex("c3"), "missing-previous-header", {}],
    ["type 0 inside a message", concatBytes([partial, fromHex("06")]), "unexpected-header", {}],
    ["type 1 inside a message", concatBytes([partial, fromHex("46")]), "unexpected-header", {}],
    ["type 2 inside a message", concatBytes([partial, fromHex("86")]), "unexpected-header", {}],
    ["a command longer than a lowered limit", header(6, 8, 20), "message-too-large", { maxCommandLength: 7 }],
  ];
  test.for(faults)("%s", ([, bytes, code, limits]) => {
    expect(failure(bytes, limits).code).toBe(code);
    expect(decodeInPieces(bytes, [1], limits).end).toBe(code);
  });

  test.for([1, 2, 3, 4, 5, 6])("control message of type %i: shorter than its fields, and longer", (type) => {
    const least = type === 4 ? 2 : type === 6 ? 5 : 4;
    const most = type === 4 ? 64 : least;
    const codeOf = (length: number) => decodeInPieces(header(2, length, type), [1]).end;
    expect([least - 1, least, most, most + 1].map(codeOf)).toEqual([
      "malformed-control",
      "waiting",
      "waiting",
      "message-too-large",
    ]);
  });

  test("says where, and what was compared", () => {
    const error = failure(concatBytes([setChunkSize(128), header(6, 9_000_000)]));
    expect(error.context).toEqual({ offset: 16, chunkStreamId: 6, fmt: 0, actual: 9_000_000, limit: 8_388_608 });
    expect(failure(concatBytes([partial, fromHex("46")])).context).toEqual({ offset: 140, chunkStreamId: 6, fmt: 1 });
  });

  test("stays: later calls throw the same error, and nothing is held", () => {
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([partial, fromHex("06"), new Uint8Array(5_000)]));
    let first: unknown;
    try {
      readAll(decoder);
    } catch (error) {
      first = error;
    }
    expect(first).toBeInstanceOf(ChunkError);
    expect(decoder.heldBytes).toBe(0);
    expect(() => decoder.read()).toThrow(first as Error);
    expect(() => decoder.push(header(4, 0))).toThrow(first as Error);
  });

  test("messages complete before the fault are read first", () => {
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([header(4, 0), fromHex("c9")]));
    expect(decoder.read()?.chunkStreamId).toBe(4);
    expect(() => decoder.read()).toThrow(ChunkError);
  });
});

describe("limits", () => {
  const kinds: [keyof ChunkLimits, number[]][] = [
    ["maxMediaLength", [8, 9, 22]],
    ["maxDataLength", [15, 16, 18, 19, 0, 7, 255]],
    ["maxCommandLength", [17, 20]],
  ];
  test.for(kinds)("%s bounds types %j", ([name, types]) => {
    for (const type of types) {
      expect(decodeInPieces(header(3, 300, type), [12], { [name]: 300 }).end).toBe("waiting");
      const error = failure(header(3, 301, type), { [name]: 300 });
      expect([error.code, error.context.limit]).toEqual(["message-too-large", 300]);
    }
  });

  test("defaults: 8 MiB of media, 1 MiB of data, 64 KiB of command", () => {
    for (const [type, limit] of [
      [9, 8_388_608],
      [18, 1_048_576],
      [20, 65_536],
    ] as const) {
      expect(decodeInPieces(header(3, limit, type), [12]).end).toBe("waiting");
      expect(failure(header(3, limit + 1, type)).context.limit).toBe(limit);
    }
  });

  test("maxChunkStreams counts ids ever used", () => {
    const four = [3, 4, 5, 6].map((id) => header(id, 0));
    expect(decodeInPieces(concatBytes([...four, ...four]), [7], { maxChunkStreams: 4 }).messages.length).toBe(8);
    const error = failure(concatBytes([...four, header(7, 0)]), { maxChunkStreams: 4 });
    expect([error.code, error.context.actual, error.context.limit]).toEqual(["too-many-chunk-streams", 5, 4]);
  });

  test("maxPartials counts messages that wait for a further chunk", () => {
    const begun = [3, 4, 5].map((id) => concatBytes([header(id, 129), new Uint8Array(128)]));
    const rest = [3, 4, 5].map((id) => Uint8Array.of(0xc0 + id, 0));
    const whole = concatBytes([header(6, 128), new Uint8Array(128)]); // needs one chunk only
    const fine = decodeInPieces(concatBytes([...begun, whole, ...rest, ...begun]), [100], { maxPartials: 3 });
    expect([fine.end, fine.messages.length]).toEqual(["waiting", 4]);
    const error = failure(concatBytes([...begun, header(6, 129)]), { maxPartials: 3 });
    expect([error.code, error.context.actual, error.context.limit]).toEqual(["too-many-partials", 4, 3]);
  });

  test("maxPartialBytes sums up incomplete messages; complete and aborted ones leave the sum", () => {
    const begin = (id: number) => concatBytes([header(id, 200), new Uint8Array(128)]);
    const abort3 = concatBytes([header(2, 4, 2), Uint8Array.of(0, 0, 0, 3)]);
    const limits = { maxPartialBytes: 260 };
    expect(decodeInPieces(concatBytes([begin(3), begin(4)]), [50], limits).end).toBe("waiting");
    const error = failure(concatBytes([begin(3), begin(4), header(5, 5)]), limits);
    expect([error.code, error.context.actual, error.context.limit]).toEqual(["memory-limit", 261, 260]);
    expect(decodeInPieces(concatBytes([begin(3), begin(4), abort3, begin(5)]), [50], limits).end).toBe("waiting");
    expect(failure(concatBytes([begin(3), Uint8Array.of(0xc3)]), { maxPartialBytes: 199 }).code).toBe("memory-limit");
  });

  test("setLimits changes what it names from the next header on", () => {
    const decoder = new ChunkDecoder({ maxMediaLength: 100 });
    decoder.push(concatBytes([header(6, 100), new Uint8Array(99)]));
    readAll(decoder);
    decoder.setLimits({ maxMediaLength: 50 }); // the message that has begun goes on
    decoder.push(Uint8Array.of(0));
    expect(readAll(decoder).length).toBe(1);
    decoder.setLimits({ maxMediaLength: 1_000 });
    decoder.push(concatBytes([header(6, 1_000), new Uint8Array(128), header(4, 1_001)]));
    expect(() => readAll(decoder)).toThrow(expect.objectContaining({ code: "message-too-large" }));
  });

  test("a limit out of range is the caller's mistake", () => {
    for (const limits of [
      { maxMediaLength: 2 ** 24 },
      { maxChunkStreams: 0 },
      { minChunkSize: 0 },
      { maxPartials: 1.5 },
    ]) {
      expect(() => new ChunkDecoder(limits)).toThrow(RangeError);
      expect(() => new ChunkDecoder().setLimits(limits)).toThrow(RangeError);
    }
  });
});

describe("memory", () => {
  test("a header alone makes nothing of the announced size", () => {
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([setChunkSize(0x7fffffff), header(6, 8_388_608)]));
    readAll(decoder);
    expect(decoder.heldBytes).toBe(0);
    decoder.push(new Uint8Array(10));
    readAll(decoder);
    expect(decoder.heldBytes).toBe(256);
  });

  test("buffers grow with what has arrived", () => {
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([setChunkSize(0x7fffffff), header(6, 8_388_608)]));
    for (let received = 0; received < 8_000_000; ) {
      decoder.push(new Uint8Array(50_000));
      received += 50_000;
      readAll(decoder);
      expect(decoder.heldBytes).toBeLessThanOrEqual(1.5 * received + 65_536);
    }
  });

  test("1-byte chunks, a byte a push, are held as bytes", () => {
    const decoder = new ChunkDecoder();
    decoder.push(concatBytes([setChunkSize(1), header(6, 40_000)]));
    for (let i = 0; i < 39_999; i++) {
      if (i > 0) decoder.push(Uint8Array.of(0xc6));
      decoder.push(Uint8Array.of(i & 0xff));
      expect(decoder.read()?.messageTypeId ?? 1).toBe(1);
    }
    expect(decoder.heldBytes).toBeLessThanOrEqual(40_000);
    decoder.push(Uint8Array.of(0xc6, 1));
    expect(decoder.read()?.payload.subarray(0, 300)).toEqual(Uint8Array.from({ length: 300 }, (_, i) => i & 0xff));
    expect(decoder.heldBytes).toBe(0);
  });

  test("input that nobody read yet counts, and a cut header is all that stays of a push", () => {
    const decoder = new ChunkDecoder();
    decoder.push(new Uint8Array(0));
    decoder.push(header(6, 0));
    decoder.push(header(6, 0).subarray(0, 5));
    expect([decoder.heldBytes, decoder.bytesConsumed]).toEqual([17, 0]);
    expect(readAll(decoder).length).toBe(1);
    expect([decoder.heldBytes, decoder.bytesConsumed]).toEqual([5, 12]);
    decoder.push(header(6, 0).subarray(5));
    expect([decoder.heldBytes, decoder.bytesConsumed]).toEqual([12, 12]);
    expect(readAll(decoder).length).toBe(1);
    expect([decoder.heldBytes, decoder.bytesConsumed]).toEqual([0, 24]);
  });

  test("a payload is not touched after it was handed out, nor is the input", () => {
    const wire = concatBytes([header(6, 3), Uint8Array.of(1, 2, 3)]);
    const input = concatBytes([wire, wire]);
    const decoder = new ChunkDecoder();
    decoder.push(input);
    const [first, second] = readAll(decoder);
    input.fill(9);
    second?.payload.fill(8);
    expect(first?.payload).toEqual(Uint8Array.of(1, 2, 3));
    expect(first?.payload.buffer.byteLength).toBe(3);
  });
});

describe("borrowed payloads", () => {
  const EMPTY = new Uint8Array(0);
  const options = { payloads: "borrowed" } as const;
  test("a payload is a view of what was pushed, its chunks moved together", () => {
    const body = Uint8Array.from({ length: 300 }, (_, i) => i);
    const chunks = [header(6, 300), body.subarray(0, 128), [0xc6], body.subarray(128, 256), [0xc6], body.subarray(256)];
    const input = concatBytes([...chunks.map((chunk) => Uint8Array.from(chunk)), header(5, 2), Uint8Array.of(7, 8)]);
    const decoder = new ChunkDecoder({}, options);
    decoder.push(input);
    const [first, second] = readAll(decoder);
    expect(first?.payload).toEqual(body);
    expect(first?.payload.buffer).toBe(input.buffer);
    expect(second?.payload).toEqual(Uint8Array.of(7, 8));
    expect([decoder.heldBytes, decoder.bytesConsumed]).toEqual([0, input.length]);
  });

  test("what is cut, interleaved, or has an extended timestamp in each chunk is copied", () => {
    const whole = concatBytes([
      header(6, 200),
      new Uint8Array(128).fill(1),
      Uint8Array.of(0xc6),
      new Uint8Array(72).fill(1),
    ]);
    const cut = new ChunkDecoder({}, options);
    cut.push(whole.slice(0, 100));
    readAll(cut);
    cut.push(whole.slice(100));
    const [message] = readAll(cut);
    expect(message?.payload).toEqual(new Uint8Array(200).fill(1));
    expect(message?.payload.buffer).not.toBe(whole.buffer);

    const between = concatBytes([header(5, 1), Uint8Array.of(9)]);
    const mixed = new ChunkDecoder({}, options);
    mixed.push(concatBytes([whole.subarray(0, 140), between, whole.subarray(140)]));
    expect(readAll(mixed).map(({ payload }) => payload.length)).toEqual([1, 200]);
  });

  test("what is not read yet can be detached from the array it came in", () => {
    const decoder = new ChunkDecoder({}, options);
    const message = concatBytes([header(6, 3), Uint8Array.of(1, 2, 3)]);
    const reads = [concatBytes([message, message, message.subarray(0, 5)]), message.slice(5), message.slice()];
    const payloads: Uint8Array[] = [];
    const read = (count: number): void => {
      for (let i = 0; i < count; i++) payloads.push(decoder.read()?.payload.slice() ?? EMPTY);
    };
    for (const [i, bytes] of reads.entries()) {
      decoder.push(bytes);
      if (i === 0) read(1);
      decoder.detach();
      bytes.fill(0xee);
    }
    expect(decoder.heldBytes).toBe(3 * message.length);
    read(4);
    expect(payloads).toEqual([...Array(4).fill(Uint8Array.of(1, 2, 3)), EMPTY]);
    expect(decoder.bytesConsumed).toBe(4 * message.length);
  });

  test("of a longer array only its begin counts, if that is what is said", () => {
    const decoder = new ChunkDecoder({}, options);
    const message = concatBytes([header(6, 3), Uint8Array.of(1, 2, 3)]);
    const room = new Uint8Array(100);
    for (const part of [message.subarray(0, 11), message.subarray(11), message]) {
      room.fill(0xee).set(part);
      decoder.push(room, part.length);
      expect(decoder.read()?.payload).toEqual(part.length === 11 ? undefined : Uint8Array.of(1, 2, 3));
      expect(decoder.read()).toBeUndefined();
    }
    expect(decoder.heldBytes).toBe(0);
  });

  test("a payload that was put together is held until the next read", () => {
    const decoder = new ChunkDecoder({}, options);
    decoder.push(concatBytes([header(6, 100), new Uint8Array(50)]));
    expect(decoder.read()).toBeUndefined();
    decoder.push(new Uint8Array(50));
    expect(decoder.read()?.payload.length).toBe(100);
    expect(decoder.heldBytes).toBe(1024);
    expect(decoder.read()).toBeUndefined();
    expect(decoder.heldBytes).toBe(0);
  });

  test("an announced length allocates little", () => {
    const decoder = new ChunkDecoder({}, options);
    for (let id = 3; id < 19; id++) {
      decoder.push(concatBytes([header(id, 60_000), Uint8Array.of(1)]));
      expect(decoder.read()).toBeUndefined();
      decoder.push(new Uint8Array(127));
      expect(decoder.read()).toBeUndefined();
    }
    expect(decoder.heldBytes).toBeLessThanOrEqual(16 * 2048); // of 16 times 128 bytes
  });

  test("an aborted message leaves the payload of the Abort as it is", () => {
    const decoder = new ChunkDecoder({}, options);
    const begun = concatBytes([header(6, 200), new Uint8Array(128)]);
    const abort = concatBytes([header(2, 4, 2), Uint8Array.of(0, 0, 0, 6)]);
    for (const bytes of [begun.slice(), abort.slice(0, 14), abort.slice(14)]) {
      expect(decoder.read()).toBeUndefined();
      decoder.push(bytes);
    }
    expect(decoder.read()?.payload).toEqual(Uint8Array.of(0, 0, 0, 6));
    expect(decoder.read()).toBeUndefined();
    expect(decoder.heldBytes).toBe(0);
  });

  test("a small buffer at a seam is never handed out", () => {
    const decoder = new ChunkDecoder({}, options);
    const message = concatBytes([header(6, 3), Uint8Array.of(1, 2, 3)]);
    decoder.push(message.slice(0, 11)); // all of the header but its last byte
    expect(readAll(decoder)).toEqual([]);
    const rest = concatBytes([message.subarray(11), message, message]);
    decoder.push(rest);
    const payloads = readAll(decoder).map(({ payload }) => payload);
    expect(payloads).toEqual(Array(3).fill(Uint8Array.of(1, 2, 3)));
    expect(payloads.map(({ buffer }) => buffer)).toEqual(Array(3).fill(rest.buffer));
  });
});

test("oldestPartial says where the oldest incomplete message began", () => {
  const decoder = new ChunkDecoder();
  const part = new Uint8Array(128);
  const feed = (...pieces: Uint8Array[]) => {
    decoder.push(concatBytes(pieces));
    readAll(decoder);
    return decoder.oldestPartial;
  };
  expect(decoder.oldestPartial).toBeUndefined();
  expect(feed(header(4, 0))).toBeUndefined();
  expect(feed(header(6, 129), part)).toBe(12);
  expect(feed(header(5, 129), part)).toBe(12);
  expect(feed(Uint8Array.of(0xc6, 0))).toBe(152);
  expect(feed(header(2, 4, 2), Uint8Array.of(0, 0, 0, 5))).toBeUndefined();
});
