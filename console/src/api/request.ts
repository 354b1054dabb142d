// One request to the API. A refused field stands in the data as a refusal, in the place of its value.
import { locale } from "../words/words";

/** A query or a mutation with the types of its data and variables. `npm run generate` writes them. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly text: string;
  /** The input takes an idempotency key. */
  readonly takesKey?: boolean;
  readonly types?: { data: Data; variables: Variables };
}

/** Why the server refused a field. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly permission?: string | undefined;
  readonly organisation?: string | undefined;
}

/** Stands in the place of a refused field. A symbol cannot be drawn, joined to a text or looked into, so a page that
 * forgets about refusals does not compile. */
export type Refusal = symbol;

/** A field with a rule: its value, null, or a refusal. */
export type Guarded<T> = T | null | Refusal;

const reasons = new WeakMap<Refusal, Reason>();

export const isRefused = (field: unknown): field is Refusal => typeof field === "symbol";
export const reasonOf = (refusal: Refusal): Reason | undefined => reasons.get(refusal);

/** The value of a guarded field, or null if it is refused. */
export const granted = <T>(field: Guarded<T> | undefined): T | null =>
  isRefused(field) ? null : ((field as T | undefined) ?? null);

/** The whole request failed: no answer, a limit, a fault, or a refused mutation. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Finds the request in the server's log. */
    readonly requestId?: string,
    readonly reason?: Reason,
  ) {
    super(message);
  }
}

/** A mistake that the person can correct. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field?: readonly string[] | null;
}

interface ApiError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { code?: string; permission?: string; organisation?: string; requestId?: string };
}

const CODES_OF_A_FIELD = new Set(["FORBIDDEN", "NOT_FOUND", "SECOND_FACTOR_REQUIRED", "INVALID_INPUT", "CONFLICT"]);

/** The organisation that requests work in, and what happens when the session has ended. The application sets both. */
export const context = { organisation: undefined as string | undefined, whenEnded: () => {} };

export async function send<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const headers = new Headers({
    "content-type": "application/json",
    accept: "application/graphql-response+json",
    "accept-language": locale(),
  });
  if (context.organisation) headers.set("x-organisation", context.organisation);
  const body = JSON.stringify({ operationName: operation.name, query: operation.text, variables });
  const { data, errors = [] } = await ask(headers, body);
  for (const error of errors) {
    const { code = "INTERNAL", permission, organisation, requestId } = error.extensions ?? {};
    if (code === "UNAUTHENTICATED") context.whenEnded();
    if (!data || !error.path || !CODES_OF_A_FIELD.has(code)) throw new RequestError(code, error.message, requestId);
    refuse(data, error.path, { code, message: error.message, permission, organisation });
  }
  return data as Data;
}

async function ask(headers: Headers, body: string): Promise<{ data?: unknown; errors?: readonly ApiError[] }> {
  try {
    const response = await fetch("/graphql", { method: "POST", headers, body });
    return await response.json();
  } catch {
    throw new RequestError("NO_ANSWER", "");
  }
}

/** Puts a refusal in the place of the null that the server sent. */
function refuse(data: unknown, path: readonly (string | number)[], reason: Reason) {
  let place = data as Record<string | number, unknown> | null;
  for (const key of path.slice(0, -1)) place = (place?.[key] as typeof place) ?? null;
  const last = path.at(-1);
  if (!place || last === undefined || place[last] !== null) return;
  const refusal = Symbol(reason.message);
  reasons.set(refusal, reason);
  place[last] = refusal;
}
