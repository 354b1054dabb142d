// A real Chromium with a page, and what must hold on every page: nothing refused by the policy, nothing asked for outside,
// nothing written to the browser's console, nothing wider than the window, and no finding of axe-core.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";
export const PASSWORD = "tenantry-demo";
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

const screenshots = process.env.SCREENSHOTS;
if (screenshots) mkdirSync(screenshots, { recursive: true });

let browser;
export const close = () => browser?.close();

/** Runs in a browser context of its own. What `expected` matches may stand in the browser's console. */
export async function visit(run, { expected, ...options } = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1360, height: 860 }, ...options });
  context.setDefaultTimeout(10_000);
  const complaints = [];
  context.on("page", (page) => watch(page, complaints));
  try {
    await run(await context.newPage());
    assert.deepEqual(
      complaints.filter((complaint) => !expected?.test(complaint)),
      [],
    );
  } finally {
    await context.close();
  }
}

function watch(page, complaints) {
  page.on("request", (request) => request.url().startsWith(base) || complaints.push(`outside: ${request.url()}`));
  page.on("console", (message) => message.type() === "error" && complaints.push(`${page.url()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`)),
  );
}

/** Fills in the log-in form, wherever the person is. */
export async function logIn(page, email, password = PASSWORD) {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Log out" }).waitFor();
}

export async function start(page, email) {
  await page.goto(`${base}/console/`);
  await logIn(page, email);
}

export function ask(page, query, variables = {}) {
  return page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/graphql", { method: "POST", headers, body })).json();
  }, JSON.stringify({ query, variables }));
}

/** The ids of the organisations that the person sees, by name. */
export async function places(page) {
  const { data } = await ask(page, "{ viewer { organisations(first: 100) { edges { node { id name } } } } }");
  return Object.fromEntries(data.viewer.organisations.edges.map(({ node }) => [node.name, node.id]));
}

/** Goes there inside the application, as a link does, and waits until the page has what it shows. */
export async function go(page, address) {
  await page.evaluate((to) => window.navigation.navigate(to).finished, `/console/${address}`);
  await settle(page);
}

export async function settle(page) {
  // A network that is idle would say nothing: the streams of events are always open.
  await page.waitForFunction(
    () => document.querySelector("h1") && !document.querySelector("main .loading, main [aria-busy=true]"),
  );
}

/** What axe-core finds. */
async function findings(page) {
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: values }), RULES);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}

/** A page is not blank, not broken, and not wider than the window. */
async function faults(page) {
  const { title, text, failures, isWider } = await page.evaluate(() => ({
    title: document.querySelector("h1")?.textContent ?? "",
    text: document.querySelector("main")?.textContent.trim() ?? "",
    failures: [...document.querySelectorAll("main .failed")].map((element) => `failed: ${element.textContent}`),
    isWider: document.documentElement.scrollWidth > innerWidth + 1,
  }));
  return [
    ...(title ? [] : ["no title"]),
    ...(text.length > title.length + 5 ? [] : ["blank"]),
    ...(isWider ? ["wider than the window"] : []),
    ...failures,
  ];
}

/** Collects what is wrong with pages, so that one look shows all of it. */
export function inspection() {
  const problems = [];
  return {
    async look(page, what, { isAccessible = true } = {}) {
      for (const problem of await faults(page)) problems.push(`${what}: ${problem}`);
      for (const problem of isAccessible ? await findings(page) : []) problems.push(`${what}: ${problem}`);
    },
    end: () => assert.deepEqual(problems, []),
  };
}

/** One page alone. */
export async function inspect(page, what) {
  const { look, end } = inspection();
  await look(page, what);
  end();
}

export async function shoot(page, name) {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
