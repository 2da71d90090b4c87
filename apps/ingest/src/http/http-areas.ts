import type { HttpArea } from "./http-area.js";

/** The areas of the HTTP side, in the order in which they are asked. */
export function httpAreas(): readonly HttpArea[] {
  return [];
}
