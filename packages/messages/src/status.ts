import type { Amf0Object, Amf0Value } from "@rtmp/amf0";
import { asObject, asString } from "./values.js";

/** What `_result`, `_error`, `onStatus` and the `onFC…` notices say in their information object (RTMP 7.2.2). */
export interface StatusInfo {
  /** `status`, `warning` or `error`. */
  readonly level: string | undefined;
  /** Such as `NetStream.Publish.Start`. */
  readonly code: string | undefined;
  /** Text for people. */
  readonly description: string | undefined;
  /** The whole object: the first argument, else the command object; `undefined` if neither is an object. */
  readonly info: Amf0Object | undefined;
}

/** Reads the information object wherever servers put it. */
export function readStatus(commandObject: Amf0Value, args: readonly Amf0Value[]): StatusInfo {
  const info = asObject(args[0]) ?? asObject(commandObject);
  return {
    level: asString(info?.["level"]),
    code: asString(info?.["code"]),
    description: asString(info?.["description"]),
    info,
  };
}
