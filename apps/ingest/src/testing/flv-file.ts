/** An FLV file read by the book, a line a field; shares nothing with the writer. */
interface ReadFlv {
  readonly flags: number;
  readonly tags: { readonly type: number; readonly timestamp: number; readonly payload: Uint8Array }[];
  /** Bytes of a last tag that is cut short. */
  readonly rest: number;
}

function readFlv(file: Uint8Array): ReadFlv {
  const bytes = Buffer.from(file);
  if (bytes.toString("latin1", 0, 3) !== "FLV" || bytes[3] !== 1) throw new Error("no FLV header");
  if (bytes.readUInt32BE(5) !== 9 || bytes.readUInt32BE(9) !== 0) throw new Error("bad FLV header");
  const tags: ReadFlv["tags"] = [];
  let at = 13;
  while (at + 11 <= bytes.length) {
    const length = bytes.readUIntBE(at + 1, 3);
    if (at + 11 + length + 4 > bytes.length) break;
    if (bytes.readUIntBE(at + 8, 3) !== 0) throw new Error("stream id");
    if (bytes.readUInt32BE(at + 11 + length) !== 11 + length) throw new Error("previous tag size");
    tags.push({
      type: bytes.readUInt8(at),
      timestamp: bytes.readUIntBE(at + 4, 3) + bytes.readUInt8(at + 7) * 2 ** 24,
      payload: new Uint8Array(bytes.subarray(at + 11, at + 11 + length)),
    });
    at += 11 + length + 4;
  }
  return { flags: bytes.readUInt8(4), tags, rest: bytes.length - at };
}

/** A recording: the metadata at its head, and the tags that follow. */
export function readRecording(file: Uint8Array) {
  const { flags, tags, rest } = readFlv(file);
  const [head, ...media] = tags;
  const payload = Buffer.from(head?.payload ?? []);
  if (head?.type !== 18 || head.timestamp !== 0 || payload.toString("latin1", 3, 13) !== "onMetaData") {
    throw new Error("no onMetaData at the head");
  }
  /** A number among the metadata. */
  const metadata = (name: string): number | undefined => {
    const at = payload.indexOf(Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([0])]));
    return at < 0 ? undefined : payload.readDoubleBE(at + 3 + name.length);
  };
  return { flags, rest, metadata, tags: media };
}
