/** A chunk stream and its messages as `[chunkStreamId, timestamp, messageTypeId, messageStreamId, payload in hex]`. */
export interface StreamVector {
  readonly name: string;
  readonly hex: string;
  readonly messages: readonly (readonly [number, number, number, number, string])[];
}

const ZEROS_128 = "00".repeat(128);

/** Basic headers (RTMP 5.3.1.1), each before a message of one byte. */
export const BASIC_HEADERS: readonly { name: string; hex: string; chunkStreamId: number }[] = [
  { name: "smallest 1-byte id", hex: "02", chunkStreamId: 2 },
  { name: "largest 1-byte id", hex: "3f", chunkStreamId: 63 },
  { name: "smallest 2-byte id", hex: "0000", chunkStreamId: 64 },
  { name: "largest 2-byte id", hex: "00ff", chunkStreamId: 319 },
  { name: "smallest id in the 3-byte form", hex: "010000", chunkStreamId: 64 },
  { name: "319 in the 3-byte form", hex: "01ff00", chunkStreamId: 319 },
  { name: "smallest id that needs 3 bytes", hex: "010001", chunkStreamId: 320 },
  { name: "low byte first", hex: "010210", chunkStreamId: 4_162 },
  { name: "largest 3-byte id", hex: "01ffff", chunkStreamId: 65_599 },
];

export const STREAMS: readonly StreamVector[] = [
  { name: "nothing", hex: "", messages: [] },
  {
    name: "an empty message is complete with its header",
    hex: "04 000005 000000 08 01000000",
    messages: [[4, 5, 8, 1, ""]],
  },
  {
    name: "the message stream id is little-endian",
    hex: "04 000000 000001 08 78563412 aa",
    messages: [[4, 0, 8, 0x12345678, "aa"]],
  },
  {
    name: "types 1, 2 and 3 add deltas, once a message (RTMP 5.3.1.2)",
    hex: "04 000064 000001 08 01000000 a0  44 000014 000002 09 a1a2  84 000005 a3a4  c4 a5a6  c4 a7a8",
    messages: [
      [4, 100, 8, 1, "a0"],
      [4, 120, 9, 1, "a1a2"],
      [4, 125, 9, 1, "a3a4"],
      [4, 130, 9, 1, "a5a6"],
      [4, 135, 9, 1, "a7a8"],
    ],
  },
  {
    name: "type 3 after type 0 adds the timestamp itself (RTMP 5.3.1.2.4)",
    hex: "04 00001a 000001 08 01000000 a0  c4 a1  c4 a2",
    messages: [
      [4, 26, 8, 1, "a0"],
      [4, 52, 8, 1, "a1"],
      [4, 78, 8, 1, "a2"],
    ],
  },
  {
    name: "time may go back with type 0",
    hex: "04 000064 000001 08 01000000 a0  04 000032 000001 08 01000000 a1",
    messages: [
      [4, 100, 8, 1, "a0"],
      [4, 50, 8, 1, "a1"],
    ],
  },
  {
    name: "a sum beyond 32 bits wraps",
    hex: "04 ffffff 000001 08 01000000 fffffff6 a0  44 000014 000001 08 a1  c4 a2",
    messages: [
      [4, 0xfffffff6, 8, 1, "a0"],
      [4, 10, 8, 1, "a1"],
      [4, 30, 8, 1, "a2"],
    ],
  },
  {
    name: "a delta beyond 2^31 goes back by the same sum",
    hex: "04 000064 000001 08 01000000 a0  84 ffffff ffffffd8 a1",
    messages: [
      [4, 100, 8, 1, "a0"],
      [4, 60, 8, 1, "a1"],
    ],
  },
  {
    name: "type 1 on a fresh chunk stream counts from time 0 and message stream 0 (old librtmp's ping reply)",
    hex: "42 000007 000006 04 00070000 0001",
    messages: [[2, 7, 4, 0, "000700000001"]],
  },
  {
    name: "an extended field below its threshold counts as it is",
    hex: "04 ffffff 000001 08 01000000 00000007 a0",
    messages: [[4, 7, 8, 1, "a0"]],
  },
  {
    name: "the extended timestamp is repeated in type 3 chunks (RTMP 5.3.1.3)",
    hex: `06 ffffff 000082 09 01000000 01020304 ${ZEROS_128} c6 01020304 a0a1`,
    messages: [[6, 0x01020304, 9, 1, `${ZEROS_128}a0a1`]],
  },
  {
    name: "the extended timestamp is not repeated: the first byte differs",
    hex: `06 ffffff 000085 09 01000000 01020304 ${ZEROS_128} c6 a002030405`,
    messages: [[6, 0x01020304, 9, 1, `${ZEROS_128}a002030405`]],
  },
  {
    name: "the extended timestamp is not repeated: the last byte differs",
    hex: `06 ffffff 000085 09 01000000 01020304 ${ZEROS_128} c6 0102030506`,
    messages: [[6, 0x01020304, 9, 1, `${ZEROS_128}0102030506`]],
  },
  {
    name: "a last chunk shorter than the extended timestamp it does not repeat",
    hex: `06 ffffff 000081 09 01000000 01020304 ${ZEROS_128} c6 a0`,
    messages: [[6, 0x01020304, 9, 1, `${ZEROS_128}a0`]],
  },
  {
    name: "such a chunk begins like the timestamp; the next chunk's header decides",
    hex: `06 ffffff 000081 09 01000000 01020304 ${ZEROS_128} c6 01 04 000005 000001 08 01000000 a1`,
    messages: [
      [6, 0x01020304, 9, 1, `${ZEROS_128}01`],
      [4, 5, 8, 1, "a1"],
    ],
  },
  {
    name: "three bytes alike hold the chunk's end and the next header",
    hex: `06 ffffff 000081 09 01000000 00000007 ${ZEROS_128} c6 00 0000 000005 000001 08 01000000 a1`,
    messages: [
      [6, 7, 9, 1, `${ZEROS_128}00`],
      [64, 5, 8, 1, "a1"],
    ],
  },
  {
    name: "type 3 opens a message with the extended delta repeated, and without",
    hex: "04 000001 000001 08 01000000 a0  84 ffffff 01000000 a1  c4 01000000 a2  c4 a3",
    messages: [
      [4, 1, 8, 1, "a0"],
      [4, 0x01000001, 8, 1, "a1"],
      [4, 0x02000001, 8, 1, "a2"],
      [4, 0x03000001, 8, 1, "a3"],
    ],
  },
  {
    name: "a plain header ends the extended timestamps",
    hex: `06 ffffff 000001 09 01000000 01020304 a0  46 000001 000082 09 ${ZEROS_128} c6 0102`,
    messages: [
      [6, 0x01020304, 9, 1, "a0"],
      [6, 0x01020305, 9, 1, `${ZEROS_128}0102`],
    ],
  },
  {
    name: "chunks of several chunk streams interleave (RTMP 5.3.2.2)",
    hex: `06 000001 000081 09 01000000 ${ZEROS_128}  04 000002 000081 08 01000000 ${ZEROS_128}  c4 a1  c6 a0`,
    messages: [
      [4, 2, 8, 1, `${ZEROS_128}a1`],
      [6, 1, 9, 1, `${ZEROS_128}a0`],
    ],
  },
  {
    name: "Set Chunk Size takes effect between two chunks of a message (RTMP 5.4.1)",
    hex: `06 000001 000085 09 01000000 ${ZEROS_128}  02 000000 000004 01 00000000 00000002  c6 a0a1  c6 a2a3  c6 a4`,
    messages: [
      [2, 0, 1, 0, "00000002"],
      [6, 1, 9, 1, `${ZEROS_128}a0a1a2a3a4`],
    ],
  },
  {
    name: "Abort drops a message and keeps the header (RTMP 5.4.2)",
    hex: `06 000001 000082 09 01000000 ${ZEROS_128}  02 000000 000004 02 00000000 00000006  86 000004 ${ZEROS_128} c6 a0a1`,
    messages: [
      [2, 0, 2, 0, "00000006"],
      [6, 5, 9, 1, `${ZEROS_128}a0a1`],
    ],
  },
  {
    name: "type 3 behind an Abort opens a message",
    hex: `06 000003 000082 09 01000000 ${ZEROS_128}  02 000000 000004 02 00000000 00000006  c6 ${ZEROS_128} c6 a0a1`,
    messages: [
      [2, 0, 2, 0, "00000006"],
      [6, 6, 9, 1, `${ZEROS_128}a0a1`],
    ],
  },
  {
    name: "Abort of an idle and of an unknown chunk stream does nothing",
    hex: "02 000000 000004 02 00000000 00000002  c2 ffffffff",
    messages: [
      [2, 0, 2, 0, "00000002"],
      [2, 0, 2, 0, "ffffffff"],
    ],
  },
  {
    name: "control messages are taken on any chunk stream, types nobody knows pass",
    hex: "03 000000 000004 01 00000000 00000080  03 000000 000001 63 00000000 a0  03 000000 000000 00 00000000",
    messages: [
      [3, 0, 1, 0, "00000080"],
      [3, 0, 0x63, 0, "a0"],
      [3, 0, 0, 0, ""],
    ],
  },
];
