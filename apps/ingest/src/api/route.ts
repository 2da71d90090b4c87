import { z } from "zod";

/** What a route answers instead, by code: the HTTP status, and when. Both the answer and its description come from here. */
export type RouteErrors = Readonly<Record<string, readonly [status: 400 | 404 | 409 | 503, message: string]>>;

/** A request that can not be done. The code is one of those that its route names in {@link RouteErrors}, or `bad-request`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** @param message in place of the one that the route has for the code. */
  constructor(code: string, message = "") {
    super(message);
    this.code = code;
  }
}

/** What a handler gets of a request, checked. */
export interface RouteRequest<Query, Body> {
  /** What stands for `{name}` in the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

/** What a handler would get, as it came. */
export interface RawRouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The text of the body. */
  readonly body: string;
}

/** What can be asked of the API, and what is answered: the server and the OpenAPI document both go by it. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Below `/api/v1`, with `{name}` for what varies. */
  readonly path: string;
  /** Names it for generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodType | undefined;
  /** Shape of the answer: one of the named schemas. */
  readonly answer: z.ZodType;
  readonly errors: RouteErrors;
  /** @throws ApiError */
  respond(request: RawRouteRequest): Promise<unknown>;
}

const nothing = z.object({});

/** Puts a route together: what its handler gets has been checked against the schemas. */
export function route<
  Answer extends z.ZodType,
  Query extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = typeof nothing,
>(
  spec: Omit<Route, "respond" | "query" | "body" | "answer" | "errors"> & {
    readonly query?: Query;
    readonly body?: Body;
    readonly answer: Answer;
    readonly errors?: RouteErrors;
    handle(request: RouteRequest<z.output<Query>, z.output<Body>>): z.input<Answer> | Promise<z.input<Answer>>;
  },
): Route {
  const { handle, errors = {}, query = nothing, body = nothing, ...rest } = spec;
  const respond = async (request: RawRouteRequest): Promise<unknown> => {
    const checked = {
      params: request.params,
      query: check(query, request.query) as z.output<Query>,
      body: check(body, readJson(request.body)) as z.output<Body>,
    };
    return handle(checked);
  };
  return { ...rest, query: spec.query, body: spec.body, errors, respond };
}

/** A part of a list, and how long the whole is. */
export const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe("at most so many"),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0).describe("without the first so many"),
});

function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".");
  throw new ApiError("bad-request", `${where === undefined || where === "" ? "body" : where}: ${issue?.message}`);
}

function readJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("bad-request", "The body is no JSON.");
  }
}
