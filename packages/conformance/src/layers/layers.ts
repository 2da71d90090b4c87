import { amf0Layer } from "./amf0.js";
import { chunkLayer } from "./chunk.js";
import { flvLayer } from "./flv.js";
import { handshakeLayer } from "./handshake.js";
import type { Layer } from "./layer.js";
import { messagesLayer } from "./messages.js";
import { sessionLayer } from "./session.js";

const LAYERS: ReadonlyMap<string, Layer> = new Map([
  ["handshake.json", handshakeLayer],
  ["chunk.json", chunkLayer],
  ["amf0.json", amf0Layer],
  ["messages.json", messagesLayer],
  ["flv-enhanced.json", flvLayer],
  ["sessions.json", sessionLayer],
]);

/** Names of the vector files, in the order from the wire upwards. */
export const VECTOR_FILES: readonly string[] = [...LAYERS.keys()];

/** The layer that a vector file is for. */
export function layerOf(fileName: string): Layer | undefined {
  return LAYERS.get(fileName);
}
