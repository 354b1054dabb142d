// One request to the API. A refused field stands in the data as a refusal, in the place of its value.
import { locale } from "../words/words";

/** A query or a mutation with the types of its data and variables. `npm run generate` writes them. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly text: string;
  /** The input takes an idempotency key. */
  readonly takesKey?: boolean;
  /** The subjects of the events that can change the answer, or `*` for all events. */
  readonly shows?: string;
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

/** The request for an operation, whose answer comes as this type. */
export function asking<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  accept: string,
): RequestInit {
  const headers = new Headers({ "content-type": "application/json", accept, "accept-language": locale() });
  if (context.organisation) headers.set("x-organisation", context.organisation);
  const body = JSON.stringify({ operationName: operation.name, query: operation.text, variables });
  return { method: "POST", headers, body };
}

export async function send<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const answer = await ask(asking(operation, variables, "application/graphql-response+json"));
  return unpack<Data>(answer, context.whenEnded);
}

export interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly ApiError[];
}

/** The data of an answer, with refusals in the places of refused fields. Throws if the whole request was refused. */
export function unpack<Data>({ data, errors = [] }: Answered, whenEnded = () => {}): Data {
  for (const error of errors) {
    const { code = "INTERNAL", permission, organisation, requestId } = error.extensions ?? {};
    if (code === "UNAUTHENTICATED") whenEnded();
    if (!data || !error.path || !CODES_OF_A_FIELD.has(code)) throw new RequestError(code, error.message, requestId);
    refuse(data, error.path, { code, message: error.message, permission, organisation });
  }
  return data as Data;
}

async function ask(request: RequestInit): Promise<Answered> {
  try {
    return await (await fetch("/graphql", request)).json();
  } catch {
    throw new RequestError("NO_ANSWER", "");
  }
}

/** Sends a file to an address that takes one, and gives its answer. */
export async function sendFile<Data>(address: string, file: File, type: string): Promise<Data> {
  const headers = { "content-type": type, accept: "application/json", "accept-language": locale() };
  let answer: Data & Answered;
  try {
    answer = await (await fetch(address, { method: "POST", headers, body: file })).json();
  } catch {
    throw new RequestError("NO_ANSWER", "");
  }
  if (answer.errors) unpack({ errors: answer.errors }, context.whenEnded);
  return answer;
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
