export { ClientHandshake, type ClientHandshakeOptions } from "./client-handshake.js";
export { analyseC1, analysePacket, analyseS1, type PacketAnalysis, type PacketDigest } from "./digest.js";
export { HandshakeError, type HandshakeErrorCode, type HandshakeErrorContext } from "./errors.js";
export type { Handshake } from "./handshake.js";
export type { HmacSha256 } from "./hmac.js";
export type { DigestSchema, HandshakeRole } from "./layout.js";
export type { HandshakeMode, HandshakeOptions } from "./options.js";
export { ServerHandshake, type ServerHandshakeOptions } from "./server-handshake.js";
export { type PacketSignature, signC2, signS2 } from "./signature.js";
