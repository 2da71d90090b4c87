import {
  decodeScriptData,
  encodeFlvHeader,
  encodeFlvTag,
  FLV_TAG_HEADER_LENGTH,
  PREVIOUS_TAG_SIZE_LENGTH,
  readMetadata,
} from "@rtmp/flv";
import type { LiveStream } from "../../hub/live-stream.js";
import type { MediaPacket } from "../../hub/media-packet.js";

/** Packets as FLV tags. That of the latest packet is kept, so that all viewers of a stream share it: a stream gives a packet to one after the other. */
export class SharedTags {
  #packet: MediaPacket | undefined;
  #tag = Buffer.alloc(0);

  /** The bytes of packets, one after the other. Not to be written to. */
  encode(packets: readonly MediaPacket[]): Buffer {
    const [first] = packets;
    return packets.length === 1 && first !== undefined ? this.#one(first) : concat(packets);
  }

  #one(packet: MediaPacket): Buffer {
    if (this.#packet !== packet) {
      const tag = encodeFlvTag(tagOf(packet));
      // A socket would make a Buffer of any other array, for each viewer anew.
      this.#tag = Buffer.from(tag.buffer, tag.byteOffset, tag.length);
      this.#packet = packet;
    }
    return this.#tag;
  }
}

/** The header of an FLV stream for somebody who joins now. It claims the tracks that are known: players wait for what is claimed and never comes. */
export function flvHeaderOf(stream: LiveStream, first: readonly MediaPacket[]): Buffer {
  const kinds = new Set<MediaPacket["kind"]>();
  for (const packet of [...stream.initPackets(), ...stream.gopPackets(), ...first]) {
    kinds.add(packet.kind);
    if (packet.kind !== "data") continue;
    for (const kind of promisedBy(packet)) kinds.add(kind);
  }
  return Buffer.from(encodeFlvHeader({ hasAudio: kinds.has("audio"), hasVideo: kinds.has("video") }));
}

/** The kinds of tracks that metadata tells of. */
function promisedBy({ tagType, payload }: MediaPacket): MediaPacket["kind"][] {
  try {
    const { values } = decodeScriptData(payload, { tagType });
    const { audioCodec, videoCodec } = readMetadata(values[0]);
    return [
      ...(audioCodec === undefined ? [] : ["audio" as const]),
      ...(videoCodec === undefined ? [] : ["video" as const]),
    ];
  } catch {
    return []; // the encoder's own business: players get it as it is
  }
}

function concat(packets: readonly MediaPacket[]): Buffer {
  let length = 0;
  for (const { payload } of packets) length += FLV_TAG_HEADER_LENGTH + payload.length + PREVIOUS_TAG_SIZE_LENGTH;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const packet of packets) {
    const tag = encodeFlvTag(tagOf(packet));
    bytes.set(tag, at);
    at += tag.length;
  }
  return bytes;
}

function tagOf({ tagType, timestamp, payload }: MediaPacket) {
  return { tagType, timestamp: timestamp % 2 ** 32, payload };
}
