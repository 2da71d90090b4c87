import { FlvError } from "../errors.js";

/** Most NAL units in one frame. Level 6.2 of AVC and HEVC allows 600 slices; the rest is parameter sets and SEI. */
const MAX_NAL_UNITS = 4096;

/**
 * Takes the NAL units of an AVC, HEVC or VVC frame apart; empty ones are left out.
 * @param nalLengthSize bytes of each length, from the configuration record: 1, 2 or 4. @returns views of the frame.
 * @throws FlvError `malformed-nal-units` for a length that runs past the end, or more than 4096 units.
 * @throws RangeError for another `nalLengthSize`.
 */
export function splitNalUnits(frame: Uint8Array, nalLengthSize: number): Uint8Array[] {
  if (nalLengthSize !== 1 && nalLengthSize !== 2 && nalLengthSize !== 4) {
    throw new RangeError(`NAL unit lengths of ${nalLengthSize} bytes`);
  }
  const units: Uint8Array[] = [];
  for (let at = 0; at < frame.length; ) {
    if (frame.length - at < nalLengthSize) {
      throw new FlvError("malformed-nal-units", `${frame.length - at} bytes behind the last NAL unit`, at);
    }
    let length = 0;
    for (let i = 0; i < nalLengthSize; i++) length = length * 256 + (frame[at + i] as number);
    const start = at + nalLengthSize;
    if (length > frame.length - start) {
      throw new FlvError("malformed-nal-units", `a NAL unit of ${length} bytes, ${frame.length - start} left`, at);
    }
    if (units.length === MAX_NAL_UNITS) throw new FlvError("malformed-nal-units", "too many NAL units", at);
    if (length > 0) units.push(frame.subarray(start, start + length));
    at = start + length;
  }
  return units;
}
