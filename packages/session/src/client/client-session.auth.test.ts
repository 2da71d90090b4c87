import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { ConnectRequest } from "../server/handler.js";
import { ServerSession } from "../server/server-session.js";
import { pipe } from "../testing/pipe.js";
import { ClientSession, type ClientSessionOptions } from "./client-session.js";

const md5 = (text: string): string => createHash("md5").update(text).digest("base64");

/** A server that wants "me" with "secret", and asks as Adobe Media Server and Wowza do: refusing, with a description. */
class Guard {
  readonly apps: string[] = [];
  opaque = "&opaque=vbi2VQ==";
  mode = "adobe";

  readonly open = () => {
    const { client, server } = pipe();
    void new ServerSession(server, {
      handler: { connect: (request) => this.#check(request), publish: (request) => void request.accept() },
    }).run();
    return client;
  };
  #check(request: ConnectRequest): void {
    const { app = "", tcUrl = "" } = request.command;
    this.apps.push(app);
    const refuse = (words: string): void =>
      void request.reject("NetConnection.Connect.Rejected", `[ AccessManager.Reject ] : ${words}`);
    const [, query = ""] = app.split("?");
    expect(tcUrl.endsWith(app)).toBe(true);
    const said = new Map(
      query.split("&").map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
    );
    const user = said.get("user");
    if (said.get("authmod") !== "adobe") refuse(`[ code=403 need auth; authmod=${this.mode} ] : `);
    else if (user !== "me") refuse("[ authmod=adobe ] : ?reason=nosuchuser");
    else if (!said.has("response")) {
      refuse(`[ authmod=adobe ] : ?reason=needauth&user=me&salt=6MnrBg==&challenge=7C5OrwQ=${this.opaque}`);
    } else {
      const server = this.opaque === "" ? "7C5OrwQ=" : "vbi2VQ==";
      const right = md5(`${md5("me6MnrBg==secret")}${server}${said.get("challenge")}`);
      if (said.get("response") === right) request.accept();
      else refuse("[ authmod=adobe ] : ?reason=authfailed");
    }
  }
}
const url = "rtmp://me:secret@host/live/key";
const connect = (guard: Guard, options: Partial<ClientSessionOptions> = {}) =>
  new ClientSession(guard.open, { url, ...options }).connect();

test.for(["&opaque=vbi2VQ==", ""] as const)("three connections, the last one with proof (%s)", async (opaque) => {
  const guard = new Guard();
  guard.opaque = opaque;
  const session = new ClientSession(guard.open, { url });
  await session.connect();
  expect(guard.apps).toEqual([
    "live",
    "live?authmod=adobe&user=me",
    expect.stringMatching(/^live\?authmod=adobe&user=me&challenge=[0-9a-f]{8}&response=[^&]{22}==/),
  ]);
  expect(guard.apps[2]?.endsWith(opaque)).toBe(true);
  const publisher = await session.publish();
  expect(publisher.name).toBe("key");
  expect(await session.close()).toMatchObject({ clean: true, by: "application" });
});

test("credentials may be given apart from the URL", async () => {
  await connect(new Guard(), { url: "rtmp://host/live", credentials: { user: "me", password: "secret" } });
});

test.for([
  ["wrong password", { url: "rtmp://me:wrong@host/live" }, "authentication-failed"],
  ["unknown user", { url: "rtmp://you:secret@host/live" }, "authentication-failed"],
  ["no credentials", { url: "rtmp://host/live" }, "authentication-required"],
] as const)("%s", async ([, options, code]) => {
  const guard = new Guard();
  const session = new ClientSession(guard.open, options);
  const error: unknown = await session.connect().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "ClientError", code, description: expect.stringContaining("AccessManager") });
  expect(String(error)).not.toMatch(/secret|wrong/);
  expect(await session.end).toMatchObject({ clean: true, reason: "connect-rejected", by: "peer" });
});

test("a server that is never content is left after three connections", async () => {
  let connections = 0;
  const open = () => {
    connections++;
    const { client, server } = pipe();
    const words = "[ code=403 need auth; authmod=adobe ]";
    const handler = {
      connect: (request: ConnectRequest) => void request.reject("NetConnection.Connect.Rejected", words),
    };
    void new ServerSession(server, { handler }).run();
    return client;
  };
  await expect(new ClientSession(open, { url }).connect()).rejects.toMatchObject({ code: "authentication-failed" });
  expect(connections).toBe(3);
});

test("another way to authenticate is a refusal like any other", async () => {
  const guard = new Guard();
  guard.mode = "llnw";
  await expect(connect(guard)).rejects.toMatchObject({ code: "connect-rejected" });
});

test("with one transport alone, the server's question is the answer", async () => {
  const session = new ClientSession(new Guard().open(), { url });
  await expect(session.connect()).rejects.toMatchObject({
    code: "connect-rejected",
    description: expect.stringContaining("need auth"),
  });
});
