export { BitReader } from "./bit-reader.js";
export { BitWriter } from "./bit-writer.js";
export { ByteQueue } from "./byte-queue.js";
export { ByteReader } from "./byte-reader.js";
export { ByteWriter } from "./byte-writer.js";
export { concatBytes, equalBytes } from "./bytes.js";
export { BytesError, type BytesErrorCode } from "./errors.js";
export { fromHex, toHex } from "./hex.js";
export { decodeUtf8, decodeUtf8Strict, encodeUtf8, utf8Length } from "./utf8.js";
