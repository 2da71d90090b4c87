// An RTMP server inside an HTTP application that is there already: a page that lists what is live, functions that decide
// who may publish, typed events. It publishes to itself for half a second, so that there is something to see.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { IngestServer } from "@rtmp/ingest";
import { ClientSession } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";

const ingest = new IngestServer(
  { rtmp: { listen: ["127.0.0.1:0"] } }, // port 0: a free one. All of docs/configuration.md goes in here
  {
    onConnect: ({ app }) => app === "live", // the only application
    onPublish: ({ stream }) => ({ allowed: true, stream, limits: { maxBitrate: 8_000_000 } }),
  },
);
ingest.on("publish", ({ app, stream, peer }) => console.log(`${app}/${stream} is live, from ${peer}`));
ingest.on("unpublish", ({ stream, reason, durationMs }) => console.log(`${stream}: ${reason} after ${durationMs} ms`));
ingest.on("fault", ({ where, error }) => console.error(where, error));

// The application: one route more, that is all.
const app = createServer((request, response) => {
  if (request.url !== "/live") return void response.writeHead(404).end();
  const live = ingest.streams().map(({ app, stream, viewers }) => ({ app, stream, viewers: viewers.total }));
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(live));
});

const [listening] = await Promise.all([once(ingest, "listening"), ingest.start()]);
app.listen(0, "127.0.0.1");
await once(app, "listening");

const encoder = new ClientSession(connectNode, { url: `rtmp://127.0.0.1:${listening[0].port}/live/camera` });
await encoder.connect();
const camera = await encoder.publish();
for (let timestamp = 0; timestamp < 500; timestamp += 40) {
  await camera.send({ type: "video", timestamp, payload: Uint8Array.of(0x17, 1, 0, 0, 0) });
}

const answer = await fetch(`http://127.0.0.1:${(app.address() as AddressInfo).port}/live`);
const text = await answer.text();
console.log(`GET /live: ${text}`);
if (!text.includes('"camera"')) throw new Error("the camera is not listed");

await camera.close();
await encoder.close();
app.close();
await ingest.stop(); // tells the encoders, completes recordings
