import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

interface Response {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response>>;
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a server's API as its OpenAPI document has it, and holds every answer against that document. */
export class ApiContract {
  readonly document: OpenApi;
  readonly #base: string;
  readonly #ajv = new Ajv2020({
    allErrors: true,
    formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  readonly #asked = new Set<string>();

  private constructor(base: string, document: OpenApi) {
    this.#base = base;
    this.document = document;
    this.#ajv.addKeyword("components");
  }

  /** @param origin such as `http://127.0.0.1:8080`. */
  static async read(origin: string): Promise<ApiContract> {
    const base = `${origin}/api/v1`;
    const response = await fetch(`${base}/openapi.json`);
    const contract = new ApiContract(base, (await response.json()) as OpenApi);
    contract.note("GET", "/openapi.json", response.status);
    return contract;
  }

  /** What the document names: `GET /streams`. */
  get documented(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }
  /** What was asked. */
  get asked(): string[] {
    return [...this.#asked];
  }

  /** An answer came: it must be one that the document has. */
  note(method: string, path: string, status: number): Response {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    const response = operation?.responses[String(status)];
    if (response === undefined)
      throw new Error(`${method} ${path} answers ${status}, of which the document knows nothing`);
    this.#asked.add(`${method} ${path}`);
    return response;
  }

  /**
   * Asks, and checks status, shape and, of an error, code against the document.
   * @param path as in the document. @param names for what is in braces there, encoded as they are to be sent.
   */
  async ask(
    method: "GET" | "POST",
    path: string,
    { names = {}, query = "", body, headers = {} }: Question = {},
  ): Promise<Answer> {
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "");
    const response = await fetch(`${this.#base}${target}${query}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const described = this.note(method, path, response.status);
    const answer: unknown = await response.json();
    const reference = described.content?.["application/json"]?.schema.$ref ?? "";
    this.check(reference.replace("#/components/schemas/", ""), answer);
    if (response.status >= 400) {
      const { code } = (answer as { error: { code: string } }).error;
      expect(described.description, `${method} ${path}`).toContain(`\`${code}\``);
    }
    return { status: response.status, body: answer };
  }

  /** Holds a value against a named schema of the document. */
  check(name: string, value: unknown): void {
    const schema = { $id: name, $ref: `#/components/schemas/${name}`, components: this.document.components };
    const validate = this.#ajv.getSchema(name) ?? this.#ajv.compile(schema);
    validate(value);
    expect(validate.errors ?? [], `${name}: ${JSON.stringify(value)}`).toEqual([]);
  }
}

/** What {@link ApiContract.ask} sends. */
export interface Question {
  readonly names?: Readonly<Record<string, string>>;
  /** With its `?`. */
  readonly query?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
