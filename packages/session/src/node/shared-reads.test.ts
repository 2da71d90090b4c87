import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { generate } from "selfsigned";
import { afterEach, expect, test } from "vitest";
import { nodeTransport } from "./index.js";
import { readShared } from "./shared-reads.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** @returns pairs of a server's side and the client's. */
async function listen(): Promise<{ server: Server; pair: () => Promise<{ ours: Socket; theirs: Socket }> }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const pair = async () => {
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const theirs = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const [ours] = await accepted;
    closing.push(() => {
      ours.destroy();
      theirs.destroy();
    });
    return { ours, theirs };
  };
  return { server, pair };
}

/** What a transport reads: copies, and how it ended. */
function collect(socket: Socket) {
  const reads: Buffer[] = [];
  let tell: (how: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => {
    tell = resolve;
  });
  const flow = nodeTransport(socket).receive?.({
    data: (bytes, length) => void reads.push(Buffer.from(bytes.slice(0, length))),
    end: () => tell("end"),
    broken: tell,
  });
  return { ended, flow, text: () => Buffer.concat(reads).toString("latin1") };
}

test("connections that share their reads get each what is theirs, whatever came before they were read", async () => {
  const { pair } = await listen();
  const pairs = [await pair(), await pair(), await pair()];
  for (const [i, { theirs }] of pairs.entries()) theirs.write(`${i}`.repeat(1000));
  await new Promise((resolve) => setImmediate(resolve));
  const collected = pairs.map(({ ours }) => collect(ours));
  for (let round = 0; round < 50; round++) {
    for (const [i, { theirs }] of pairs.entries()) theirs.write(`${i}`.repeat(9000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { theirs } of pairs) theirs.end();
  expect(await Promise.all(collected.map(({ ended }) => ended))).toEqual(["end", "end", "end"]);
  for (const [i, { text }] of collected.entries()) expect(text() === `${i}`.repeat(451_000)).toBe(true);
});

test("last words go out after the peer's FIN", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  const { ended } = collect(ours);
  theirs.end("bye");
  await ended;
  const heard: Buffer[] = [];
  theirs.on("data", (bytes) => void heard.push(bytes));
  void nodeTransport(ours).write(Buffer.from("and good luck"));
  await nodeTransport(ours).end();
  await once(theirs, "end");
  expect(Buffer.concat(heard).toString()).toBe("and good luck");
});

test("nothing is read while it is paused", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  const { flow, text, ended } = collect(ours);
  theirs.write("a".repeat(1000));
  await expect.poll(() => text().length).toBe(1000);
  flow?.pause();
  theirs.end("b".repeat(1000));
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(text().length).toBe(1000);
  flow?.resume();
  expect(await ended).toBe("end");
  expect(text()).toBe("a".repeat(1000) + "b".repeat(1000));
});

test("nothing more is read after a pause from within a read, until it resumes, however it was paused before", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  const reads: string[] = [];
  let pausing = true;
  const flow = nodeTransport(ours).receive?.({
    data: (bytes, length) => {
      reads.push(Buffer.from(bytes.slice(0, length)).toString());
      if (pausing) flow?.pause();
    },
    end: () => reads.push("end"),
    broken: () => reads.push("broken"),
  });
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  theirs.write("a");
  await expect.poll(() => reads).toEqual(["a"]);
  theirs.write("b");
  await turns();
  theirs.write("c");
  await turns();
  expect(reads).toEqual(["a"]);
  flow?.resume();
  await expect.poll(() => reads).toEqual(["a", "bc"]); // in one read, and paused again by it
  pausing = false;
  flow?.pause(); // now from outside
  theirs.end("d");
  await turns();
  expect(reads).toEqual(["a", "bc"]);
  flow?.resume();
  await expect.poll(() => reads).toEqual(["a", "bc", "d", "end"]);
});

test("a peer that leaves before anybody listens has left", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  const over = once(ours, "end");
  theirs.end();
  await over;
  expect(await collect(ours).ended).toBe("end");
});

test("it can be iterated too", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  theirs.end("c".repeat(300_000));
  let length = 0;
  for await (const bytes of nodeTransport(ours).readable) {
    expect(bytes.every((byte) => byte === 0x63)).toBe(true);
    length += bytes.length;
  }
  expect(length).toBe(300_000);
});

test("a connection that is reset is told as broken", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  const { ended } = collect(ours);
  theirs.resetAndDestroy();
  expect(await ended).toMatchObject({ code: "ECONNRESET" });
});

test("a server that is closed waits for such connections, and no longer", async () => {
  const { server, pair } = await listen();
  const { ours } = await pair();
  collect(ours);
  const closed = once(server, "close");
  server.close();
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  ours.destroy();
  await closed;
});

test("all read into one array, which is what makes them cheap: this Node's sockets are made as we know them", async () => {
  const { pair } = await listen();
  const arrays = new Set<Uint8Array>();
  for (let i = 0; i < 2; i++) {
    const { ours, theirs } = await pair();
    const flow = nodeTransport(ours).receive?.({
      data: (bytes) => void arrays.add(bytes),
      end: () => {},
      broken: () => {},
    });
    theirs.write("hello");
    await expect.poll(() => ours.bytesRead).toBe(5);
    flow?.pause();
  }
  expect(arrays.size).toBe(1);
});

test("over TLS they share it too, and get each what is theirs, paused now and then", async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec" });
  const server = createTlsServer({ key, cert, allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const arrays = new Set<Uint8Array>();
  const received: Promise<string>[] = [];
  server.on("secureConnection", (socket) => {
    closing.push(() => void socket.destroy());
    const reads: Buffer[] = [];
    received.push(
      new Promise((resolve, reject) => {
        const flow = nodeTransport(socket).receive?.({
          data: (bytes, length) => {
            arrays.add(bytes);
            reads.push(Buffer.from(bytes.slice(0, length)));
            if (reads.length % 10 !== 0) return;
            flow?.pause();
            setTimeout(() => flow?.resume(), 1);
          },
          end: () => resolve(Buffer.concat(reads).toString("latin1")),
          broken: reject,
        });
      }),
    );
  });
  const { port } = server.address() as AddressInfo;
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      closing.push(() => void client.destroy());
      await once(client, "secureConnect");
      return client;
    }),
  );
  for (let round = 0; round < 20; round++) {
    for (const [i, client] of clients.entries()) client.write(`${i}`.repeat(30_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const client of clients) client.end();
  const texts = await Promise.all(received);
  expect(texts.map((text) => [text.length, new Set(text).size])).toEqual(Array(4).fill([600_000, 1]));
  expect(arrays.size).toBe(1);
});

test("what was read before comes first, as ever", async () => {
  const { pair } = await listen();
  const { ours, theirs } = await pair();
  theirs.write("early ");
  await expect.poll(() => ours.readableLength).toBe(6);
  expect(readShared(ours, () => true)).toBe(false);
  const { ended, text } = collect(ours);
  theirs.end("late");
  await ended;
  expect(text()).toBe("early late");
});

test("what was read before does not keep what follows from being read into the shared array, nor is an end lost with it", async () => {
  const { pair } = await listen();
  const arrays = new Map<string, Uint8Array>();
  const hear = (socket: Socket, name: string): Promise<string> =>
    new Promise((resolve) => {
      let text = "";
      nodeTransport(socket).receive?.({
        data: (bytes, length = bytes.length) => {
          text += Buffer.from(bytes.slice(0, length)).toString();
          arrays.set(`${name} ${text}`, bytes);
        },
        end: () => resolve(text),
        broken: (error) => resolve(String(error)),
      });
    });
  const [first, second, third] = [await pair(), await pair(), await pair()];
  for (const { theirs } of [first, second]) theirs.write("early ");
  third.theirs.end("early and gone");
  for (const { ours } of [first, second, third]) await expect.poll(() => ours.readableLength).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 20)); // for the end to come, too
  const texts = [hear(first.ours, "first"), hear(second.ours, "second"), hear(third.ours, "third")];
  await expect.poll(() => arrays.size).toBe(3);
  for (const { theirs } of [first, second]) theirs.end("late");
  expect(await Promise.all(texts)).toEqual(["early late", "early late", "early and gone"]);
  expect(arrays.get("first early late")).toBe(arrays.get("second early late"));
});

test("a socket that Node would not let read so is left as it is", () => {
  const socket = new Socket();
  expect(readShared(socket, () => true)).toBe(false);
  expect(socket.readableFlowing).toBe(null);
});

test("nor does one change whose handle refuses", () => {
  const socket = new Socket();
  const refuse = (): never => {
    throw new Error("refused");
  };
  Object.assign(socket, { _handle: { useUserBuffer: refuse } });
  const before = describe(socket);
  expect(readShared(socket, () => true)).toBe(false);
  expect(describe(socket)).toEqual(before);
});

/** What a socket has by symbols. */
function describe(socket: Socket): unknown[] {
  return Object.getOwnPropertySymbols(socket).map((key) => Reflect.get(socket, key));
}
