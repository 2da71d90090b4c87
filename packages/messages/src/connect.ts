import { type Amf0Object, type Amf0Value, isAmf0Object } from "@rtmp/amf0";
import { asFinite, asObject, asString, asU32 } from "./values.js";

/** Bits of `capsEx` in a connect command and its result (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). */
export const CapsEx = { reconnect: 1, multitrack: 2, modEx: 4, timestampNanoOffset: 8 } as const;
/** Name of a bit of `capsEx`. */
export type CapsExFlag = keyof typeof CapsEx;

/** Bits of each entry of a FourCC info map (Enhanced RTMP v2). */
export const FourCcInfo = { canDecode: 1, canEncode: 2, canForward: 4 } as const;
/** From FourCC, or `*` for all of them, to bits of {@link FourCcInfo}. Has no prototype: any key is only a name. */
export interface FourCcInfoMap {
  readonly [fourCc: string]: number;
}

/** The typed view of a connect command (RTMP 7.2.1.1, Enhanced RTMP v2). Members of the wrong type count as absent. */
export interface ConnectFields {
  readonly kind: "connect";
  /** Application, exactly as sent: may end in `/` or carry a query. */
  readonly app: string | undefined;
  /** URL of the server. Taken from `tcurl` if that is how it was spelled, and without quotes around it. */
  readonly tcUrl: string | undefined;
  /** Program and version of the client, as FFmpeg's `FMLE/3.0 (compatible; Lavf…)`. */
  readonly flashVer: string | undefined;
  /** URL of the Flash program; OBS sends that of the server. */
  readonly swfUrl: string | undefined;
  /** URL of the page around it. */
  readonly pageUrl: string | undefined;
  /** AMF version that the client wants to use: 0 or 3; other numbers as sent. 0 if absent. */
  readonly objectEncoding: number;
  /** `nonprivate` from encoders. */
  readonly connectType: string | undefined;
  /** Bits: 1 seek; Enhanced RTMP adds 2 HDR, 4 metadata packets, 8 large-scale tile. */
  readonly videoFunction: number | undefined;
  /** Bits of {@link CapsEx}; 0 if absent. */
  readonly capsEx: number;
  /** Codecs that the client can take, `*` being any (Enhanced RTMP v1). */
  readonly fourCcList: readonly string[] | undefined;
  /** What the client does with each video codec (Enhanced RTMP v2). */
  readonly videoFourCcInfoMap: FourCcInfoMap | undefined;
  /** What the client does with each audio codec (Enhanced RTMP v2). */
  readonly audioFourCcInfoMap: FourCcInfoMap | undefined;
  /** The whole command object; empty if there was none. */
  readonly properties: Amf0Object;
}

/**
 * Reads what servers want to know from a connect command's object.
 * @param maxFourCcs entries taken from each list and map.
 */
export function readConnect(commandObject: Amf0Value, maxFourCcs: number): ConnectFields {
  const properties = asObject(commandObject) ?? (Object.create(null) as Amf0Object);
  const tcUrl = asString(properties["tcUrl"]) ?? asString(properties["tcurl"]);
  return {
    kind: "connect",
    app: asString(properties["app"]),
    tcUrl: tcUrl === undefined ? undefined : unquote(tcUrl),
    flashVer: asString(properties["flashVer"]),
    swfUrl: asString(properties["swfUrl"]),
    pageUrl: asString(properties["pageUrl"]),
    objectEncoding: asFinite(properties["objectEncoding"]) ?? 0,
    connectType: asString(properties["type"]),
    videoFunction: asU32(properties["videoFunction"]),
    capsEx: asU32(properties["capsEx"]) ?? 0,
    fourCcList: readFourCcList(properties["fourCcList"], maxFourCcs),
    videoFourCcInfoMap: readInfoMap(properties["videoFourCcInfoMap"], maxFourCcs),
    audioFourCcInfoMap: readInfoMap(properties["audioFourCcInfoMap"], maxFourCcs),
    properties,
  };
}

/** The names of the known bits of a `capsEx`, lowest bit first. */
export function capsExFlags(capsEx: number): CapsExFlag[] {
  return (Object.keys(CapsEx) as CapsExFlag[]).filter((flag) => (capsEx & CapsEx[flag]) !== 0);
}

function readFourCcList(value: Amf0Value | undefined, maxCount: number): string[] | undefined {
  // A list written as an ECMA array has the indices as keys.
  const items = Array.isArray(value) ? value : isAmf0Object(value) ? Object.values(value) : undefined;
  return items?.slice(0, maxCount).filter((item) => typeof item === "string");
}

function readInfoMap(value: Amf0Value | undefined, maxCount: number): FourCcInfoMap | undefined {
  if (!isAmf0Object(value)) return undefined;
  const map = Object.create(null) as Record<string, number>;
  let room = maxCount;
  for (const [fourCc, entry] of Object.entries(value)) {
    if (room-- === 0) break;
    const bits = asU32(entry);
    if (bits !== undefined) map[fourCc] = bits;
  }
  return map;
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
