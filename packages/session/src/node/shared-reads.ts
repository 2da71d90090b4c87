import { Socket } from "node:net";

/** What a read takes at most: what Node reads at once anyway. */
const READ_LENGTH = 65_536;
/** Where all these sockets read to: each read is dealt with before the next one is made. */
const buffer = new Uint8Array(Buffer.allocUnsafeSlow(READ_LENGTH).buffer);

/**
 * Takes what a socket reads: the first `length` bytes of an array that is used again after the call.
 * @returns false: nothing more is to be read until the socket's `resume`.
 */
type Reader = (bytes: Uint8Array, length: number) => boolean;

/**
 * Lets a socket read into one buffer, which all such sockets share, instead of a new one for each read: that halves what
 * reading costs, and spares the memory of reads that wait to be collected.
 *
 * Node offers that for sockets that it connects (`onread` of `net.connect`), and not for those that a server accepts, so this
 * does to an accepted one what Node does there.
 *
 * @param read called from the socket's `resume` on; the socket emits no `data` then.
 * @returns false, with nothing changed, if something has been read already, or Node's sockets are not made as we know them.
 */
export function readShared(socket: Socket, read: Reader): boolean {
  const keys = onreadKeys();
  const handle: unknown = Reflect.get(socket, "_handle");
  if (keys === undefined || !takesBuffer(handle)) return false;
  if (Reflect.get(socket, keys.buffer) !== null || socket.readableLength > 0 || socket.readableFlowing === true)
    return false;
  try {
    handle.useUserBuffer(buffer);
  } catch {
    return false;
  }
  Reflect.set(socket, keys.buffer, buffer);
  Reflect.set(socket, keys.callback, (length: number): boolean => read(buffer, length));
  return true;
}

/** Whether this is the system's side of a socket, and can read into a buffer of ours. */
function takesBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return (
    typeof handle === "object" &&
    handle !== null &&
    "useUserBuffer" in handle &&
    typeof handle.useUserBuffer === "function"
  );
}

let known: { readonly buffer: symbol; readonly callback: symbol } | "none" | undefined;

/** Where a socket keeps its `onread`, if it does so as it has since Node 12. */
function onreadKeys(): Exclude<typeof known, "none"> {
  if (known === undefined) {
    const symbols = Object.getOwnPropertySymbols(new Socket());
    const find = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
    const [keyOfBuffer, keyOfCallback] = [find("kBuffer"), find("kBufferCb")];
    const isComplete = keyOfBuffer !== undefined && keyOfCallback !== undefined;
    known = isComplete ? { buffer: keyOfBuffer, callback: keyOfCallback } : "none";
  }
  return known === "none" ? undefined : known;
}
