import { type Amf0Encodable, decodeAmf0Sequence, EcmaArray, encodeAmf0Sequence } from "@rtmp/amf0";
import type { Contender, Contest } from "./contest.js";
import { loadAstronaut, loadNodeMediaServer, type NodeMediaServerAmf } from "./peers.js";
import { largeObject, recordedPayloads } from "./samples.js";

/** AMF0 both ways: a connect, an onMetaData, an object of 1000 members. */
export function amf0Contests(): Contest[] {
  const { connect, metadata } = recordedPayloads();
  return [
    ...both("connect", connect),
    ...both("onMetaData", metadata),
    ...both("1000 members", encodeAmf0Sequence([largeObject(1000)])),
  ];
}

function both(name: string, bytes: Uint8Array): Contest[] {
  const { amf } = loadNodeMediaServer();
  const { Value, Reader } = loadAstronaut();
  const buffer = Buffer.from(bytes);
  const values = decodeAmf0Sequence(bytes).map(toPlain);
  // Of the contenders only ours writes metadata as the ECMA array that it is.
  const ourValues = values.map((value) => (name === "onMetaData" && isObject(value) ? new EcmaArray(value) : value));
  const decoders: Contender[] = [
    { name: "ours", run: () => decodeAmf0Sequence(bytes) },
    { name: "node-media-server", run: () => decodeAll(amf, buffer) },
    {
      name: "@astronautlabs/amf",
      run: () => {
        const reader = new Reader();
        reader.addBuffer(buffer);
        return values.map(() => Value.readSync(reader).value);
      },
    },
  ];
  const encoders: Contender[] = [
    { name: "ours", run: () => encodeAmf0Sequence(ourValues) },
    { name: "node-media-server", run: () => amf.amf0Encode(values) },
    { name: "@astronautlabs/amf", run: () => Buffer.concat(values.map((value) => Value.any(value).serialize())) },
  ];
  return [
    {
      name: `amf0 decode ${name}`,
      contenders: decoders.map(({ name: who, run }) => ({ name: who, run, check: () => plainAll(run()) })),
    },
    {
      name: `amf0 encode ${name}`,
      contenders: encoders.map(({ name: who, run }) => ({
        name: who,
        run,
        check: () => plainAll(decodeAmf0Sequence(run() as Uint8Array)),
      })),
    },
  ];
}

function decodeAll(amf: NodeMediaServerAmf, buffer: Buffer): unknown[] {
  const decoded: unknown[] = [];
  for (let at = 0; at < buffer.length; ) {
    const { len, value } = amf.amf0DecodeOne(buffer.subarray(at));
    decoded.push(value);
    at += len;
  }
  return decoded;
}

function plainAll(values: unknown): unknown[] {
  return (values as unknown[]).map(toPlain);
}

/** Objects without a prototype, and maps, as plain objects: what all contenders can be compared in. */
function toPlain(value: unknown): Exclude<Amf0Encodable, EcmaArray> {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, toPlain(member)]));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
  }
  return value as number | string | boolean | null | undefined;
}

function isObject(value: unknown): value is Record<string, Amf0Encodable> {
  return typeof value === "object" && value !== null;
}
