import type { Amf0Encodable, Amf0Object, Amf0Value } from "@rtmp/amf0";
import { isAmf0Object } from "@rtmp/amf0";
import type { CommandHeader, FourCcInfoMap, OutgoingMessage, StatusFields } from "@rtmp/messages";

/** What a client can do beyond the RTMP of old (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). */
export interface ClientCapabilities {
  /** Bits of `CapsEx` of `@rtmp/messages`: 1 reconnect, 2 multitrack, 4 ModEx, 8 nanosecond offsets. */
  readonly capsEx?: number;
  /** Codecs that it takes, `*` being any (v1). */
  readonly fourCcList?: readonly string[];
  /** From FourCC, or `*`, to bits of `FourCcInfo`: 1 decodes, 2 encodes, 4 forwards. */
  readonly videoFourCcInfoMap?: FourCcInfoMap;
  readonly audioFourCcInfoMap?: FourCcInfoMap;
  /** Bits: 1 seek, 2 HDR, 4 metadata packets, 8 large-scale tile. @defaultValue 1 */
  readonly videoFunction?: number;
}

/** What connect says of the client. */
export interface ConnectParameters {
  readonly app: string;
  readonly tcUrl: string;
  /** @defaultValue `FMLE/3.0 (compatible; rtmp-session)`: some servers let only encoders publish that call themselves so */
  readonly flashVer?: string | undefined;
  readonly capabilities?: ClientCapabilities | undefined;
  /** More members of the command object, such as `pageUrl`; they win over those made here. */
  readonly properties?: Readonly<Record<string, Amf0Encodable>> | undefined;
}

/** What the server said to connect. */
export interface ConnectAnswer {
  /** Its properties, such as `fmsVer`. */
  readonly properties: Amf0Object;
  /** Its information object, with `code` and `description`. */
  readonly info: Amf0Object;
  /** Bits of `CapsEx`; 0 if it does not say, as servers without Enhanced RTMP v2. */
  readonly capsEx: number;
  readonly fourCcList: readonly string[] | undefined;
  readonly videoFourCcInfoMap: FourCcInfoMap | undefined;
  readonly audioFourCcInfoMap: FourCcInfoMap | undefined;
}

/** Entries read from each list and map of a server. */
const MAX_FOUR_CCS = 64;

/** The connect command (RTMP 7.2.1.1). */
export function connectCommand(transactionId: number, parameters: ConnectParameters): OutgoingMessage {
  const { app, tcUrl, flashVer = "FMLE/3.0 (compatible; rtmp-session)", capabilities = {}, properties } = parameters;
  const { capsEx, fourCcList, videoFourCcInfoMap, audioFourCcInfoMap, videoFunction = 1 } = capabilities;
  return {
    type: "command",
    name: "connect",
    transactionId,
    commandObject: {
      app,
      type: "nonprivate",
      flashVer,
      tcUrl,
      fpad: false,
      capabilities: 15,
      audioCodecs: 4071,
      videoCodecs: 252,
      videoFunction,
      objectEncoding: 0,
      ...(fourCcList !== undefined && { fourCcList: [...fourCcList] }),
      ...(videoFourCcInfoMap !== undefined && { videoFourCcInfoMap: { ...videoFourCcInfoMap } }),
      ...(audioFourCcInfoMap !== undefined && { audioFourCcInfoMap: { ...audioFourCcInfoMap } }),
      ...(capsEx !== undefined && { capsEx }),
      ...properties,
    },
  };
}

/** Reads the `_result` of connect. Servers put capabilities beside `fmsVer`, or into the information object. */
export function readConnectAnswer({ commandObject, info }: CommandHeader & StatusFields): ConnectAnswer {
  const properties = isAmf0Object(commandObject) ? commandObject : none();
  const information = info ?? none();
  const member = (name: string): Amf0Value => properties[name] ?? information[name];
  const capsEx = member("capsEx");
  return {
    properties,
    info: information,
    capsEx: typeof capsEx === "number" && capsEx >= 0 ? Math.floor(capsEx) >>> 0 : 0,
    fourCcList: strings(member("fourCcList")),
    videoFourCcInfoMap: infoMap(member("videoFourCcInfoMap")),
    audioFourCcInfoMap: infoMap(member("audioFourCcInfoMap")),
  };
}

function strings(value: Amf0Value): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item) => typeof item === "string").slice(0, MAX_FOUR_CCS);
}

function infoMap(value: Amf0Value): FourCcInfoMap | undefined {
  if (!isAmf0Object(value)) return undefined;
  const map: Record<string, number> = Object.create(null);
  for (const fourCc of Object.keys(value).slice(0, MAX_FOUR_CCS)) {
    const bits = value[fourCc];
    if (typeof bits === "number") map[fourCc] = bits >>> 0;
  }
  return map;
}

function none(): Amf0Object {
  return Object.create(null) as Amf0Object;
}
