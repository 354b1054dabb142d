// Queries and mutations for components. A known answer is shown at once and asked for again in the background. After a
// change, everything on the screen is asked for again, so no page has to know which field depends on which.
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type Guarded,
  granted,
  isRefused,
  type Operation,
  RequestError,
  reasonOf,
  send,
  type UserError,
} from "./request";

export interface Answer<Data> {
  readonly data: Data | undefined;
  readonly error: RequestError | undefined;
  readonly isLoading: boolean;
}

interface Entry {
  answer: Answer<unknown>;
  load: () => Promise<unknown>;
  listeners: Set<() => void>;
  round: number;
  shows: string;
}

const MOST_ENTRIES = 100;
const entries = new Map<string, Entry>();

async function refresh(entry: Entry) {
  const round = ++entry.round;
  tell(entry, { ...entry.answer, isLoading: true });
  let next: Answer<unknown>;
  try {
    next = { data: await entry.load(), error: undefined, isLoading: false };
  } catch (error) {
    next = { ...entry.answer, error: error as RequestError, isLoading: false };
  }
  // If the same question was asked twice, only the later answer counts.
  if (round === entry.round) tell(entry, next);
}

/** Asks again without a sign of it. If there is no answer, the last one stays. */
async function refreshQuietly(entry: Entry) {
  // An answer that is on its way may be older than what is to be shown.
  if (entry.answer.isLoading) return refresh(entry);
  const round = ++entry.round;
  const data = await entry.load().catch(() => undefined);
  if (round !== entry.round || data === undefined) return;
  const isNew = JSON.stringify(data) !== JSON.stringify(entry.answer.data);
  if (isNew || entry.answer.error) tell(entry, { data, error: undefined, isLoading: false });
}

function tell(entry: Entry, answer: Answer<unknown>) {
  entry.answer = answer;
  for (const listener of entry.listeners) listener();
}

function find(key: string, load: () => Promise<unknown>, shows = ""): Entry {
  const known = entries.get(key);
  if (known) return known;
  for (const [old, { listeners }] of entries) {
    if (entries.size >= MOST_ENTRIES && listeners.size === 0) entries.delete(old);
  }
  const answer = { data: undefined, error: undefined, isLoading: true };
  const entry = { answer, load, listeners: new Set<() => void>(), round: 0, shows };
  entries.set(key, entry);
  return entry;
}

/** The answer to a query. While the answer to new variables is on its way, the last one stays, so tables do not blink. */
export function useQuery<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Answer<Data> {
  const key = operation.name + JSON.stringify(variables);
  return useEntry(find(key, () => send(operation, variables), operation.shows));
}

/** A list in pages, as a query answers with it. */
export interface Pages<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The rows of the pages that follow the first one of a list: so many pages, one after the other. */
export function useFollowing<Data, Variables, Row>(
  operation: Operation<Data, Variables>,
  first: Pages<Row>,
  pages: number,
  variables: (after: string | null) => Variables,
  listOf: (data: Data) => Guarded<Pages<Row>> | undefined,
): Answer<Pages<Row>> {
  async function load(): Promise<Pages<Row>> {
    let last = first;
    const edges = [];
    for (let page = 0; page < pages && last.pageInfo?.hasNextPage; page++) {
      const next = granted(listOf(await send(operation, variables(last.pageInfo.endCursor))));
      if (!next) break;
      edges.push(...next.edges);
      last = next;
    }
    return { edges, ...(last.pageInfo && { pageInfo: last.pageInfo }) };
  }
  // The first page knows only where the second one begins. Without a second one, nothing is asked for.
  const key = `${operation.name}+${pages}${JSON.stringify(variables(first.pageInfo?.endCursor ?? null))}`;
  return useEntry(find(key, load, operation.shows));
}

function useEntry<Data>(entry: Entry): Answer<Data> {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    entry.listeners.add(listener);
    void refresh(entry);
    return () => void entry.listeners.delete(listener);
  }, [entry]);
  const answer = entry.answer as Answer<Data>;
  const last = useRef<Data>(undefined);
  if (answer.data) last.current = answer.data;
  return answer.error ? answer : { ...answer, data: answer.data ?? last.current };
}

const onScreen = () => [...entries.values()].filter((entry) => entry.listeners.size > 0);

export const refreshAll = () => Promise.all(onScreen().map(refresh));

/** Asks again, quietly, for what is on the screen and chosen: by the subjects that it shows, and by its answer. */
export const refreshSome = (isChosen: (shows: string, answer: unknown) => boolean) =>
  Promise.all(
    onScreen()
      .filter(({ shows, answer }) => isChosen(shows, answer.data))
      .map(refreshQuietly),
  );

/** Forgets all answers, for another person or another organisation. */
export const forget = () => entries.clear();

// Whoever returns to the tab sees what changed elsewhere in the meantime.
addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && refreshAll()));

interface Payload {
  readonly userErrors: readonly UserError[];
}
export type Payloads = Readonly<Record<string, Guarded<Payload>>>;
/** What one mutation answers. */
export type PayloadOf<Data> = Exclude<Data[keyof Data], symbol | null>;

interface Changing {
  readonly isBusy: boolean;
  readonly errors: readonly UserError[];
  readonly failure?: RequestError;
}

/** Asks the person to prove their identity and says whether they did. The application sets it. */
export const identity = { confirm: async () => false };

/** A mutation. `run` gives its payload if it was done, once everything on the screen was asked for again. */
export function useChange<Data extends Payloads, Variables>(operation: Operation<Data, Variables>) {
  const [state, setState] = useState<Changing>({ isBusy: false, errors: [] });
  const key = useRef({ of: "", is: "" });

  /** The same input keeps its idempotency key until it was done: an answer that was lost is not done twice. */
  function withKey(variables: Variables): Variables {
    if (!operation.takesKey) return variables;
    const input = JSON.stringify(variables);
    if (key.current.of !== input) key.current = { of: input, is: crypto.randomUUID() };
    const { input: given } = variables as { input?: object };
    return { ...variables, input: { ...given, idempotencyKey: key.current.is } };
  }

  async function attempt(variables: Variables): Promise<Payload> {
    const data: Payloads = await send(operation, variables);
    const payload = Object.values(data)[0];
    const reason = isRefused(payload) ? reasonOf(payload) : undefined;
    if (reason) throw new RequestError(reason.code, reason.message, undefined, reason);
    return granted(payload) ?? { userErrors: [] };
  }

  async function run(variables: Variables): Promise<PayloadOf<Data> | undefined> {
    setState({ isBusy: true, errors: [] });
    try {
      const sent = withKey(variables);
      let payload = await attempt(sent);
      const asksIdentity = payload.userErrors.some((error) => error.code === "CONFIRMATION_REQUIRED");
      if (asksIdentity && (await identity.confirm())) payload = await attempt(sent);
      const isDone = payload.userErrors.length === 0;
      if (isDone) key.current = { of: "", is: "" };
      await refreshAll();
      setState({ isBusy: false, errors: payload.userErrors });
      return isDone ? (payload as PayloadOf<Data>) : undefined;
    } catch (failure) {
      setState({ isBusy: false, errors: [], failure: failure as RequestError });
      return undefined;
    }
  }
  return { ...state, run };
}
