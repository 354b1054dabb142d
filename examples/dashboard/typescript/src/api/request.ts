// One request with a bearer token. A refused field stands in the data as a refusal, in the place of its value.

export interface Operation<Data, Variables> {
  readonly name: string;
  readonly text: string;
  readonly types?: { data: Data; variables: Variables };
}

/** Why a field is refused, and by which permission it would be granted. */
export class Refusal {
  constructor(readonly permission: string) {}
}

/** A field with a rule: its value, null, or a refusal. */
export type Guarded<T> = T | null | Refusal;

interface ApiError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly permission?: string };
}

declare const process: { readonly env: Record<string, string | undefined> };
export const { env } = process;

const url = env.TENANTRY_URL ?? "http://127.0.0.1:8080";

export async function send<Data, Variables>(
  { name, text }: Operation<Data, Variables>,
  variables: Variables,
  token?: string,
): Promise<Data> {
  const headers = new Headers({ "content-type": "application/json" });
  if (token) headers.set("authorization", `Bearer ${token}`);
  const body = JSON.stringify({ operationName: name, query: text, variables });
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body });
  const { data, errors = [] } = (await response.json()) as { data?: Data; errors?: ApiError[] };
  for (const { message, path, extensions } of errors) {
    if (!data || !path || extensions?.code !== "FORBIDDEN") throw new Error(`${extensions?.code}: ${message}`);
    refuse(data, path, new Refusal(extensions.permission ?? ""));
  }
  if (!data) throw new Error("The answer has no data.");
  return data;
}

function refuse(data: object, path: readonly (string | number)[], refusal: Refusal) {
  let place = data as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as typeof place;
  const last = path.at(-1);
  if (last !== undefined) place[last] = refusal;
}
