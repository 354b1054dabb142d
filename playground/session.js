// The session, and all requests to the API. The tokens are in sessionStorage, so they end with the browser tab.

const KEY = "tenantry.session";
const TOKENS = "tokens { accessToken accessTokenExpiresAt refreshToken } userErrors { code field message }";
let tokens = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
let refreshing = null;
let whenEnded = () => {};

export const isLoggedIn = () => tokens !== null;

// `listener` runs when the session ends without a log-out.
export function onEnded(listener) {
  whenEnded = listener;
}

function keep(next) {
  tokens = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
}

function post(body, headers, accept = "application/graphql-response+json, application/json;q=0.9", signal) {
  const all = new Headers({ "content-type": "application/json", accept, ...headers });
  return fetch("/graphql", { method: "POST", headers: all, body: JSON.stringify(body), signal });
}

// Gives the data of one answer. Throws the first error, of either kind.
async function run(query, variables, headers) {
  const answer = await (await post({ query, variables }, headers)).json();
  if (answer.errors) throw new Error(answer.errors[0].message);
  for (const payload of Object.values(answer.data)) {
    if (payload?.userErrors?.length) {
      const error = new Error(payload.userErrors.map((error) => error.message).join(" "));
      throw Object.assign(error, { code: payload.userErrors[0].code });
    }
  }
  return answer.data;
}

async function refresh() {
  const mutation = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;
  try {
    keep((await run(mutation, { input: { refreshToken: tokens.refreshToken } })).refreshSession.tokens);
  } catch (error) {
    // If the server does not answer, the session may still be valid.
    if (error instanceof TypeError) throw error;
    keep(null);
    const ended = new Error(`Your session has ended. ${error.message}`);
    whenEnded(ended.message);
    throw ended;
  }
}

async function authorization() {
  if (tokens && Date.parse(tokens.accessTokenExpiresAt) < Date.now() + 10_000) {
    // A refresh token works once, so requests at the same moment share one refresh.
    refreshing ??= refresh().finally(() => (refreshing = null));
    await refreshing;
  }
  return tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {};
}

export async function logIn(email, password, code) {
  const mutation = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${TOKENS} } }`;
  keep((await run(mutation, { input: { email, password, ...(code ? { code } : {}) } })).logIn.tokens);
}

export async function logOut() {
  const headers = await authorization();
  keep(null);
  if (headers.authorization) await run("mutation LogOut { logOut { userErrors { message } } }", {}, headers);
}

// Loads the person, and the ids that the example tabs need.
export async function loadViewer() {
  const query = "{ viewer { name organisations(first: 50) { edges { node { id name kind reseller { id } } } } } }";
  try {
    const { viewer } = await run(query, {}, await authorization());
    const organisations = viewer.organisations.edges.map((edge) => edge.node);
    const reseller = organisations.find((organisation) => organisation.reseller)?.reseller.id;
    return { name: viewer.name, ids: { reseller, organisation: organisations[0]?.id } };
  } catch (error) {
    if (!(error instanceof TypeError)) keep(null);
    throw error;
  }
}

// The fetcher for GraphiQL. Headers typed into GraphiQL override those of the session.
export async function fetcher(body, { headers, documentAST } = {}) {
  const typed = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const all = { ...(await authorization()), ...typed };
  const operation = documentAST?.definitions.find(
    (one) => one.kind === "OperationDefinition" && (!body.operationName || one.name?.value === body.operationName),
  );
  return operation?.operation === "subscription" ? events(body, all) : (await post(body, all)).json();
}

// A subscription. GraphiQL's stop button calls `return`, which a generator that waits for an event would not hear of.
function events(body, headers) {
  const stop = new AbortController();
  const results = read(body, headers, stop.signal);
  return {
    next: () => results.next(),
    return: async () => {
      stop.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

// Reads the results of a subscription from its Server-Sent Events.
async function* read(body, headers, signal) {
  try {
    const response = await post(body, headers, "text/event-stream", signal);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return yield await response.json();
    let text = "";
    for await (const chunk of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
      const blocks = (text + chunk).split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) {
        const lines = block.split(/\r?\n/);
        if (lines.includes("event: complete")) return;
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
        if (data) yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

// Not every browser can iterate a stream by itself.
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}
