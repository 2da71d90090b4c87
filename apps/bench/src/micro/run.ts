import type { Row } from "../report.js";
import { amf0Contests } from "./amf0.js";
import { chunkContests } from "./chunk.js";
import { hold } from "./contest.js";
import { flvContests } from "./flv.js";
import { handshakeContests } from "./handshake.js";

/** Times each layer beside what npm offers for the same work. @param timeMs for each contender. */
export async function timeLayers(
  timeMs: number,
  wanted: (name: string) => boolean,
  log: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  const contests = [...amf0Contests(), ...chunkContests(), ...handshakeContests(), ...flvContests()];
  for (const contest of contests.filter(({ name }) => wanted(name))) {
    for (const { contender, ns, bytesPerSecond, ratio } of await hold(contest, timeMs)) {
      const more = bytesPerSecond === undefined ? "" : `${(bytesPerSecond / 1e9).toFixed(2)} GB/s`;
      rows.push({ measurement: contest.name, who: contender, value: ns / 1000, unit: "us", ratio, more });
      log(`${contest.name}: ${contender} ${(ns / 1000).toPrecision(3)} us ${more}`);
    }
  }
  return rows;
}
