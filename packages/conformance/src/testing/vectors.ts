/** A vector as a test writes it. */
export interface VectorDraft {
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A vector with the keys that every one has. */
export function vector(draft: VectorDraft): VectorDraft {
  return { name: "made for a test", ...draft };
}

/** A vector of amf0.json. */
export function amf0(hex: string, expected: VectorDraft["expected"]): VectorDraft {
  return vector({ input: { hex }, expected });
}

/** A vector of chunk.json. */
export function chunk(streamHex: string, expected: VectorDraft["expected"]): VectorDraft {
  return vector({ input: { streamHex }, expected });
}

/** A vector of messages.json. */
export function message(typeId: number, payloadHex: string, expected: VectorDraft["expected"]): VectorDraft {
  return vector({ input: { typeId, payloadHex }, expected });
}

/** A vector of flv-enhanced.json. */
export function flv(kind: string, bodyHex: string, expected: VectorDraft["expected"]): VectorDraft {
  return vector({ input: { kind, bodyHex }, expected });
}

/** A vector of handshake.json. */
export function handshake(kind: string, input: VectorDraft["input"], expected: VectorDraft["expected"]): VectorDraft {
  return vector({ kind, input, expected });
}

/** A chunk: fmt 0 header on a chunk stream, then the payload. */
export function fmt0(csid: number, typeId: number, payload: string, length = payload.length / 2): string {
  const byte = (value: number, digits = 2): string => value.toString(16).padStart(digits, "0");
  return `${byte(csid)}000000${byte(length, 6)}${byte(typeId)}00000000${payload}`;
}

/** C0 and C1 of a simple handshake. */
export const C0C1 = `03${"00".repeat(1536)}`;
/** Any C2. */
export const C2 = "00".repeat(1536);
/** C0 and C1 of an encrypted variant. */
export const REJECTED = { c0c1Hex: `06${"00".repeat(1536)}` };

const partOf = (typeId: string, time: string, payload: string): string =>
  `${typeId}${(payload.length / 2).toString(16).padStart(6, "0")}${time}00000000${payload}0000000c`;
/** Payload of an aggregate: audio at 100 ms, video at 105 ms. */
export const AGGREGATE = partOf("08", "000064", "aa") + partOf("09", "000069", "bb");
