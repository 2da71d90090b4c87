import { ByteWriter } from "@rtmp/bytes-util";
import type { Amf0EncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";
import type { Amf0Member, Amf0Node } from "./nodes.js";
import { Output } from "./output.js";

/**
 * Encodes one value of the lossless form: the bytes it was decoded from.
 * @throws TypeError for a node of no known type.
 * @throws RangeError for what is too deep (also a node inside itself) or too long, and for fields out of their range.
 */
export function encodeAmf0Node(node: Amf0Node, options?: Amf0EncodeOptions): Uint8Array<ArrayBuffer> {
  return encodeAmf0Nodes([node], options);
}

/** Encodes values of the lossless form one behind another. Throws as {@link encodeAmf0Node}. */
export function encodeAmf0Nodes(nodes: readonly Amf0Node[], options?: Amf0EncodeOptions): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(256);
  const output = new Output(writer, options);
  for (const node of nodes) writeNode(output, node, 0);
  output.checkRoom(0);
  return writer.toBytes();
}

/** Encodes one value into a writer; if it throws, part of the value may be there. Throws as {@link encodeAmf0Node}. */
export function writeAmf0Node(out: ByteWriter, node: Amf0Node, options?: Amf0EncodeOptions): void {
  const output = new Output(out, options);
  writeNode(output, node, 0);
  output.checkRoom(0);
}

function writeNode(output: Output, node: Amf0Node, depth: number): void {
  const { writer } = output;
  output.checkRoom(1);
  switch (node.type) {
    case "number":
      writer.u8(Marker.number);
      writeDouble(output, node.value, node.bytes);
      break;
    case "boolean":
      writer.u8(Marker.boolean);
      writer.u8(node.value ? (node.byte ?? 1) : 0);
      break;
    case "string":
      writer.u8(node.long ? Marker.longString : Marker.string);
      if (node.long) writeLong(output, node.value, node.bytes);
      else writeShort(output, node.value, node.bytes);
      break;
    case "object":
      writer.u8(Marker.object);
      writeMembers(output, node.members, output.enter(depth));
      output.objectEnd();
      break;
    case "null":
      writer.u8(Marker.null);
      break;
    case "undefined":
      writer.u8(Marker.undefined);
      break;
    case "reference":
      writer.u8(Marker.reference);
      writer.u16(node.index);
      break;
    case "ecmaArray":
      writer.u8(Marker.ecmaArray);
      writer.u32(node.count);
      writeMembers(output, node.members, output.enter(depth));
      if (node.endMissing !== true) output.objectEnd();
      break;
    case "strictArray": {
      const inner = output.enter(depth);
      writer.u8(Marker.strictArray);
      writer.u32(node.items.length);
      for (const item of node.items) writeNode(output, item, inner);
      break;
    }
    case "date":
      writer.u8(Marker.date);
      writeDouble(output, node.ms, node.bytes);
      writer.i16(node.timeZone);
      break;
    case "unsupported":
      writer.u8(Marker.unsupported);
      break;
    case "xmlDocument":
      writer.u8(Marker.xmlDocument);
      writeLong(output, node.value, node.bytes);
      break;
    case "typedObject":
      writer.u8(Marker.typedObject);
      writeShort(output, node.className, node.classNameBytes);
      writeMembers(output, node.members, output.enter(depth));
      output.objectEnd();
      break;
    case "avmPlus":
      output.checkRoom(1 + node.bytes.length);
      writer.u8(Marker.avmPlus);
      writer.bytes(node.bytes);
      break;
    default:
      throw new TypeError(`no AMF0 node: ${String((node as { type?: unknown }).type)}`);
  }
}

function writeMembers(output: Output, members: readonly Amf0Member[], depth: number): void {
  for (const [key, value, keyBytes] of members) {
    output.checkRoom(3);
    writeShort(output, key, keyBytes);
    writeNode(output, value, depth);
  }
}

function writeDouble(output: Output, value: number, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) {
    output.f64(value);
    return;
  }
  if (bytes.length !== 8) throw new RangeError(`a double of ${bytes.length} bytes`);
  output.writer.bytes(bytes);
}

function writeShort(output: Output, text: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) {
    output.shortText(text);
    return;
  }
  output.writer.u16(bytes.length);
  output.writer.bytes(bytes);
}

function writeLong(output: Output, text: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) {
    output.longText(text);
    return;
  }
  output.checkRoom(bytes.length);
  output.writer.u32(bytes.length);
  output.writer.bytes(bytes);
}
