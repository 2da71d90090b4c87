import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { type MediaMessage, type Publication, ServerSession, type SessionHandler } from "@rtmp/session";
import { nodeTransport } from "@rtmp/session/node";
import { onTestFinished } from "vitest";

/** A server made of bare sessions, for what the ingest server does not do; taken down after the test. */
export async function startSessions(handler: (session: () => ServerSession) => SessionHandler, tls?: TlsOptions) {
  const media: MediaMessage[] = [];
  const events: { what: string; at: number }[] = [];
  const note = (what: string): void => void events.push({ what, at: performance.now() });
  const sessions = new Set<ServerSession>();
  const serve = (socket: Socket): void => {
    const session: ServerSession = new ServerSession(nodeTransport(socket), {
      handler: {
        media: (message) => void media.push(message),
        unpublish: (_publication: Publication, { clean }) => note(clean ? "unpublish" : "lost"),
        ...handler(() => session),
        publish: (request) => {
          note("publish");
          const { publish } = handler(() => session);
          return publish === undefined ? void request.accept() : publish(request);
        },
      },
    });
    sessions.add(session);
    note("connection");
    void session.run().then(() => {
      sessions.delete(session);
      note("end");
    });
  };
  const halfOpen = { allowHalfOpen: true };
  const server = tls === undefined ? createServer(halfOpen, serve) : createTlsServer({ ...halfOpen, ...tls }, serve);
  const sockets = new Set<Socket>(); // among them those that never got through TLS
  server.on("connection", (socket: Socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const session of sessions) session.close("over");
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  /** When something happened first, on the clock of `performance.now`. */
  const when = (what: string): number => {
    const event = events.find((each) => each.what === what);
    if (event === undefined) throw new Error(`no ${what} among ${events.map((each) => each.what).join()}`);
    return event.at;
  };
  return { port, media, sessions, events, when, url: (name: string) => `rtmp://127.0.0.1:${port}/live/${name}` };
}
