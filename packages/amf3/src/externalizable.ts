/** Name of the class that {@link Amf3ArrayCollection} is sent as. */
export const ARRAY_COLLECTION = "flex.messaging.io.ArrayCollection";

/** Externalizable classes whose own bytes are one AMF3 value: what the Flex framework puts around arrays and objects. */
export const WRAPPERS: ReadonlySet<string> = new Set([
  ARRAY_COLLECTION,
  "flex.messaging.io.ArrayList",
  "flex.messaging.io.ObjectProxy",
]);
