import { expect, onTestFinished, test, vi } from "vitest";
import { FrameLog } from "./frame-log.js";
import type { MediaPacket } from "./media-packet.js";

const payload = new Uint8Array(3);
const frame: MediaPacket = { kind: "audio", tagType: 8, role: "frame", keyframe: false, timestamp: 0, payload };

/** Pushes so many frames, looks at the last one, and forgets all. */
function fill(log: FrameLog, count: number): void {
  for (let i = 0; i < count; i++) log.push({ ...frame, timestamp: i }, { buffer: payload, start: 0, length: 3 });
  expect(log.at(count - 1)).toEqual({ ...frame, timestamp: count - 1 });
  log.clear();
  expect(log.packets()).toEqual([]);
}

test("keeps the room of a common group of pictures, and not that of one of very many frames", () => {
  const made: number[] = [];
  const construct = (target: Float64ArrayConstructor, args: ConstructorParameters<Float64ArrayConstructor>) => {
    const array = Reflect.construct(target, args, target) as Float64Array;
    made.push(array.byteLength);
    return array;
  };
  vi.stubGlobal("Float64Array", new Proxy(Float64Array, { construct }));
  onTestFinished(() => void vi.unstubAllGlobals());
  const log = new FrameLog();
  fill(log, 2000);
  made.length = 0;
  fill(log, 2000);
  expect(made).toEqual([]);
  fill(log, 30_000);
  expect(made.at(-1)).toBe(2048);
});
