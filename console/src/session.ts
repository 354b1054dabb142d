// The session lives in an HttpOnly cookie that no script can read, not even this one.
import { forget } from "./api/hooks";
import type { UserError } from "./api/request";
import { locale, words } from "./words/words";

const ADDRESS = "/console/session";

/** Returns nothing if the session has begun, or else what is wrong. */
export async function logIn(input: { email: string; password: string; code?: string }): Promise<readonly UserError[]> {
  const response = await fetch(ADDRESS, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": locale() },
    body: JSON.stringify(input),
  });
  // Without HTTPS, the browser does not say that the request comes from this page.
  if (response.status === 403) return [{ code: "NOT_SECURE", message: words.needsHttps }];
  const { userErrors, errors } = (await response.json()) as Partial<Record<"userErrors" | "errors", UserError[]>>;
  const mistakes = userErrors ?? errors ?? [];
  if (mistakes.length === 0) forget();
  return mistakes;
}

export async function logOut() {
  await fetch(ADDRESS, { method: "DELETE" });
  forget();
}

/** What everybody may know about this installation before they log in. */
export interface Settings {
  readonly name: string;
  readonly shortestPassword: number;
  /** Not there if anybody can sign up. */
  readonly signUp?: boolean;
  readonly demo?: readonly DemoPerson[] | null;
}

export interface DemoPerson {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly story: string;
}

const UNKNOWN: Settings = { name: "Tenantry", shortestPassword: 10 };

export const settings: Promise<Settings> = fetch("/console/settings")
  .then((response) => response.json() as Promise<Settings>)
  .catch(() => UNKNOWN);
