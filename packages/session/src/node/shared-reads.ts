import { Socket } from "node:net";

/** What a read takes at most: what Node reads at once anyway. */
const READ_LENGTH = 65_536;
/** Where all these sockets read to: each read is dealt with before the next one is made. */
const buffer = new Uint8Array(Buffer.allocUnsafeSlow(READ_LENGTH).buffer);

/** Takes what a socket reads, the first `length` bytes of an array that is used again after the call. */
type Reader = (bytes: Uint8Array, length: number) => void;

const readers = new WeakMap<Socket, { read: Reader }>();

/**
 * Lets a socket that a server has accepted read into one buffer, which all such sockets share, instead of a new one for each
 * read: that halves what reading costs, and spares the memory of reads that wait to be collected.
 *
 * Node offers that (`onread`) for sockets that it connects, and not for those that it accepts, so the connection is handed on to
 * a socket of our own. The given one is destroyed with it, which a server that is closed waits for. Where Node's sockets are not
 * made as we know them, the given one is returned, and works as ever.
 *
 * @param accepted from a server with `pauseOnConnect`; nothing has been read of it. Use it no more.
 * @returns the socket to give to {@link nodeTransport}: it emits no `data`.
 */
export function withSharedReads(accepted: Socket): Socket {
  const inside = accepted as { _handle?: { useUserBuffer?: unknown } | null };
  const handle = inside._handle;
  if (typeof handle?.useUserBuffer !== "function") return accepted;
  inside._handle = null;
  const reader: { read: Reader } = { read: () => {} };
  const options = {
    handle,
    allowHalfOpen: accepted.allowHalfOpen,
    pauseOnCreate: true,
    writableHighWaterMark: accepted.writableHighWaterMark,
    onread: {
      buffer,
      callback: (length: number): boolean => {
        reader.read(buffer, length);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  socket.once("close", () => accepted.destroy());
  readers.set(socket, reader);
  return socket;
}

/** Gives what the socket reads to `read`, from its `resume` on. @returns false if it reads as other sockets do. */
export function readShared(socket: Socket, read: Reader): boolean {
  const reader = readers.get(socket);
  if (reader === undefined) return false;
  reader.read = read;
  return true;
}
