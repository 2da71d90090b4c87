import { RawClient } from "./raw-client.js";

/** Somebody asks to publish. @returns the client, as soon as it has seen the code of the answer. */
export async function askToPublish(port: number, name: string, code: string): Promise<RawClient> {
  const client = await RawClient.open(port);
  client.command(1, "publish", 3, null, name, "live");
  await client.sees(code);
  return client;
}
