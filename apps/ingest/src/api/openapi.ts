import { z } from "zod";
import { NAMED_SCHEMAS } from "./api-schemas.js";
import { EVENT_SCHEMAS } from "./event-schemas.js";
import type { Route } from "./route.js";

/** A part of the document, as JSON has it. */
type Json = { readonly [key: string]: unknown };

/** A path that is no {@link Route}: its answer is no JSON. */
export interface DescribedPath {
  readonly path: string;
  readonly operation: Json;
}

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const ERROR: Json = { "application/json": { schema: reference("Error") } };

/** Describes routes as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly Route[], others: readonly DescribedPath[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const each of routes) {
    paths[each.path] = { ...paths[each.path], [each.method.toLowerCase()]: operation(each) };
  }
  for (const { path, operation } of others) paths[path] = { get: withCommonErrors(operation) };
  return {
    openapi: "3.1.0",
    info: {
      title: "RTMP ingest",
      version,
      description:
        "Names of applications and streams in paths are percent-encoded: %2F for a slash. Errors are answered as `{ error: { code, message } }`.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Needed if the server has a token." } },
    },
  };
}

function withCommonErrors(operation: Json): Json {
  return { ...operation, responses: { ...(operation["responses"] as Json), ...COMMON_ERRORS } };
}

/** The answers that every path may give beside its own. */
const COMMON_ERRORS: Json = {
  "401": { description: "`token-missing`, `token-wrong`", content: ERROR },
  "403": { description: "`wrong-host`, `cross-site`: a page of another site asks", content: ERROR },
  "429": { description: "`too-many-attempts`: wrong tokens from this address", content: ERROR },
};

function operation({ method, path, operationId, summary, query, body, answer, errors }: Route): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType);
    return { name, in: "query", required: false, schema: rest, ...(description !== undefined && { description }) };
  });
  const parameters = [...inPath, ...inQuery];
  const isChecked = inQuery.length > 0 || body !== undefined;
  return {
    operationId,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: false, content: { "application/json": { schema: reference(nameOf(body)) } } },
    }),
    responses: {
      "200": { description: summary, content: { "application/json": { schema: reference(nameOf(answer)) } } },
      ...describeErrors({
        ...(isChecked || path.includes("{") ? { "bad-request": [400, "What was sent is not understood."] } : {}),
        ...errors,
      }),
      ...COMMON_ERRORS,
      ...(method === "POST" && { "413": { description: "`too-large`: the body", content: ERROR } }),
    },
  };
}

/** Codes by status. */
function describeErrors(errors: Route["errors"]): Json {
  const texts = new Map<number, string[]>();
  for (const [code, [status, message]] of Object.entries(errors)) {
    texts.set(status, [...(texts.get(status) ?? []), `\`${code}\`: ${message}`]);
  }
  return Object.fromEntries(
    Array.from(texts, ([status, lines]) => [String(status), { description: lines.join(" "), content: ERROR }]),
  );
}

function nameOf(schema: z.ZodType): string {
  const name = Object.entries(NAMED_SCHEMAS).find(([, each]) => each === schema)?.[0];
  if (name === undefined) throw new TypeError("a schema of the API without a name");
  return name;
}

function namedSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) registry.add(schema, { id });
  for (const [name, schema] of Object.entries(EVENT_SCHEMAS))
    registry.add(z.object({ ...schema.shape }).describe(schema.description ?? ""), { id: `event-${name}` });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

function schemaOf(schema: z.ZodType): Json {
  return plain(z.toJSONSchema(schema, { io: "input" }));
}

/** Without what only stands for itself outside of a document. */
function plain(schema: object): Json {
  const { $schema, $id, ...rest } = schema as Json;
  return rest;
}
