// Follows events with the clients graphql-ws (WebSocket) and graphql-sse (Server-Sent Events) while something happens.
// Usage: node live.js [http://127.0.0.1:8000]   (or BASE_URL). It needs a server with the demo data, and changes it.

import assert from "node:assert/strict";
import { createClient as createSseClient } from "graphql-sse";
import { CloseCode, createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

const PASSWORD = "tenantry-demo";
const OWNER = "cleo@twin.example";
const ORGANISATION = "Twin Studio";
const OUTSIDER = "quentin@stray.example";
const PATIENCE_MS = 30_000;
const EVENTS = "subscription($id: ID!, $after: ID) { events(organisationId: $id, types: [ROLE_CREATED], after: $after) { id type object { ... on Role { name } } } }";

const base = process.argv[2] ?? process.env.BASE_URL ?? "http://127.0.0.1:8000";
const address = new URL("/graphql", base);

async function send(token, query, variables = {}) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const body = JSON.stringify({ query, variables });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { data, errors } = await (await fetch(address, { method: "POST", headers, body, signal })).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function logIn(email) {
  const mutation = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }";
  return (await send(null, mutation, { input: { email, password: PASSWORD } })).logIn.tokens.accessToken;
}

const token = await logIn(OWNER);
const { viewer } = await send(token, "{ viewer { name organisations(first: 100) { edges { node { id name } } } } }");
const id = viewer.organisations.edges.find(({ node }) => node.name === ORGANISATION).node.id;

let roles = 0;
/** Makes a role, over HTTP, and gives its name. Each becomes an event. */
async function makeRole() {
  const name = `Night ${Date.now()} ${++roles}`;
  const mutation = "mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } userErrors { message } } }";
  const { createRole } = await send(token, mutation, { input: { organisationId: id, name, permissions: ["SERVICE_READ"] } });
  assert.deepEqual(createRole.userErrors, []);
  return name;
}

/** What comes must come soon. */
async function soon(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} does not come`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A subscription: `next` gives one result after the other, `end` the reason of its end; undefined if it just ends. */
function subscribe(client, query, variables) {
  const results = [];
  let wake = () => {};
  let whenOver;
  const over = new Promise((resolve) => {
    whenOver = resolve;
  });
  const stop = client.subscribe({ query, variables }, {
    next: (result) => {
      results.push(result);
      wake();
    },
    error: whenOver,
    complete: () => whenOver(undefined),
  });
  const next = async () => {
    while (results.length === 0) {
      await soon(new Promise((resolve) => {
        wake = resolve;
      }), "a result");
    }
    return results.shift();
  };
  const event = async () => {
    const { data, errors } = await next();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return Object.values(data)[0];
  };
  return { next, event, stop, results, end: () => soon(over, "the end") };
}

/** The first event of a subscription, and the roles that were made until it came: no message says that it has begun. */
async function firstEvent(subscription) {
  const made = [];
  let has = false;
  const event = subscription.event().then((found) => {
    has = true;
    return found;
  });
  while (!has) {
    made.push(await makeRole());
    await Promise.race([event, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  }
  return { event: await event, made };
}

const socket = (credential, more = {}) => createSocketClient({
  url: address.href.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${credential}` },
  retryAttempts: 0,
  ...more,
});
const sse = (credential) => createSseClient({ url: address.href, headers: { Authorization: `Bearer ${credential}` }, retryAttempts: 0 });

/** What holds for both. */
async function goesOn(client) {
  const first = subscribe(client, EVENTS, { id });
  const { event, made } = await firstEvent(first);
  assert.equal(event.type, "ROLE_CREATED");
  assert.ok(made.includes(event.object.name), JSON.stringify(event));
  // The rest of what was made, up to the last.
  let last = event;
  while (last.object.name !== made.at(-1)) last = await first.event();
  first.stop();
  await first.end();
  const missed = [await makeRole(), await makeRole()];
  const again = subscribe(client, EVENTS, { id, after: last.id });
  for (const name of missed) assert.equal((await again.event()).object.name, name);
  const name = await makeRole();
  assert.equal((await again.event()).object.name, name);
  again.stop();
  return last.id;
}

const tests = {
  async "graphql-ws: an event comes, and a subscription goes on behind it"() {
    const client = socket(token);
    await goesOn(client);
    await client.dispose();
  },
  async "graphql-ws: queries and mutations run over the socket as well"() {
    const client = socket(token);
    const query = subscribe(client, "{ viewer { name } }");
    assert.equal((await query.event()).name, viewer.name);
    assert.equal(await query.end(), undefined);
    const mutation = subscribe(client, "mutation($input: SwitchOrganisationInput!) { switchOrganisation(input: $input) { userErrors { code } } }", { input: { organisationId: id } });
    assert.deepEqual((await mutation.event()).userErrors, []);
    await client.dispose();
  },
  async "graphql-ws: a refused subscription is an error, and the socket stays open"() {
    const client = socket(await logIn(OUTSIDER));
    const closed = [];
    client.on("closed", (event) => closed.push(event));
    const other = subscribe(client, "subscription { viewerEvents { id type } }");
    const refused = subscribe(client, EVENTS, { id });
    const [error] = await refused.end();
    assert.equal(error.extensions.code, "NOT_FOUND", JSON.stringify(error));
    const [invalid] = await subscribe(client, "subscription { nothing }").end();
    assert.equal(invalid.extensions.code, "INVALID_INPUT");
    // A log-in of the same person is told to them.
    const told = other.event();
    await logIn(OUTSIDER);
    assert.match((await told).type, /SESSION_/);
    assert.deepEqual(closed, []);
    await client.dispose();
  },
  async "graphql-ws: a token that is not valid closes the socket with 4403"() {
    const client = socket("nobody");
    const closed = await subscribe(client, EVENTS, { id }).end();
    assert.equal(closed.code, CloseCode.Forbidden, JSON.stringify(closed));
    assert.match(closed.reason, /^Forbidden: /);
    await client.dispose();
  },
  async "graphql-ws: one of two subscriptions is completed, and the other goes on"() {
    const client = socket(token);
    const [one, two] = [subscribe(client, EVENTS, { id }), subscribe(client, EVENTS, { id })];
    const { made } = await firstEvent(one);
    await firstEvent(two);
    one.stop();
    assert.equal(await one.end(), undefined);
    const had = one.results.length;
    const name = await makeRole();
    let event = await two.event();
    while (event.object.name !== name) event = await two.event();
    assert.equal(one.results.length, had, `${made}`);
    await client.dispose();
  },
  async "graphql-ws: a ping is answered"() {
    let answered;
    const pong = new Promise((resolve) => {
      answered = resolve;
    });
    const client = socket(token, { keepAlive: 50, lazy: false, on: { pong: (isReceived) => isReceived && answered() } });
    await soon(pong, "the pong");
    await client.dispose();
  },
  async "graphql-sse: an event comes, and a subscription goes on behind it"() {
    const client = sse(token);
    await goesOn(client);
    client.dispose();
  },
  async "graphql-sse: a refused subscription is a result with errors, and so is a token that is not valid"() {
    const refused = subscribe(sse(await logIn(OUTSIDER)), EVENTS, { id });
    assert.equal((await refused.next()).errors[0].extensions.code, "NOT_FOUND");
    assert.equal(await refused.end(), undefined);
    const unknown = subscribe(sse("nobody"), EVENTS, { id });
    assert.equal((await unknown.next()).errors[0].extensions.code, "UNAUTHENTICATED");
    assert.equal(await unknown.end(), undefined);
  },
  async "graphql-sse: a query is one result"() {
    const query = subscribe(sse(token), "{ viewer { name } }");
    assert.equal((await query.event()).name, viewer.name);
    assert.equal(await query.end(), undefined);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${String(error.stack ?? error).replace(/^/gm, "      ")}`);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
