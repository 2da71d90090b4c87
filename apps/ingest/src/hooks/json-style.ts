import { z } from "zod";
import { type AccessRequest, DENIED, NOT_ALLOWED, type Refused, type Verdict } from "../auth/gate.js";
import { publicName, streamLimits } from "../config/auth.js";
import { HookError, type HookResponse } from "./hook-http.js";
import type { HookStyle } from "./hook-style.js";

const refusalFields = {
  code: z
    .string()
    .regex(/^Net(Connection|Stream)(\.[A-Za-z]{1,40}){1,3}$/, "must be such as NetStream.Publish.Denied")
    .optional(),
  description: z.string().max(500, "must have at most 500 characters").optional(),
};
const refusal = z.strictObject({ allow: z.literal(false, "must be false").optional(), ...refusalFields });
const refused = z.strictObject({ allow: z.literal(false), ...refusalFields });
/** What each action may be allowed with: nothing that is not enforced. */
const answers = {
  connect: z.discriminatedUnion("allow", [z.strictObject({ allow: z.literal(true) }), refused]),
  publish: z.discriminatedUnion("allow", [
    z.strictObject({ allow: z.literal(true), stream: publicName.optional(), limits: streamLimits.optional() }),
    refused,
  ]),
  play: z.discriminatedUnion("allow", [
    z.strictObject({ allow: z.literal(true), stream: publicName.optional() }),
    refused,
  ]),
};

/** Calls and answers in JSON. */
export const jsonStyle: HookStyle = {
  encode({ hook, id, time, app, stream, request, facts }, url) {
    const call = { version: 1, id, hook, time: time.toISOString() };
    const who = request === undefined ? {} : facts === undefined ? asked(request) : remembered(request);
    const content = JSON.stringify({ ...call, ...who, app, ...(hook !== "connect" && { stream }), ...facts });
    return { url, method: "POST", contentType: "application/json", content };
  },

  decide(action, response) {
    const { status, contentType, body } = response;
    if (status >= 200 && status < 300) {
      if (body === "") return { allowed: true };
      if (contentType !== "application/json") {
        throw new HookError("wrong-content-type", `${contentType || "none"} instead of application/json`, status);
      }
      return verdictOf(action, parse(answers[action], response));
    }
    if (status >= 300 && status < 400) throw new HookError("redirect", "redirects are not followed", status);
    if (status < 400 || status >= 500) throw new HookError("status", `status ${status}`, status);
    const isJson = contentType === "application/json" && body !== "";
    return refusedWith(action, isJson ? parse(refusal, response) : {});
  },
};

/** Everything that a decision may need, secrets included. */
function asked({ action: _action, ...request }: AccessRequest): object {
  return request;
}

/** Who it was, without what may be secret. */
function remembered({ protocol, client, connection, address, peer }: AccessRequest): object {
  return { protocol, client, connection, address, peer };
}

function parse<Schema extends z.ZodType>(schema: Schema, { body, status }: HookResponse): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new HookError("invalid-answer", "no JSON", status);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const words = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")} ${message}`,
  );
  throw new HookError("invalid-answer", words.join("; ").slice(0, 500), status);
}

function verdictOf(action: AccessRequest["action"], answer: z.output<(typeof answers)["publish"]>): Verdict {
  if (!answer.allow) return refusedWith(action, answer);
  const { stream, limits } = answer;
  return { allowed: true, stream, limits };
}

function refusedWith(
  action: AccessRequest["action"],
  { code = DENIED[action], description = NOT_ALLOWED }: { code?: string | undefined; description?: string | undefined },
): Refused {
  return { allowed: false, code, description: description.replace(/\p{C}/gu, " "), reason: "hook-refused" };
}
