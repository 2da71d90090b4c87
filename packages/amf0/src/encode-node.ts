import type { ByteWriter } from "@rtmp/bytes-util";
import type { Amf0EncodeOptions } from "./encode-options.js";
import { Marker } from "./markers.js";
import type { Amf0Member, Amf0Node } from "./nodes.js";
import { inRange, Output } from "./output.js";

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
  const output = new Output(options);
  for (const node of nodes) writeNode(output, node, 0);
  return output.toBytes();
}

/** Encodes one value into a writer; if it throws, nothing of the value is there. Throws as {@link encodeAmf0Node}. */
export function writeAmf0Node(out: ByteWriter, node: Amf0Node, options?: Amf0EncodeOptions): void {
  const output = new Output(options);
  writeNode(output, node, 0);
  output.copyTo(out);
}

function writeNode(output: Output, node: Amf0Node, depth: number): void {
  switch (node.type) {
    case "number":
      output.u8(Marker.number);
      writeDouble(output, node.value, node.bytes);
      break;
    case "boolean":
      output.u8(Marker.boolean);
      output.u8(node.value ? inRange(node.byte ?? 1, 0, 0xff) : 0);
      break;
    case "string":
      output.u8(node.long ? Marker.longString : Marker.string);
      if (node.long) writeLong(output, node.value, node.bytes);
      else writeShort(output, node.value, node.bytes);
      break;
    case "object":
      output.u8(Marker.object);
      writeMembers(output, node.members, output.enter(depth));
      output.objectEnd();
      break;
    case "null":
      output.u8(Marker.null);
      break;
    case "undefined":
      output.u8(Marker.undefined);
      break;
    case "reference":
      output.u8(Marker.reference);
      output.u16(inRange(node.index, 0, 0xffff));
      break;
    case "ecmaArray":
      output.u8(Marker.ecmaArray);
      output.u32(inRange(node.count, 0, 0xffffffff));
      writeMembers(output, node.members, output.enter(depth));
      if (node.endMissing !== true) output.objectEnd();
      break;
    case "strictArray": {
      const inner = output.enter(depth);
      output.u8(Marker.strictArray);
      output.u32(node.items.length);
      for (const item of node.items) writeNode(output, item, inner);
      break;
    }
    case "date":
      output.u8(Marker.date);
      writeDouble(output, node.ms, node.bytes);
      output.u16(inRange(node.timeZone, -0x8000, 0x7fff));
      break;
    case "unsupported":
      output.u8(Marker.unsupported);
      break;
    case "xmlDocument":
      output.u8(Marker.xmlDocument);
      writeLong(output, node.value, node.bytes);
      break;
    case "typedObject":
      output.u8(Marker.typedObject);
      writeShort(output, node.className, node.classNameBytes);
      writeMembers(output, node.members, output.enter(depth));
      output.objectEnd();
      break;
    case "avmPlus":
      output.u8(Marker.avmPlus);
      output.raw(node.bytes);
      break;
    default:
      throw new TypeError(`no AMF0 node: ${String((node as { type?: unknown }).type)}`);
  }
}

function writeMembers(output: Output, members: readonly Amf0Member[], depth: number): void {
  for (const [key, value, keyBytes] of members) {
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
  output.raw(bytes);
}

function writeShort(output: Output, text: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) {
    output.shortText(text);
    return;
  }
  output.u16(inRange(bytes.length, 0, 0xffff));
  output.raw(bytes);
}

function writeLong(output: Output, text: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) {
    output.longText(text);
    return;
  }
  output.u32(bytes.length);
  output.raw(bytes);
}
