// Decides in a function who may publish, under what name and within which limits, and reads what an encoder is told that
// may not. Keys, signed URLs and HTTP hooks need no program: see docs/access.md.
import { once } from "node:events";
import { type AccessFunction, IngestServer } from "@rtmp/ingest";
import { ClientError, ClientSession } from "@rtmp/session";
import { connectNode } from "@rtmp/session/node";

/** A database, say. What encoders send as the stream key is known here alone. */
const customers = new Map([
  ["k3y-of-ann", { name: "ann", plan: "hd" }],
  ["k3y-of-bob", { name: "bob", plan: "ended" }],
]);

const onPublish: AccessFunction = async ({ app, stream: key, address }) => {
  const customer = customers.get(key);
  console.log(`somebody at ${address} wants to publish in ${app}`);
  const refused = { allowed: false, code: "NetStream.Publish.Denied" } as const;
  // `shown` stands in logs where the stream's name would: here that is a secret, or nearly one.
  if (customer === undefined) return { ...refused, description: "Nobody has this stream key.", shown: "(unknown)" };
  if (customer.plan === "ended") {
    return { ...refused, description: "Your plan has ended.", reason: "no-plan", shown: customer.name };
  }
  // Log, players, recordings and API know the stream by this name; the key goes nowhere.
  return { allowed: true, stream: customer.name, limits: { maxBitrate: 6_000_000, maxViewers: 100 } };
};

const server = new IngestServer({ rtmp: { listen: ["127.0.0.1:0"] } }, { onPublish });
server.on("publish", ({ app, stream }) => console.log(`${app}/${stream} is live`));
server.on("publishRefused", ({ stream, reason }) => console.log(`${stream} was refused: ${reason}`));
const [listening] = await Promise.all([once(server, "listening"), server.start()]);

/** Publishes for a moment, as an encoder with that stream key would. @returns what it was told. */
async function tryToPublish(key: string): Promise<string> {
  const session = new ClientSession(connectNode, { url: `rtmp://127.0.0.1:${listening[0].port}/live/${key}` });
  try {
    await session.connect();
    const publisher = await session.publish();
    await publisher.close();
    return "welcome";
  } catch (error) {
    if (error instanceof ClientError) return `${error.statusCode}: ${error.description}`;
    throw error;
  } finally {
    await session.close();
  }
}

const answers = [await tryToPublish("k3y-of-ann"), await tryToPublish("k3y-of-bob"), await tryToPublish("guessed")];
console.log(answers);
await server.stop();
if (answers[0] !== "welcome" || answers[1] !== "NetStream.Publish.Denied: Your plan has ended.") throw new Error();
