import { Amf0Decoder, type Amf0Node } from "@rtmp/amf0";
import { amf3NodeDecoder } from "@rtmp/amf3";
import { type Command, capsExFlags, type Data, decodeMessage, type Message, MessageError } from "@rtmp/messages";
import { checkAllocation } from "../allocation.js";
import { hexBytes } from "../bytes.js";
import { type Problem, show } from "../problem.js";
import { messageVector } from "../shapes/messages.js";
import type { JsonObject } from "../shapes/shape.js";
import { disagreement, jsonNumber, taggedOf } from "./amf-values.js";
import type { Layer } from "./layer.js";

/** How a message was sent when it was recorded: handed to the decoder, not compared. */
const INFORMATIVE = ["csid", "messageStreamId", "timestamp"];

/** Message payloads in, typed messages out. */
export const messagesLayer: Layer = {
  shape: messageVector,
  errors: [MessageError],

  observe({ input, expected }) {
    const payload = hexBytes(input, "payloadHex");
    const number = (value: unknown): number => (typeof value === "number" ? value : 0);
    const raw = {
      messageTypeId: number(input["typeId"]),
      messageStreamId: number(expected["messageStreamId"]),
      timestamp: number(expected["timestamp"]),
      payload,
    };
    let message: Message | undefined;
    let thrown: unknown;
    const fault = checkAllocation(payload.length, () => {
      try {
        message = decodeMessage(raw);
      } catch (error) {
        thrown = error;
      }
    });
    const { facts, faults } = message === undefined ? { facts: {}, faults: [] } : factsOf(message);
    return [{ fed: "at once", facts, thrown, faults: fault === undefined ? faults : [fault, ...faults] }];
  },

  compare(outcome, { facts }, comparison) {
    const { error: _compared, ignored, ...plain } = outcome;
    let keys = Object.keys(plain).filter((key) => !INFORMATIVE.includes(key));
    if (ignored === true) {
      comparison.holds(true, "ignored", "no error", "no error"); // an error would have ended the comparison before
      if (facts["type"] === "unknown") keys = keys.filter((key) => key === "typeId"); // it came out without fields
    }
    comparison.sameKeys(plain, facts, keys);
  },
};

interface FactsAndFaults {
  readonly facts: JsonObject;
  readonly faults: readonly Problem[];
}

function factsOf(message: Message): FactsAndFaults {
  const { type, messageTypeId: typeId } = message;
  switch (message.type) {
    case "command":
      return commandFacts(message);
    case "data":
      return dataFacts(message);
    case "setChunkSize":
      return { facts: { type, typeId, chunkSize: message.chunkSize }, faults: [] };
    case "windowAcknowledgementSize":
      return { facts: { type, typeId, windowSize: message.windowSize }, faults: [] };
    case "setPeerBandwidth": {
      const { windowSize, limitType } = message;
      return { facts: { type, typeId, windowSize, limitType }, faults: [] };
    }
    case "userControl": {
      const { eventType, eventData } = message;
      return { facts: { type, typeId, eventType, eventData }, faults: [] };
    }
    default:
      return { facts: { type, typeId }, faults: [] };
  }
}

function commandFacts(command: Command): FactsAndFaults {
  const nodes = nodesOf(command).slice(command.transactionId === undefined ? 1 : 2);
  const natural = nodes.length === 0 ? [...command.arguments] : [command.commandObject, ...command.arguments];
  const facts = {
    type: command.type,
    typeId: command.messageTypeId,
    name: command.name,
    transactionId: command.transactionId === undefined ? null : jsonNumber(command.transactionId),
    arguments: nodes.map(taggedOf),
  };
  const faults = disagreements(nodes, natural, "arguments");
  if (command.kind !== "connect") return { facts, faults };
  const { app, fourCcList, videoFourCcInfoMap, audioFourCcInfoMap, capsEx } = command;
  const typed = { app, fourCcList, videoFourCcInfoMap, audioFourCcInfoMap, capsEx, capsExFlags: capsExFlags(capsEx) };
  return { facts: { ...facts, ...typed }, faults };
}

function dataFacts(data: Data): FactsAndFaults {
  const nodes = nodesOf(data);
  const facts = { type: data.type, typeId: data.messageTypeId, values: nodes.map(taggedOf) };
  return { facts, faults: disagreements(nodes, data.values, "values") };
}

/** The lossless form of what was read: typed messages hold natural values, which do not tell all that vectors say. */
function nodesOf({ amfBytes }: Command | Data): Amf0Node[] {
  const decoder = new Amf0Decoder(amfBytes, { amf3: amf3NodeDecoder });
  const nodes: Amf0Node[] = [];
  while (decoder.remaining > 0) nodes.push(decoder.readNode());
  return nodes;
}

function disagreements(nodes: readonly Amf0Node[], natural: readonly unknown[], path: string): Problem[] {
  if (nodes.length !== natural.length)
    return [{ what: `${path} in their natural form`, expected: show(nodes.map(taggedOf)), actual: show(natural) }];
  return nodes.flatMap((node, index) => disagreement(node, natural[index], `${path}[${index}]`) ?? []);
}
