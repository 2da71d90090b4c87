import type { PublishedMessage } from "../hub/publish-feed.js";

/** An AAC frame with a body of this many bytes. */
export function audioMessage(timestamp: number, length = 10): PublishedMessage {
  return { type: "audio", messageTypeId: 8, timestamp, payload: body([0xaf, 1], length, timestamp) };
}
export function videoMessage(timestamp: number, keyframe = false, length = 20): PublishedMessage {
  return {
    type: "video",
    messageTypeId: 9,
    timestamp,
    payload: body([keyframe ? 0x17 : 0x27, 1, 0, 0, 0], length, timestamp),
  };
}
export function audioHeader(timestamp = 0): PublishedMessage {
  return { type: "audio", messageTypeId: 8, timestamp, payload: Uint8Array.of(0xaf, 0, 0x12, 0x10) };
}
export function videoHeader(timestamp = 0, mark = 1): PublishedMessage {
  return { type: "video", messageTypeId: 9, timestamp, payload: Uint8Array.of(0x17, 0, 0, 0, 0, 1, mark) };
}
/** onMetaData with one number in an ECMA array, as encoders send it. */
export function metadataMessage(name: string, value: number): PublishedMessage {
  const names = dataMessage(0, "@setDataFrame", "onMetaData").payload;
  const member = Buffer.alloc(2 + name.length + 9);
  member.writeUInt16BE(name.length);
  member.write(name, 2);
  member.writeDoubleBE(value, 3 + name.length);
  const payload = Buffer.concat([names, Buffer.from([8, 0, 0, 0, 1]), member, Buffer.from([0, 0, 9])]);
  return { type: "data", messageTypeId: 18, timestamp: 0, payload };
}
/** A data message of AMF0 strings. */
export function dataMessage(timestamp: number, ...texts: string[]): PublishedMessage {
  const payload = texts.flatMap((text) => [2, text.length >> 8, text.length & 0xff, ...new TextEncoder().encode(text)]);
  return { type: "data", messageTypeId: 18, timestamp, payload: Uint8Array.from(payload) };
}

function body(head: readonly number[], length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, head.length));
  for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * 31 + i * 7) & 0xff;
  bytes.set(head);
  return bytes;
}
