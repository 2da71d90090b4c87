import { equalBytes } from "@rtmp/bytes-util";
import { analysePacket, HandshakeError, type PacketAnalysis, ServerHandshake, signC2, signS2 } from "@rtmp/handshake";
import { hexBytes, hexOf } from "../bytes.js";
import type { Comparison } from "../comparison.js";
import { handshakeVector } from "../shapes/handshake.js";
import { isObject, type JsonObject } from "../shapes/shape.js";
import { compareProgress, feedHandshake } from "./handshake-progress.js";
import type { Layer, Vector } from "./layer.js";

const PACKET_LENGTH = 1536;
const SIGNATURE_LENGTH = 32;
const RTMP_VERSION = 3;

/** C0 to C2 and S0 to S2: analysis, signatures, and the server's state machine. */
export const handshakeLayer: Layer = {
  shape: handshakeVector,
  errors: [HandshakeError],
  comparesBesideError: true, // how far it came before the input ended
  acceptsAnyError: (outcome) => outcome["accepted"] === false,

  observe(vector) {
    switch (vector.kind) {
      case "c0":
      case "over-read":
      case "eof":
        return [feedHandshake(vector.input)];
      case "s2-sign":
      case "c2-sign":
        return [{ fed: "at once", facts: sign(vector) }];
      default:
        return [{ fed: "at once", facts: analyse(vector) }];
    }
  },

  compare(outcome, { facts, thrown }, comparison, { kind }) {
    const { mode, accepted, action: _informative, c1, s1, ...plain } = outcome;
    if (kind === "over-read" || kind === "eof") {
      compareProgress(plain, facts, comparison);
      return;
    }
    if (typeof accepted === "boolean") comparison.same("accepted", accepted, thrown === undefined);
    compareMode(mode, facts, comparison);
    const compared = (keys: JsonObject): string[] => Object.keys(keys).filter((key) => key !== "error");
    comparison.sameKeys(plain, facts, compared(plain));
    for (const [name, packet] of [["c1", c1] as const, ["s1", s1] as const]) {
      const found = facts[name];
      if (!isObject(packet) || !isObject(found)) continue;
      for (const key of compared(packet)) comparison.same(`${name}.${key}`, packet[key], found[key]);
    }
  },
};

/** Some packets may be answered in either mode; what is in them is the same. */
function compareMode(mode: unknown, facts: JsonObject, comparison: Comparison): void {
  const chosen = facts["mode"];
  if (Array.isArray(mode)) comparison.holds(mode.includes(chosen), "mode", `one of ${mode.join(", ")}`, String(chosen));
  else if (mode !== undefined) comparison.same("mode", mode, chosen);
}

/** Facts of `c1` and `exchange`: no state machine, but for the mode in which the server would answer this C1. */
function analyse({ input }: Vector): JsonObject {
  const c0c1 = hexBytes(input, "c0c1Hex");
  const c1 = c0c1.subarray(1);
  const clientAnalysis = analysePacket(c1, "client");
  const facts = { c0Version: c0c1[0], mode: modeFor(c1) };
  if (input["s0s1s2Hex"] === undefined) return { ...facts, ...analysisFacts(clientAnalysis) };

  const s0s1s2 = hexBytes(input, "s0s1s2Hex");
  const s1 = s0s1s2.subarray(1, 1 + PACKET_LENGTH);
  const s2 = s0s1s2.subarray(1 + PACKET_LENGTH);
  const c2 = hexBytes(input, "c2Hex");
  const serverAnalysis = analysePacket(s1, "server");
  return {
    ...facts,
    s0Version: s0s1s2[0],
    c1: analysisFacts(clientAnalysis),
    s1: analysisFacts(serverAnalysis),
    s2SignatureValid: isSigned(s2, clientAnalysis, signS2),
    c2SignatureValid: isSigned(c2, serverAnalysis, signC2),
    s2EchoesC1Random: equalBytes(s2.subarray(8), c1.subarray(8)),
    c2EchoesS1Random: equalBytes(c2.subarray(8), s1.subarray(8)),
    s2EchoesC1Whole: equalBytes(s2, c1),
    c2EchoesS1Whole: equalBytes(c2, s1),
  };
}

function analysisFacts({ time, version, digest }: PacketAnalysis): JsonObject {
  const head = { time, version: hexOf(version), digestValid: digest !== undefined };
  if (digest === undefined) return head;
  return {
    ...head,
    schema: digest.schema,
    digestOffset: digest.offset,
    digestHex: hexOf(digest.digest),
    publicKeyHex: hexOf(digest.publicKey),
  };
}

function modeFor(c1: Uint8Array): string {
  const handshake = new ServerHandshake({ random: () => {} });
  handshake.push(Uint8Array.of(RTMP_VERSION)); // recorded ones have other versions, which a server refuses
  handshake.push(c1);
  return handshake.mode ?? "none";
}

function isSigned(packet2: Uint8Array, { digest }: PacketAnalysis, signer: typeof signS2): boolean {
  if (digest === undefined) return false;
  const signedLength = PACKET_LENGTH - SIGNATURE_LENGTH;
  const { signature } = signer(digest.digest, packet2.subarray(0, signedLength));
  return equalBytes(packet2.subarray(signedLength), signature);
}

function sign({ kind, input }: Vector): JsonObject {
  const first1504 = hexBytes(input, "first1504Hex");
  const { tempKey, signature } =
    kind === "s2-sign"
      ? signS2(hexBytes(input, "c1DigestHex"), first1504)
      : signC2(hexBytes(input, "s1DigestHex"), first1504);
  return { tempKeyHex: hexOf(tempKey), signatureHex: hexOf(signature) };
}
