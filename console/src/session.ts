// The session lives in an HttpOnly cookie that no script can read, not even this one.
import { forget } from "./api/hooks";
import type { UserError } from "./api/request";
import { locale } from "./words/words";

const ADDRESS = "/console/session";

/** Returns nothing if the session has begun, or else what is wrong. */
export async function logIn(input: { email: string; password: string; code?: string }): Promise<readonly UserError[]> {
  const response = await fetch(ADDRESS, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": locale() },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as { userErrors: readonly UserError[] };
  if (answer.userErrors.length === 0) forget();
  return answer.userErrors;
}

export async function logOut() {
  await fetch(ADDRESS, { method: "DELETE" });
  forget();
}

/** What everybody may know about this installation before they log in. */
export interface Settings {
  readonly name: string;
  readonly signUp: boolean;
  readonly shortestPassword: number;
  readonly demo: readonly { readonly name: string; readonly email: string; readonly note: string }[] | null;
}

const UNKNOWN: Settings = { name: "Tenantry", signUp: false, shortestPassword: 10, demo: null };

export const settings: Promise<Settings> = fetch("/console/settings")
  .then((response) => response.json() as Promise<Settings>)
  .catch(() => UNKNOWN);
