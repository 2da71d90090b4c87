// An output of one's own: it gets every packet of every stream, as recordings and players do, and counts keyframes.
// Three frames are published to try it.
import { once } from "node:events";
import { IngestServer, type LiveStream, type MediaPacket, type StreamSubscriber } from "@rtmp/ingest";
import { ClientSession } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";

/** Called for each stream as it begins. Many could be made for one stream; `undefined` lets a stream go by. */
function keyframeCounter({ id }: LiveStream): StreamSubscriber | undefined {
  if (id.app !== "live") return undefined;
  const keyframesAt: number[] = [];
  return {
    // In order, and all of them: what takes time returns a promise, and the encoder waits for it.
    packet({ keyframe, timestamp, payload }: MediaPacket) {
      if (!keyframe) return;
      keyframesAt.push(timestamp);
      // A payload is the body of an FLV tag, and often a view of a larger buffer: what is kept for long is copied.
      console.log(`${id.name}: a keyframe of ${payload.length} bytes at ${timestamp} ms`);
    },
    // The stream counts as ended when this is done: files are closed here.
    async end({ clean, reason }) {
      console.log(`${id.name} is over (${reason}, clean: ${clean}), keyframes at ${keyframesAt}`);
      if (keyframesAt.join() !== "0,80") throw new Error("keyframes are missing");
    },
    heldBytes: 0, // bytes of media that wait in here: they count in the server's memory budget
  };
}

const server = new IngestServer({ rtmp: { listen: ["127.0.0.1:0"] } }, { outputs: [keyframeCounter] });
server.on("fault", ({ error }) => {
  throw error; // what an output throws is told here; it is taken off its stream, which goes on
});
const [listening] = await Promise.all([once(server, "listening"), server.start()]);

const encoder = new ClientSession(connectNode, { url: `rtmp://127.0.0.1:${listening[0].port}/live/camera` });
await encoder.connect();
const camera = await encoder.publish();
await camera.sendMetadata({ width: 1280, height: 720 });
await camera.send({ type: "video", timestamp: 0, payload: Uint8Array.of(0x17, 1, 0, 0, 0, 1, 2, 3) });
await camera.send({ type: "video", timestamp: 40, payload: Uint8Array.of(0x27, 1, 0, 0, 0, 4) });
await camera.send({ type: "video", timestamp: 80, payload: Uint8Array.of(0x17, 1, 0, 0, 0, 5, 6, 7) });
await camera.close();
await encoder.close();
await server.stop();
