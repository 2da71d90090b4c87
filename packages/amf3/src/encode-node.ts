import { ByteWriter } from "@rtmp/bytes-util";
import type { Amf3EncodeOptions } from "./encode-options.js";
import { WRAPPERS } from "./externalizable.js";
import { Marker, type ReferableType } from "./markers.js";
import type { Amf3Member, Amf3Node, Amf3NumberVectorNode, Amf3ObjectNode } from "./nodes.js";
import { Output } from "./output.js";

/**
 * Encodes one value of the lossless form, as Flash would: texts and traits that were sent before go by reference.
 * @throws TypeError for a node of no known type.
 * @throws RangeError for what is too deep or too long, for fields out of their range, for an empty name of a member that
 * is not sealed, and for a reference to what did not begin before it.
 */
export function encodeAmf3Node(node: Amf3Node, options?: Amf3EncodeOptions): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(256);
  writeAmf3Node(writer, node, options);
  return writer.toBytes();
}

/** Encodes one value into a writer; if it throws, part of the value may be there. Throws as {@link encodeAmf3Node}. */
export function writeAmf3Node(out: ByteWriter, node: Amf3Node, options?: Amf3EncodeOptions): void {
  const output = new Output(out, options);
  new NodeWriter(output).write(node, 0);
  output.checkRoom(0);
}

class NodeWriter {
  readonly #output: Output;
  readonly #writer: ByteWriter;
  readonly #begun: ReferableType[] = []; // the object table

  constructor(output: Output) {
    this.#output = output;
    this.#writer = output.writer;
  }

  /** @param depth how many objects and arrays are open around the value. */
  write(node: Amf3Node, depth: number): void {
    const output = this.#output;
    output.checkRoom(1);
    switch (node.type) {
      case "undefined":
      case "null":
      case "false":
      case "true":
        this.#writer.u8(Marker[node.type]);
        break;
      case "integer":
        this.#writer.u8(Marker.integer);
        output.i29(node.value);
        break;
      case "double":
        this.#writer.u8(Marker.double);
        output.f64(node.value);
        break;
      case "string":
        this.#writer.u8(Marker.string);
        output.string(node.value);
        break;
      case "reference":
        if (this.#begun[node.index] !== node.to) throw new RangeError(`no ${node.to} at index ${node.index}`);
        this.#writer.u8(Marker[node.to]);
        output.reference(node.index);
        break;
      default:
        this.#writeComplex(node, depth);
    }
  }

  #writeComplex(node: Amf3Node, depth: number): void {
    const output = this.#output;
    switch (node.type) {
      case "xmlDocument":
      case "xml":
        this.#begin(node.type);
        output.text(node.value);
        break;
      case "date":
        this.#begin("date");
        output.inline(0);
        output.f64(node.ms);
        break;
      case "byteArray":
        this.#begin("byteArray");
        output.checkRoom(node.bytes.length);
        output.inline(node.bytes.length);
        this.#writer.bytes(node.bytes);
        break;
      case "vectorInt":
      case "vectorUint":
      case "vectorDouble":
        this.#writeNumbers(node);
        break;
      case "array":
        this.#begin("array");
        output.inline(node.items.length);
        this.#writeMembers(node.members, output.enter(depth));
        this.#writeItems(node.items, depth + 1);
        break;
      case "vectorObject":
        this.#begin("vectorObject");
        output.inline(node.items.length);
        output.flag(node.fixed);
        output.string(node.typeName);
        this.#writeItems(node.items, output.enter(depth));
        break;
      case "object":
        this.#writeObject(node, output.enter(depth));
        break;
      case "externalizable":
        if (!WRAPPERS.has(node.className)) throw new RangeError(`the externalizable class ${node.className}`);
        this.#begin("object");
        output.externalizable(node.className);
        this.write(node.value, output.enter(depth));
        break;
      case "dictionary":
        this.#begin("dictionary");
        output.inline(node.entries.length);
        output.flag(node.weakKeys);
        this.#writeItems(node.entries.flat(), output.enter(depth));
        break;
      default:
        throw new TypeError(`no AMF3 node: ${String((node as { type?: unknown }).type)}`);
    }
  }

  #writeItems(items: readonly Amf3Node[], depth: number): void {
    for (const item of items) this.write(item, depth);
  }

  #writeNumbers(node: Amf3NumberVectorNode): void {
    const writer = this.#writer;
    this.#begin(node.type);
    this.#output.checkRoom(node.items.byteLength);
    this.#output.inline(node.items.length);
    this.#output.flag(node.fixed);
    if (node.type === "vectorInt") for (const item of node.items) writer.i32(item);
    else if (node.type === "vectorUint") for (const item of node.items) writer.u32(item);
    else for (const item of node.items) this.#output.f64(item);
  }

  #writeObject({ className, sealed, dynamic }: Amf3ObjectNode, depth: number): void {
    this.#begin("object");
    const names = sealed.map(([name]) => name);
    this.#output.traits(className, dynamic !== undefined, names);
    for (const [, value] of sealed) this.write(value, depth);
    if (dynamic !== undefined) this.#writeMembers(dynamic, depth);
  }

  /** Named members, ended by an empty name. */
  #writeMembers(members: readonly Amf3Member[], depth: number): void {
    for (const [key, value] of members) {
      if (key === "") throw new RangeError("only a sealed member can have an empty name");
      this.#output.checkRoom(1);
      this.#output.string(key);
      this.write(value, depth);
    }
    this.#output.string("");
  }

  #begin(type: ReferableType): void {
    this.#begun.push(type);
    this.#writer.u8(Marker[type]);
  }
}
