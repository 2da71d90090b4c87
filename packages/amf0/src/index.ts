export type { Amf3Decoded, Amf3ValueDecoder } from "./amf3-door.js";
export {
  type Amf0DecodeOptions,
  Amf0Decoder,
  decodeAmf0,
  decodeAmf0Node,
  decodeAmf0Nodes,
  decodeAmf0Sequence,
} from "./decoder.js";
export { encodeAmf0Node, encodeAmf0Nodes, writeAmf0Node } from "./encode-node.js";
export type { Amf0EncodeOptions } from "./encode-options.js";
export { encodeAmf0, encodeAmf0Sequence, writeAmf0 } from "./encode-value.js";
export { Amf0Error, type Amf0ErrorCode } from "./errors.js";
export { type Amf0Limits, COMMAND_AMF0_LIMITS, DATA_AMF0_LIMITS } from "./limits.js";
export type {
  Amf0AvmPlusNode,
  Amf0BooleanNode,
  Amf0DateNode,
  Amf0EcmaArrayNode,
  Amf0Member,
  Amf0Node,
  Amf0NumberNode,
  Amf0ObjectNode,
  Amf0ReferenceNode,
  Amf0StrictArrayNode,
  Amf0StringNode,
  Amf0TypedObjectNode,
  Amf0XmlDocumentNode,
} from "./nodes.js";
export {
  type Amf0Encodable,
  type Amf0Foreign,
  type Amf0Members,
  type Amf0Object,
  Amf0Reference,
  type Amf0Special,
  type Amf0Value,
  AvmPlus,
  EcmaArray,
  isAmf0Object,
  TypedObject,
  XmlDocument,
} from "./values.js";
