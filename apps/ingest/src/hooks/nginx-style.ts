import { type AccessRequest, DENIED, NOT_ALLOWED } from "../auth/gate.js";
import { publicName } from "../config/auth.js";
import type { HookName } from "../config/hooks.js";
import { HookError } from "./hook-http.js";
import type { HookCall, HookStyle } from "./hook-style.js";

/** What nginx-rtmp calls each hook in its `call` field. */
const CALLS: Readonly<Record<HookName, string>> = {
  connect: "connect",
  publish: "publish",
  play: "play",
  unpublish: "publish_done",
  stop: "play_done",
  record: "record_done",
};
/** Fields that are ours to say: the query of a stream can not overwrite them. */
const FIELDS = new Set([
  ...["app", "flashver", "swfurl", "tcurl", "pageurl", "addr", "clientid", "epoch", "call", "name", "type"],
  ...["recorder", "path"],
]);

/** Calls as nginx-rtmp makes them: form fields in, the decision in the status. */
export function nginxStyle(method: "get" | "post"): HookStyle {
  return {
    encode(call, url) {
      const content = encode(call);
      const contentType = "application/x-www-form-urlencoded";
      if (method === "post") return { url, method: "POST", contentType, content };
      return { url: `${url}${url.includes("?") ? "&" : "?"}${content}`, method: "GET", contentType, content };
    },

    decide(action, { status, location }) {
      if (status >= 200 && status < 300) return { allowed: true };
      if (status >= 300 && status < 400) return rename(action, location, status);
      return { allowed: false, code: DENIED[action], description: NOT_ALLOWED, reason: "hook-refused" };
    },
  };
}

function rename(action: AccessRequest["action"], location: string | undefined, status: number) {
  if (location === undefined || location === "") return { allowed: true } as const;
  if (/^rtmps?:\/\//i.test(location)) {
    throw new HookError(
      "redirect",
      "a Location with a URL of another server is not offered: configure a relay",
      status,
    );
  }
  if (!publicName.safeParse(location).success) {
    throw new HookError("invalid-answer", "the Location is no plain name", status);
  }
  return action === "connect"
    ? { allowed: true as const, app: location }
    : { allowed: true as const, stream: location };
}

function encode({ hook, app, stream, request, facts, time }: HookCall): string {
  const fields: [name: string, value: string | number][] = [
    ["app", app],
    ["flashver", request?.client ?? ""],
    ["swfurl", request?.swfUrl ?? ""],
    ["tcurl", request?.tcUrl ?? ""],
    ["pageurl", request?.pageUrl ?? ""],
    ["addr", request?.address ?? ""],
  ];
  if (hook === "connect") fields.push(["epoch", time.getTime() % 2 ** 32]);
  else fields.push(["clientid", request?.connection ?? 0]);
  fields.push(["call", CALLS[hook]]);
  if (hook === "record") fields.push(["recorder", ""]);
  if (hook !== "connect") fields.push(["name", request?.stream ?? stream]); // as it was asked for: so has nginx-rtmp
  if (hook === "publish") fields.push(["type", request?.publishingType ?? "live"]);
  if (hook === "record" && facts !== undefined && "path" in facts) fields.push(["path", String(facts.path)]);
  const text = fields.map(([name, value]) => `${name}=${percentEncode(String(value))}`).join("&");
  const extra = safeArguments((hook === "connect" ? request?.appQuery : request?.query) ?? "");
  return extra === "" ? text : `${text}&${extra}`;
}

/** The parameters of a query as they were sent, without those that some reader of forms could take for a field of ours. */
function safeArguments(query: string): string {
  return query
    .split(/[&;]/)
    .filter((pair) => pair !== "" && !FIELDS.has(fieldName(pair)))
    .map((pair) => pair.replace(/[^\x21-\x7e]|#/gu, percentEncode))
    .join("&");
}

/** What a lenient reader would call a parameter: PHP trims names and cuts them at a bracket or NUL. */
function fieldName(pair: string): string {
  const [raw = ""] = pair.split("=", 1);
  let name = raw.replaceAll("+", " ");
  try {
    name = decodeURIComponent(name);
  } catch {} // then nobody else can decode it either
  const [plain = ""] = name.trim().split(/[[\0]/, 1);
  return plain.trim().toLowerCase();
}

function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()); // half a character becomes a whole one
}
