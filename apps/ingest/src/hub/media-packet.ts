/**
 * One message of a live stream as subscribers get it. All subscribers share it: nobody changes it or its payload.
 */
export interface MediaPacket {
  readonly kind: "audio" | "video" | "data";
  /** Type of the FLV tag with this body: 8 audio, 9 video, 18 data in AMF0, 15 data in AMF3 framing. */
  readonly tagType: 8 | 9 | 15 | 18;
  /**
   * - `frame`: coded audio or video;
   * - `config`: what a decoder needs before the frames (sequence headers, channel layout, colour information);
   * - `data`: metadata and other script data.
   */
  readonly role: "frame" | "config" | "data";
  /** Whether this is a video frame from which a decoder can start. */
  readonly keyframe: boolean;
  /** Milliseconds on the stream's clock, counted on past the 32-bit wrap. */
  readonly timestamp: number;
  /** Body of the FLV tag. Of data messages `@setDataFrame` is taken away (RTMP calls it a command to the server). */
  readonly payload: Uint8Array;
}

/** Whether it is a video frame: what a viewer would see late. */
export function isPicture({ kind, role }: MediaPacket): boolean {
  return kind === "video" && role === "frame";
}

/** What keeping a packet costs beside its payload, in bytes: counted, so that empty messages are not free. */
const PACKET_COST = 256;

/** Memory that keeping a packet takes, in bytes. */
export function costOf({ payload }: MediaPacket): number {
  return payload.length + PACKET_COST;
}

/** The same packet with a payload of its own: a payload may be a view of a whole read, and keeps that in memory. */
export function detach(packet: MediaPacket): MediaPacket {
  return { ...packet, payload: new Uint8Array(packet.payload) };
}
