// Uses the playground of a running server (`serve --demo`) as a person would, in headless Chromium.
// Usage: node playground.js [http://127.0.0.1:8000]   (or BASE_URL; CHROMIUM names another browser than Debian's)

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const base = new URL(process.argv[2] ?? process.env.BASE_URL ?? "http://127.0.0.1:8000");
const pictures = new URL("../../target/browser/", import.meta.url);
const PERSON = { name: "Gry Moe", email: "gry@nordhost.example" };
// Owns the first of her organisations.
const OWNER = { email: "olav@fjordfoods.example", password: "tenantry-demo" };
const PATIENCE_MS = 20_000;
// The names of the tabs: each is named after its operation. They are known once the page is loaded.
let tabs = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
  timeout: 60_000,
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);

const foreign = [];
const complaints = [];
context.on("request", (request) => {
  const url = new URL(request.url());
  if (url.origin !== base.origin && !["data:", "blob:"].includes(url.protocol)) foreign.push(request.url());
});
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => {
  if (/Content Security Policy|integrity/i.test(message.text())) complaints.push(message.text());
});

const problem = page.getByRole("alert").and(page.locator("#problem"));
const editorText = (within) => page.locator(`${within} .CodeMirror`).first().evaluate((node) => node.CodeMirror.getValue());
async function openTab(name) {
  await page.getByRole("tab", { name }).click();
  // GraphiQL takes a moment to read which operation the tab holds.
  await page.waitForTimeout(500);
}

// Runs the open tab and gives the response panel's text once the answer is in it.
async function execute() {
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === "/graphql");
  await page.getByRole("button", { name: "Execute query" }).click();
  await (await answered).finished();
  for (let tries = 0; tries < 50; tries++) {
    const text = await editorText(".graphiql-response");
    if (text.includes("{")) return text;
    await page.waitForTimeout(100);
  }
  throw new Error("the response panel stays empty");
}

async function send(token, query, variables = {}) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const body = JSON.stringify({ query, variables });
  return (await (await fetch(new URL("/graphql", base), { method: "POST", headers, body })).json()).data;
}

// What another person does meanwhile: the owner of the organisation in the example makes a role, and gives its name.
async function makeRole() {
  const logIn = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } } }";
  const { tokens } = (await send(null, logIn, { input: OWNER })).logIn;
  const query = "{ viewer { organisations(first: 1) { edges { node { id } } } } }";
  const [{ node }] = (await send(tokens.accessToken, query)).viewer.organisations.edges;
  const name = `Night ${Date.now()}`;
  const mutation = "mutation($input: CreateRoleInput!) { createRole(input: $input) { userErrors { message } } }";
  const input = { organisationId: node.id, name, permissions: ["SERVICE_READ"] };
  assert.deepEqual((await send(tokens.accessToken, mutation, { input })).createRole.userErrors, []);
  return name;
}

const tests = {
  async "page loads with the example tabs"() {
    await page.goto(new URL("/playground", base).href);
    const queries = await page.evaluate(async () => {
      const { examples } = await import("/playground/examples.js");
      return examples.map(({ query }) => query);
    });
    tabs = queries.map((query) => /^(?:query|mutation|subscription) (\w+)/m.exec(query)[1]);
    assert.ok(tabs.includes("PartnerTree") && tabs.includes("Dashboard"), `${tabs}`);
    for (const name of tabs) {
      await page.getByRole("tab", { name }).waitFor();
    }
  },
  async "a wrong password is answered in the log-in box"() {
    await page.getByLabel("E-mail").fill(PERSON.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Log in" }).click();
    await problem.waitFor();
    assert.notEqual((await problem.textContent()).trim(), "");
    assert.ok(await page.getByLabel("Password").isVisible());
  },
  async "a demo person fills the log-in box and logs in"() {
    const people = await (await fetch(new URL("/playground/demo.json", base))).json();
    const person = people.find((one) => one.email === PERSON.email);
    await page.getByLabel("Demo person").selectOption({ label: PERSON.name });
    assert.equal(await page.getByLabel("E-mail").inputValue(), PERSON.email);
    assert.equal(await page.getByLabel("Password").inputValue(), person.password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("#who").getByText(PERSON.name).waitFor();
    assert.ok(await problem.isHidden());
  },
  async "the partner tree shows the customers and what is refused"() {
    await openTab("PartnerTree");
    const response = await execute();
    await page.screenshot({ path: new URL("partner-tree.png", pictures).pathname });
    assert.match(response, /Fjord Foods/);
    assert.match(response, /FORBIDDEN/);
  },
  async "the other examples run without an error"() {
    for (const name of tabs.filter((name) => !["PartnerTree", "Events"].includes(name))) {
      await openTab(name);
      const response = JSON.parse(await execute());
      // What a client did not delegate is refused; nothing else may go wrong.
      const others = (response.errors ?? []).filter((error) => error.extensions.code !== "FORBIDDEN");
      assert.deepEqual(others, [], `${name}: ${JSON.stringify(others)}`);
      assert.ok(Object.values(response.data).every((value) => value !== null), `${name} is null`);
    }
  },
  async "a subscription shows what happens, until it is stopped"() {
    await openTab("Events");
    const begins = page.waitForResponse((response) => response.request().headers().accept === "text/event-stream");
    await page.getByRole("button", { name: "Execute query" }).click();
    // The headers come when the stream is open.
    const stream = await begins;
    assert.equal(stream.status(), 200);
    const name = await makeRole();
    const shown = page.locator(".graphiql-response .CodeMirror");
    await shown.getByText(name).waitFor();
    const { data } = JSON.parse(await editorText(".graphiql-response"));
    assert.equal(data.events.type, "ROLE_CREATED");
    await page.screenshot({ path: new URL("events.png", pictures).pathname });
    const ends = page.waitForEvent("requestfailed", (request) => request === stream.request());
    await page.getByRole("button", { name: "Stop query" }).click();
    await ends;
    await page.getByRole("button", { name: "Execute query" }).waitFor();
  },
  async "the session survives a reload"() {
    await page.reload();
    await page.locator("#who").getByText(PERSON.name).waitFor();
    await page.getByRole("tab", { name: "Catalogue" }).waitFor();
    assert.equal(await page.getByRole("tab").count(), tabs.length);
  },
  async "page fits the width of a phone"() {
    await page.setViewportSize({ width: 375, height: 700 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.screenshot({ path: new URL("phone.png", pictures).pathname, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.ok(width <= 375, `${width} pixels wide`);
  },
  async "after the log-out the API knows nobody"() {
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Password").waitFor();
    await openTab("Dashboard");
    assert.match(await execute(), /UNAUTHENTICATED/);
    assert.equal(await page.evaluate(() => sessionStorage.getItem("tenantry.session")), null);
  },
  async "nothing is requested from another origin, and the page's own policy refuses nothing"() {
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
  },
};

await mkdir(pictures, { recursive: true });
// However the browser hangs, the test ends.
setTimeout(() => {
  console.log("the browser test took longer than three minutes");
  process.exit(1);
}, 180_000).unref();

let passed = 0;
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.message.replace(/^/gm, "      ")}`);
    const picture = new URL(`failed-${passed + failed}.png`, pictures).pathname;
    await page.screenshot({ path: picture }).catch(() => {});
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
