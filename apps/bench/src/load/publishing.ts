import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ClientSession } from "@rtmp/session";
import { nodeTransport } from "@rtmp/session/node";

/**
 * Connects with our own client, announces the chunk size and publishes. What follows is written past it, on message
 * stream 1, as servers count. (To announce a smaller size later, with media right behind, makes nginx-rtmp lose bytes.)
 */
export async function publish(port: number, name: string, chunkSize: number): Promise<Socket> {
  const socket = await open(port);
  const session = new ClientSession(nodeTransport(socket), {
    url: urlOf(port, name),
    limits: { chunkSize },
  });
  await session.connect();
  await session.publish();
  return socket;
}

/** Where a stream of the load is published and played. */
export function urlOf(port: number, name: string): string {
  return `rtmp://127.0.0.1:${port}/live/${name}`;
}

/** Opens a plain connection. */
export async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Says that nothing more comes, and waits until the other side has read all and closed. */
export async function finish(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.resume();
  socket.end();
  await closed;
}

/** Writes, and waits while the socket has enough. */
export async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await once(socket, "drain");
}
