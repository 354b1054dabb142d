// Reads a page of a dashboard with Relay's own compiler and runtime, as several people of the demo. Nothing that the server
// answers may be lost or overwritten in Relay's store, and each object with an id must be found again by `node`.
// Usage: node relay.js [http://127.0.0.1:8000]   (or BASE_URL). It needs a server with the demo data, and changes it.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { Environment, Network, RecordSource, Store, createOperationDescriptor, getSelector } = require("relay-runtime");

const PASSWORD = "tenantry-demo";
const PATIENCE_MS = 30_000;
const PEOPLE = [
  "dan@twin.example", "hans@nordhost.example", "gry@nordhost.example", "kai@skandia.example", "bo@lind.example", "olav@fjordfoods.example",
];
const base = process.argv[2] ?? process.env.BASE_URL ?? "http://127.0.0.1:8000";
const here = fileURLToPath(new URL(".", import.meta.url));

// Relay reports what its store cannot keep apart as a warning on the console.
const complaints = [];
console.error = (...words) => complaints.push(words.join(" "));
console.warn = console.error;

function fail(message) {
  console.log(`FAILED: ${message}`);
  process.exit(1);
}

async function send(token, query, variables = {}) {
  const response = await fetch(new URL("/graphql", base), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const answer = await response.json();
  if (!answer.data) fail(`no data: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
}

async function logIn(email) {
  const mutation = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } userErrors { message } } }";
  const { data } = await send(null, mutation, { input: { email, password: PASSWORD } });
  return data.logIn.tokens?.accessToken ?? fail(`${email} cannot log in: ${JSON.stringify(data)}`);
}

async function organisation(token, name) {
  const { data } = await send(token, "{ viewer { organisations(first: 100) { edges { node { id name } } } } }");
  const found = data.viewer.organisations.edges.find(({ node }) => node.name === name);
  return found?.node.id ?? fail(`there is no ${name}`);
}

async function act(token, mutation, input) {
  const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation($input: ${type}) { act: ${mutation}(input: $input) { userErrors { code message } } }`;
  const { data, errors } = await send(token, query, { input });
  if (errors || data.act.userErrors.length > 0) fail(`${mutation}: ${JSON.stringify({ data, errors })}`);
}

// Offers that their receivers also see as members of the organisation that makes them.
async function makeOffers() {
  const cleo = await logIn("cleo@twin.example");
  const studio = await organisation(cleo, "Twin Studio");
  await act(cleo, "offerOwnership", { organisationId: studio, email: "dan@twin.example" });
  const finn = await logIn("finn@nordhost.example");
  const nordhost = await organisation(finn, "Nordhost Partner");
  const to = { email: "hans@nordhost.example" };
  const delegation = { preset: "OVERVIEW" };
  await act(finn, "proposePartnership", { organisationId: nordhost, side: "RESELLER", to, delegation });
}

// What the store gives for a selection, with the fragments in it.
function read(environment, selector, fragment) {
  const snapshot = environment.lookup(selector);
  if (snapshot.isMissingData) fail("Relay says that data is missing");
  const open = (value) => {
    if (Array.isArray(value)) return value.map(open);
    if (value === null || typeof value !== "object") return value;
    const { __id, __fragments, __fragmentOwner, ...fields } = value;
    const own = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, open(field)]));
    return __fragments ? { ...own, ...read(environment, getSelector(fragment, value), fragment) } : own;
  };
  return open(snapshot.data);
}

// Everything of the answer is in the store as it was; Relay itself adds `id` and `__typename` to what it asks for.
function compare(sent, kept, path) {
  if (sent === null || typeof sent !== "object") {
    if (sent !== kept) fail(`${path} was ${JSON.stringify(sent)}, and Relay kept ${JSON.stringify(kept)}`);
    return 1;
  }
  if (kept === null || typeof kept !== "object") fail(`${path} was an object, and Relay kept ${JSON.stringify(kept)}`);
  let count = 0;
  for (const [name, value] of Object.entries(sent)) {
    const isAdded = (name === "id" || name === "__typename") && !(name in kept);
    if (!isAdded) count += compare(value, kept[name], `${path}.${name}`);
  }
  return count;
}

async function readPage(email, { page, nodes, fragment, nodeTypes }) {
  const token = await logIn(email);
  let sent;
  const network = Network.create(async ({ text }, variables) => {
    sent = await send(token, text, variables);
    return structuredClone({ data: sent.data });
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const operation = createOperationDescriptor(page, {});
  environment.retain(operation);
  await environment.execute({ operation }).toPromise();
  const count = compare(sent.data, read(environment, operation.fragment, fragment), email);
  if (complaints.length > 0) fail(`${email}: Relay complains:\n${[...new Set(complaints)].join("\n")}`);

  const records = environment.getStore().getSource();
  const named = records.getRecordIDs().filter((id) => !id.startsWith("client:")).map((id) => records.get(id));
  const again = named.filter((record) => nodeTypes.includes(record.__typename));
  for (let from = 0; from < again.length; from += 100) {
    const asked = again.slice(from, from + 100);
    const { data } = await send(token, nodes.params.text, { ids: asked.map((record) => record.__id) });
    data.nodes.forEach((node, index) => {
      const { __id, __typename } = asked[index];
      // A custom role is shown by name to everybody who sees the member that has it.
      if (node === null && __typename === "Role") return;
      if (node?.__typename !== __typename) fail(`${email}: node finds ${JSON.stringify(node)} for the ${__typename} ${__id}`);
    });
  }
  const types = new Set(named.map((record) => record.__typename));
  console.log(`ok    ${email}: ${count} values, ${named.length} objects of ${types.size} types`);
  return { count, types };
}

mkdirSync(`${here}src/__generated__`, { recursive: true });
execFileSync(`${here}node_modules/.bin/relay-compiler`, ["relay.config.json"], { cwd: here, stdio: "pipe" });
const [page, nodes, fragment] = ["pageQuery", "pageNodesQuery", "page_organisation"].map((name) =>
  require(`./src/__generated__/${name}.graphql.js`),
);

await makeOffers();
const { data } = await send(null, "{ __type(name: \"Node\") { possibleTypes { name } } }");
const nodeTypes = data.__type.possibleTypes.map(({ name }) => name);
const seen = new Set();
let values = 0;
for (const email of PEOPLE) {
  const { count, types } = await readPage(email, { page, nodes, fragment, nodeTypes });
  values += count;
  types.forEach((type) => seen.add(type));
}
const wanted = ["Organisation", "OrganisationCard", "Membership", "Role", "OwnershipTransfer", "PartnershipProposal", "Session"];
const unseen = wanted.filter((type) => !seen.has(type));
if (unseen.length > 0 || values < 1000) fail(`the page showed ${values} values and no ${unseen.join(", ")}`);
console.log(`${values} values, none lost`);
