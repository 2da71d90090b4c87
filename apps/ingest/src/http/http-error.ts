import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** The body of every answer that is an error. */
export interface HttpErrorBody {
  readonly error: {
    /** For programs, such as `not-found`. */
    readonly code: string;
    /** For people. */
    readonly message: string;
  };
}

/** An error as JSON has it. */
export function errorBody(code: string, message: string): HttpErrorBody {
  return { error: { code, message } };
}

/** An error as the answer to a request. */
export function errorAnswer(c: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  return c.json(errorBody(code, message), status);
}
