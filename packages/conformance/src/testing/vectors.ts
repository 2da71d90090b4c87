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
