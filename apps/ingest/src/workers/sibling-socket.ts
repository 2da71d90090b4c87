import { connect } from "node:net";
import type { Transport } from "@rtmp/session";
import { nodeTransport } from "@rtmp/session/node";

/** Opens connections to the worker that serves on a socket; undefined if there is none. */
export function connectSibling(path: string | undefined): (() => Promise<Transport>) | undefined {
  if (path === undefined) return undefined;
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(nodeTransport(socket));
      });
    });
}
