import type { Duplex } from "node:stream";
import { errorBody } from "./http-error.js";

/** Answers a request for a WebSocket with an error, and closes the connection. @param status with its words, `404 Not Found`. */
export function refuseUpgrade(socket: Duplex, status: string, code: string, message: string): void {
  const body = JSON.stringify(errorBody(code, message));
  const length = Buffer.byteLength(body);
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
}
