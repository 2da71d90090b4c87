import { fromHex } from "@rtmp/bytes-util";
import { audioCodecOf, isAudioSequenceHeader, isVideoKeyframe, isVideoSequenceHeader, videoCodecOf } from "@rtmp/flv";
import type { Contest } from "./contest.js";
import { loadNodeMediaServer } from "./peers.js";

const VIDEO = 9;
const AUDIO = 8;
const NUMBERS: Readonly<Record<number, string>> = { 7: "avc1", 10: "mp4a" };

/** Bodies of tags, legacy and Enhanced, that both sides know. */
const BODIES: readonly (readonly [type: number, hex: string])[] = [
  [VIDEO, "17 00 000000 01640028"],
  [VIDEO, "17 01 000000 00000002 6588"],
  [VIDEO, "27 01 000028 00000002 419a"],
  [VIDEO, "90 68766331 01"],
  [VIDEO, "91 68766331 000000 00000002 2601"],
  [VIDEO, "a1 61763031 12"],
  [AUDIO, "af00 1190"],
  [AUDIO, "af01 2110"],
];

/** "Codec, keyframe, sequence header?" of eight bodies. */
export function flvContests(): Contest[] {
  const { Flv } = loadNodeMediaServer();
  const bodies = BODIES.map(([type, hex]) => ({ type, body: Buffer.from(fromHex(hex)) }));
  const ask = (take: (codec: string | undefined, key: boolean, header: boolean) => void) => {
    for (const { type, body } of bodies) {
      if (type === VIDEO) take(videoCodecOf(body), isVideoKeyframe(body), isVideoSequenceHeader(body));
      else take(audioCodecOf(body), false, isAudioSequenceHeader(body));
    }
  };
  let sum = 0;
  return [
    {
      name: "flv: codec, keyframe and sequence header of 8 tags",
      contenders: [
        {
          name: "ours",
          run: () => {
            ask((codec, key, header) => {
              sum += (codec?.length ?? 0) + Number(key) + Number(header);
            });
            return sum;
          },
          check: () => {
            const answers: unknown[] = [];
            ask((...answer) => answers.push(answer));
            return answers;
          },
        },
        {
          name: "node-media-server",
          run: () => {
            for (const { type, body } of bodies) {
              const { codec_id, flags } = Flv.parserTag(type, 0, body.length, body);
              sum += codec_id + flags;
            }
            return sum;
          },
          check: () =>
            bodies.map(({ type, body }) => {
              const { codec_id, flags } = Flv.parserTag(type, 0, body.length, body);
              const codec = NUMBERS[codec_id] ?? body.subarray(1, 5).toString("latin1");
              return [codec, flags === 3, flags === 2 || flags === 0];
            }),
        },
      ],
    },
  ];
}
