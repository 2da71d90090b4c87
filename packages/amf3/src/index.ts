export { type Amf3Decoded, amf3NodeDecoder, amf3ValueDecoder } from "./amf0-door.js";
export { type Amf3DecodeOptions, Amf3Decoder, decodeAmf3, decodeAmf3Node } from "./decoder.js";
export { encodeAmf3Node, writeAmf3Node } from "./encode-node.js";
export type { Amf3EncodeOptions } from "./encode-options.js";
export { encodeAmf3, writeAmf3 } from "./encode-value.js";
export { Amf3Error, type Amf3ErrorCode } from "./errors.js";
export { type Amf3Limits, DEFAULT_AMF3_LIMITS } from "./limits.js";
export type { ReferableType as Amf3ReferableType } from "./markers.js";
export type {
  Amf3ArrayNode,
  Amf3ByteArrayNode,
  Amf3DateNode,
  Amf3DictionaryNode,
  Amf3DoubleNode,
  Amf3ExternalizableNode,
  Amf3IntegerNode,
  Amf3Member,
  Amf3Node,
  Amf3NumberVectorNode,
  Amf3ObjectNode,
  Amf3ObjectVectorNode,
  Amf3ReferenceNode,
  Amf3TextNode,
} from "./nodes.js";
export {
  Amf3ArrayCollection,
  type Amf3Encodable,
  type Amf3Members,
  type Amf3Object,
  Amf3TypedObject,
  type Amf3Value,
  Amf3Vector,
  Amf3Xml,
  isAmf3Object,
} from "./values.js";
