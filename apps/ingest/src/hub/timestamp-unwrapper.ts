const WRAP = 2 ** 32;
const HALF = 2 ** 31;
/** Nearer than this to a jump of 2^31, in ms, a clock of 31 bits is taken to have begun again. */
const NEAR = 60_000;
/** Further than this from the last frame, a header's timestamp is taken as a plain small number, not as a wrapped one. */
const FAR = 2 ** 30;

/**
 * Turns timestamps modulo 2^32 (RTMP 5.3.1.3) into plain milliseconds that go on growing past the wrap (after 49.7
 * days). One for all tracks of a stream: each timestamp is read as the value nearest to the last frame's.
 */
export class TimestampUnwrapper {
  #last: number | undefined;

  /** The timestamp of an audio or video frame, in ms modulo 2^32. @returns plain ms; the first stays as it is. */
  frame(timestamp: number): number {
    this.#last = this.#last === undefined ? timestamp : Math.max(0, this.#last + step(timestamp, this.#last));
    return this.#last;
  }

  /**
   * The timestamp of a header or of metadata. Encoders leave these at 0 or at anything, even late in a stream, so they
   * do not move what frames are measured by.
   */
  aside(timestamp: number): number {
    if (this.#last === undefined) return timestamp;
    const near = difference(timestamp, this.#last);
    if (Math.abs(near) <= FAR) return Math.max(0, this.#last + near);
    return this.#last - (this.#last % WRAP) + timestamp;
  }
}

/** Signed distance from `last` (plain) to `timestamp` (modulo 2^32), at most 2^31 either way. */
function difference(timestamp: number, last: number): number {
  return (timestamp - (last % WRAP)) | 0;
}

/**
 * The same from one frame to the next. A jump of nearly 2^31 is none: FFmpeg and OBS keep 31 bits of their clock, and begin
 * again at 0 after 24.8 days.
 */
function step(timestamp: number, last: number): number {
  const distance = difference(timestamp, last);
  if (Math.abs(distance) < HALF - NEAR) return distance;
  return distance < 0 ? distance + HALF : distance - HALF;
}
