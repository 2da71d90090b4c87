import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { HttpConfig } from "../config/http.js";
import { httpSection } from "../config/http.js";
import type { Emit } from "../events.js";
import type { HttpArea } from "./http-area.js";
import { HttpSide } from "./http-side.js";

const TOKEN = "correct-horse";

/** An HTTP side with one area, `/admin`, `/stream` (both guarded) and `/media`. */
async function startSide(options: Parameters<typeof httpSection.parse>[0] = {}, area: Partial<HttpArea> = {}) {
  const events: { name: string; event: unknown }[] = [];
  const emit: Emit = (name, ...event) => void events.push({ name, event: event[0] });
  let now = 0;
  const sample: HttpArea = {
    mount(app, guards) {
      app.use("/admin", guards.admin);
      app.all("/admin", async (c) => c.json({ got: c.req.method === "GET" ? "" : await c.req.text() }));
      app.get("/stream", guards.adminOrQuery, (c) => c.text("events"));
      app.use("/media", guards.media);
      app.get("/media", (c) => c.text("media"));
      app.get("/broken", () => {
        throw new Error("s3cret detail");
      });
    },
    ...area,
  };
  const config: HttpConfig = httpSection.parse({ listen: "127.0.0.1:0", ...(options as object) });
  const side = new HttpSide(config, { emit, clock: () => now, exhausted: () => false }, [sample]);
  const addresses = await side.start();
  onTestFinished(async () => {
    const stopped = side.stop();
    side.destroy();
    await stopped;
  });
  const port = addresses[0]?.port ?? 0;
  const get = (path: string, headers: OutgoingHttpHeaders = {}, method = "GET", body = "") =>
    send(port, path, headers, method, body);
  const pass = (ms: number): void => {
    now += ms;
  };
  return {
    side,
    addresses,
    port,
    get,
    events,
    pass,
    named: (name: string) => events.filter((each) => each.name === name),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** One request by Node's own client, which sends headers (Host, Origin, Cookie) that `fetch` keeps to itself. */
function send(port: number, path: string, headers: OutgoingHttpHeaders, method: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const codeOf = ({ text }: Answer): unknown => (JSON.parse(text) as { error: { code: unknown } }).error.code;

describe("where it listens", () => {
  test("nowhere unless it is told", async () => {
    const side = new HttpSide(httpSection.parse({}), { emit: () => {}, clock: () => 0, exhausted: () => false }, []);
    expect(await side.start()).toEqual([]);
    await side.stop();
  });

  test("on loopback alone without host and token, at one port for IPv4 and IPv6", async () => {
    const { addresses, named } = await startSide({ listen: "0" });
    expect(addresses[0]?.address).toBe("127.0.0.1");
    for (const { address, port } of addresses) {
      expect(["127.0.0.1", "::1"]).toContain(address);
      expect(port).toBe(addresses[0]?.port);
    }
    expect(named("httpOpen")).toEqual([]);
  });

  test("everywhere with a token; where it is told without one, which is said", async () => {
    const withToken = await startSide({ listen: "0", token: TOKEN });
    expect(["::", "0.0.0.0"]).toContain(withToken.addresses[0]?.address);
    expect(withToken.named("httpOpen")).toEqual([]);
    const open = await startSide({ listen: "0.0.0.0:0" });
    expect(open.named("httpOpen")).toMatchObject([{ event: { address: "0.0.0.0", port: open.port } }]);
    expect((await open.get("/admin", { Host: "any.example" })).status).toBe(200);
  });

  test("a port that is taken is an error that tells the protocol", async () => {
    const { port } = await startSide();
    await expect(startSide({ listen: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: "EADDRINUSE",
      protocol: "http",
      port,
    });
  });
});

describe("every answer", () => {
  test("keeps other hosts, frames and guesses out, is JSON if it is an error, and is told without its query", async () => {
    const { get, named } = await startSide();
    const answer = await get("/live/k3y/nothing.ts?token=s3cret");
    expect([answer.status, codeOf(answer)]).toEqual([404, "not-found"]);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
    await vi.waitFor(() => expect(named("httpRequest")).toHaveLength(1));
    expect(named("httpRequest")[0]?.event).toMatchObject({ method: "GET", path: "/live/….ts", status: 404 });
    expect(codeOf(await get("/\\x"))).toBe("bad-request");
    for (const dots of ["..", ".%2E"]) await get(`/api/${dots}/live/k3y.flv`);
    await vi.waitFor(() => expect(named("httpRequest")).toHaveLength(4));
    expect(JSON.stringify(named("httpRequest"))).not.toContain("k3y");
  });

  test("HEAD has no body; an error inside tells nothing of itself", async () => {
    const { get, named } = await startSide();
    expect(await get("/admin", {}, "HEAD")).toMatchObject({ status: 200, text: "" });
    const broken = await get("/broken");
    expect([broken.status, codeOf(broken)]).toEqual([500, "internal"]);
    expect(broken.text).not.toContain("s3cret");
    expect(named("fault")).toMatchObject([{ event: { where: "http" } }]);
  });

  test("a name that was pointed at loopback is refused, for WebSockets too", async () => {
    const { get } = await startSide();
    for (const Host of ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]:80", "x.localhost"]) {
      expect((await get("/admin", { Host })).status).toBe(200);
    }
    for (const Host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::2]:80", "10.0.0.1"]) {
      expect(codeOf(await get("/admin", { Host }))).toBe("wrong-host");
    }
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket" };
    expect(codeOf(await get("/admin", { Host: "evil.example", ...upgrade }))).toBe("wrong-host");
    expect(codeOf(await get("/admin", upgrade))).toBe("not-found");
  });

  test("a page of another site changes nothing", async () => {
    const { get } = await startSide({ cors: ["https://friend.example"] });
    const post = (headers: OutgoingHttpHeaders) => get("/admin", headers, "POST", "x");
    expect((await post({})).text).toBe('{"got":"x"}');
    expect((await post({ "Sec-Fetch-Site": "same-origin" })).status).toBe(200);
    expect((await post({ Origin: "http://localhost:1234", Host: "localhost:1234" })).status).toBe(200);
    for (const headers of [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { Origin: "https://evil.example" },
      { Origin: "https://friend.example" },
      { Origin: "null" },
      { Origin: "https://evil.example", Authorization: "Basic eDp5" },
    ]) {
      expect(codeOf(await post(headers))).toBe("cross-site");
    }
  });

  test("a body above the limit is refused, and one that does not tell its length", async () => {
    const { get } = await startSide();
    expect(codeOf(await get("/admin", { "Content-Length": 65_537 }, "POST", "x".repeat(65_537)))).toBe("too-large");
    expect(codeOf(await get("/admin", { "Transfer-Encoding": "chunked" }, "POST", "x"))).toBe("length-required");
  });
});

describe("the token", () => {
  test("opens what it guards, as header or cookie; in the query only where that is allowed", async () => {
    const { get } = await startSide({ token: TOKEN });
    const token = TOKEN;
    expect(codeOf(await get("/admin"))).toBe("token-missing");
    expect((await get("/admin", { Authorization: `Bearer ${token}` })).status).toBe(200);
    expect(codeOf(await get(`/admin?token=${token}`))).toBe("token-missing");
    expect((await get(`/stream?token=${token}`)).status).toBe(200);
    expect(codeOf(await get("/stream?token=wrong"))).toBe("token-wrong");
    expect((await get("/media")).status).toBe(200);
    expect((await get("/admin", { Host: "any.example", Authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test("makes a cookie at login, which ends at logout, and with the token", async () => {
    const { side, get } = await startSide({ token: "token-of-old" });
    const json = { "Content-Type": "application/json" };
    expect(codeOf(await get("/login", json, "POST", '{"token":"wrong"}'))).toBe("token-wrong");
    expect(codeOf(await get("/login", json, "POST", "{"))).toBe("bad-request");
    const login = await get("/login", json, "POST", '{"token":"token-of-old"}');
    expect(login.status).toBe(204);
    const [setCookie = ""] = login.headers["set-cookie"] as string[];
    expect(setCookie).toMatch(/HttpOnly; SameSite=Strict$/);
    expect(setCookie).not.toContain("token-of-old");
    const Cookie = `other=1; ${setCookie.split(";")[0]}`;
    expect((await get("/admin", { Cookie })).status).toBe(200);
    expect((await get("/admin", { Cookie: Cookie.replace(/ingest=\d/, "ingest=9") })).status).toBe(401);
    expect((await get("/admin", { Cookie, Origin: "https://evil.example" }, "POST", "x")).status).toBe(403);
    const form = { "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-Proto": "https" };
    const byForm = await get("/login", form, "POST", "token=token-of-old");
    expect([byForm.status, byForm.headers["location"]]).toEqual([303, "/"]);
    expect(String(byForm.headers["set-cookie"])).toMatch(/; Secure$/);
    expect(String((await get("/logout", {}, "POST")).headers["set-cookie"])).toContain("Max-Age=0");
    side.reload(httpSection.parse({ token: "token-of-today" }));
    expect((await get("/admin", { Cookie })).status).toBe(401);
    expect((await get("/admin", { Authorization: "Bearer token-of-today" })).status).toBe(200);
  });

  test("can not be guessed: after ten wrong ones an address waits, whatever it has", async () => {
    const { get, named, pass } = await startSide({ token: "the-token" });
    for (let i = 0; i < 10; i++) expect((await get("/admin", { Authorization: `Bearer wrong${i}` })).status).toBe(401);
    const limited = await get("/admin", { Authorization: "Bearer the-token" });
    expect([limited.status, codeOf(limited), limited.headers["retry-after"]]).toEqual([429, "too-many-attempts", "60"]);
    expect(codeOf(await get("/login", { "Content-Type": "application/json" }, "POST", '{"token":"the-token"}'))).toBe(
      "too-many-attempts",
    );
    expect(named("adminRefused")).toHaveLength(10);
    pass(60_000);
    expect((await get("/admin", { Authorization: "Bearer the-token" })).status).toBe(200);
  });
});

describe("pages of other origins", () => {
  const preflight = { "Access-Control-Request-Method": "GET" };

  test("may read media if they are named, and nothing else without a token", async () => {
    const { get } = await startSide({ cors: ["https://friend.example/"] });
    const friend = await get("/media", { Origin: "https://friend.example" });
    expect(friend.headers).toMatchObject({ "access-control-allow-origin": "https://friend.example", vary: "Origin" });
    expect((await get("/media", { Origin: "https://evil.example" })).headers).not.toHaveProperty(
      "access-control-allow-origin",
    );
    const asked = await get("/media", { Origin: "https://friend.example", ...preflight }, "OPTIONS");
    expect([asked.status, asked.headers["access-control-allow-methods"]]).toEqual([204, "GET, HEAD"]);
    const admin = await get("/admin", { Origin: "https://friend.example" });
    expect(admin.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("may use the API with the token", async () => {
    const { get } = await startSide({ cors: ["*"], token: "the-token" });
    expect((await get("/media", { Origin: "https://any.example" })).headers["access-control-allow-origin"]).toBe("*");
    const asked = await get("/admin", { Origin: "https://any.example", ...preflight }, "OPTIONS");
    expect(asked.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-headers": expect.stringContaining("Authorization"),
    });
    const headers = { Origin: "https://any.example", Authorization: "Bearer the-token" };
    expect((await get("/admin", headers, "POST", "x")).headers["access-control-allow-origin"]).toBe("*");
    expect((await get("/admin", { Origin: "https://any.example" })).status).toBe(401);
  });
});

test("connections are bounded, and a place is free again when one closes", async () => {
  const { side, port, get, named } = await startSide({ connections: 2 });
  const sockets = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  await vi.waitFor(() => expect(side.connections).toBe(2));
  await expect(get("/media")).rejects.toThrow();
  expect(named("connectionRefused")).toMatchObject([{ event: { reason: "too-many-connections" } }]);
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(() => expect(side.connections).toBe(0));
  expect((await get("/media")).status).toBe(200);
});

test("requests that are sent ahead are served one at a time, and many of them end the connection", async () => {
  let [served, running, most] = [0, 0, 0];
  let upgrades = 0;
  let finish = (): void => {};
  const held = new Promise<void>((resolve) => (finish = resolve));
  const { port } = await startSide(
    {},
    {
      mount(app) {
        app.get("/slow", async (c) => {
          most = Math.max(most, ++running);
          await held;
          running--;
          return c.text(`answer ${++served}`);
        });
      },
      upgrade: () => {
        upgrades++;
        return false;
      },
    },
  );
  const ask = (count: number, more = "") => {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let text = "";
    socket.on("error", () => {}).on("data", (bytes) => (text += bytes));
    socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(count) + more);
    onTestFinished(() => void socket.destroy());
    return { closed, text: () => text };
  };
  await ask(900).closed;
  expect(most).toBeLessThanOrEqual(1);
  await ask(1, "GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").closed;
  expect(upgrades).toBe(0);
  running = most = 0;
  const few = ask(3);
  await vi.waitFor(() => expect(running).toBe(1));
  finish();
  await vi.waitFor(() => expect(few.text().match(/answer \d/g)).toHaveLength(3));
  expect(most).toBe(1);
});

test("a stop closes idle connections and waits for answers that are under way", async () => {
  let finish = (): void => {};
  let asked = false;
  const { side, port, get } = await startSide(
    {},
    {
      mount(app) {
        app.get("/slow", async (c) => {
          asked = true;
          await new Promise<void>((resolve) => (finish = resolve));
          return c.text("done");
        });
      },
    },
  );
  const idle = connect(port, "127.0.0.1");
  const silent = connect(port, "127.0.0.1"); // has asked for nothing yet
  const closed = Promise.all([idle, silent].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
  silent.resume();
  await vi.waitFor(() => expect(side.connections).toBe(2));
  idle.write("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => idle.once("data", resolve));
  const answer = get("/slow");
  await vi.waitFor(() => expect(asked).toBe(true));
  const stopped = side.stop();
  await closed;
  finish();
  expect((await answer).text).toBe("done");
  await stopped;
});
