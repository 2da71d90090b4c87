import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The AMF0 module of node-media-server. */
export interface NodeMediaServerAmf {
  amf0Encode(values: readonly unknown[]): Buffer;
  amf0DecodeOne(bytes: Buffer): { readonly len: number; readonly value: unknown };
}

/** One message as node-media-server chunks it. */
export interface NodeMediaServerPacket {
  readonly header: { cid: number; fmt: number; timestamp: number; length: number; type: number; stream_id: number };
  readonly payload: Buffer;
}

/** Its parser of whole connections: handshake, chunks, commands; and its chunk writer. */
export interface NodeMediaServerRtmp {
  handshakeState: number;
  inChunkSize: number;
  outChunkSize: number;
  parserPacket: { payload: Buffer; header: { type: number; length: number; timestamp: number } };
  packetHandler: () => unknown;
  onOutputCallback: (bytes: Buffer) => void;
  parserData(bytes: Buffer): unknown;
}

/** Its FLV module: one tag's body to a packet with codec and flags. */
export interface NodeMediaServerFlv {
  parserTag(
    type: number,
    time: number,
    size: number,
    body: Buffer,
  ): { readonly codec_id: number; readonly flags: number };
}

/** Parts of node-media-server that do the work of our layers; it exports them by path only. */
export function loadNodeMediaServer(): {
  readonly amf: NodeMediaServerAmf;
  readonly Rtmp: (new () => NodeMediaServerRtmp) & { chunksCreate(packet: NodeMediaServerPacket): Buffer };
  readonly Flv: NodeMediaServerFlv;
} {
  return {
    amf: require("node-media-server/src/protocol/amf.js"),
    Rtmp: require("node-media-server/src/protocol/rtmp.js"),
    Flv: require("node-media-server/src/protocol/flv.js"),
  };
}

/** A value of @astronautlabs/amf. */
export interface AstronautValue {
  readonly value: unknown;
  serialize(): Uint8Array;
}

/** The AMF0 values of @astronautlabs/amf, and the reader for several of them. */
export function loadAstronaut(): {
  readonly Value: { any(value: unknown): AstronautValue; readSync(reader: unknown): AstronautValue };
  readonly Reader: new () => { addBuffer(bytes: Uint8Array): void };
} {
  require("reflect-metadata");
  const { AMF0 } = require("@astronautlabs/amf");
  const { BitstreamReader } = require("@astronautlabs/bitstream");
  return { Value: AMF0.Value, Reader: BitstreamReader };
}
