// Pages are told what happens elsewhere: without a reload, a list shows it, and a lost session or organisation is left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, base, go, inspect, logIn, places, settle, shoot, start, visit } from "./visit.js";

/** What begins a stream may take longer than the answer to a click: the pauses between attempts grow. */
const LATER = { timeout: 30_000 };

const isStream = (request) => request.headers().accept === "text/event-stream";
const variablesOf = (request) => JSON.parse(request.postData() ?? "{}").variables ?? {};

/** Does with each stream that the page opens what `handle` says. Everything else goes on. */
const routeStreams = (page, handle) =>
  page.route("**/graphql", (route) => (isStream(route.request()) ? handle(route, route.request()) : route.fallback()));

const streamOf = (...results) =>
  `:\n\n${results.map((result) => `event: next\ndata: ${JSON.stringify(result)}\n\n`).join("")}`;
const fulfil = (route, body) => route.fulfill({ headers: { "content-type": "text/event-stream" }, body });

/** Invites somebody through the API, and gives their address. */
async function invite(page, organisationId) {
  const email = `guest-${Date.now()}@example.org`;
  const mutation = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { userErrors { message } } }";
  const input = { organisationId, email, roles: [{ builtIn: "MEMBER" }] };
  const { data } = await ask(page, mutation, { input });
  assert.deepEqual(data.inviteMember.userErrors, []);
  return email;
}

test("an invitation is in the list of another person, and so is its end", () =>
  visit((dan) =>
    visit(async (cleo) => {
      await start(dan, "dan@twin.example");
      await start(cleo, "cleo@twin.example");
      const id = (await places(cleo))["Twin Studio"];
      await go(dan, `${id}/invitations`);
      await go(cleo, `${id}/invitations`);
      const email = `guest-${Date.now()}@example.org`;
      await cleo.getByRole("button", { name: "Invite", exact: true }).click();
      const dialog = cleo.locator("dialog[open]");
      await dialog.getByLabel("Email address").fill(email);
      await dialog.getByLabel("Member", { exact: true }).check();
      await dialog.getByRole("button", { name: "Send invitation" }).click();
      const row = dan.getByRole("row", { name: email });
      await row.waitFor();
      await cleo.getByRole("row", { name: email }).getByRole("button", { name: "Withdraw" }).click();
      await row.getByText("Withdrawn").waitFor();
    }),
  ));

test("the new name of a client is in the list of its reseller, and the focus stays", () =>
  visit((finn) =>
    visit(async (vera) => {
      await start(finn, "finn@nordhost.example");
      await go(finn, `${(await places(finn))["Nordhost Partner"]}/clients`);
      const link = finn.getByRole("row", { name: "Gamla" }).getByRole("link");
      await link.focus();
      await start(vera, "vera@gamlabageriet.example");
      const id = (await places(vera))["Gamla Bageriet"];
      await go(vera, `${id}/settings`);
      const rename = async (name) => {
        await vera.getByRole("button", { name: "Change", exact: true }).first().click();
        await vera.locator("dialog[open]").getByLabel("Name").fill(name);
        await vera.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
        await finn.getByRole("rowheader", { name, exact: true }).waitFor();
        assert.ok(await link.evaluate((element) => element === document.activeElement), "the focus stays");
      };
      await rename("Gamla Konditoriet");
      await rename("Gamla Bageriet");
    }),
  ));

test("an order is in the list of another person", () =>
  visit((axel) =>
    visit(async (vera) => {
      await start(axel, "axel@gamlabageriet.example");
      await start(vera, "vera@gamlabageriet.example");
      const id = (await places(vera))["Gamla Bageriet"];
      await go(axel, `${id}/orders`);
      await go(vera, `${id}/catalogue`);
      await vera.locator("li", { hasText: "Daily backup" }).getByRole("button", { name: "Order" }).click();
      await vera.locator("dialog[open]").getByLabel("Label").fill("told");
      await vera.getByRole("button", { name: "Add to the order" }).click();
      const number = `PO ${Date.now()}`;
      await vera.getByLabel("Your order number").fill(number);
      await vera.getByRole("button", { name: "Place order" }).click();
      await axel.getByRole("row").filter({ hasText: number }).waitFor();
    }),
  ));

test("tabs share their streams, and a list waits for the form that somebody fills in", () =>
  visit(async (one) => {
    const streams = [];
    one.context().on("request", (request) => isStream(request) && streams.push(request));
    await start(one, "olav@fjordfoods.example");
    const id = (await places(one))["Fjord Foods"];
    await go(one, `${id}/invitations`);
    const two = await one.context().newPage();
    await two.goto(`${base}/console/${id}/invitations`);
    await settle(two);
    await one.getByRole("button", { name: "Invite", exact: true }).click();
    const field = one.locator("dialog[open]").getByLabel("Email address");
    await field.fill("half-an-address");
    const email = await invite(two, id);
    await two.getByRole("row", { name: email }).waitFor();
    // The first tab was told at the same moment.
    assert.equal(await one.getByRole("row", { name: email }).count(), 0);
    assert.equal(await field.inputValue(), "half-an-address");
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    await one.keyboard.press("Escape");
    await one.getByRole("row", { name: email }).waitFor();
    const organisations = streams.filter((request) => variablesOf(request).id === id);
    assert.deepEqual([organisations.length, streams.length - organisations.length], [1, 1]);
    // The tab that reads the streams closes, and the other goes on.
    await one.close();
    const next = await invite(two, id);
    await two.getByRole("row", { name: next }).waitFor(LATER);
  }));

test("a tab that stays hidden lets go of its streams, and goes on when it is looked at", () =>
  visit(async (page) => {
    await page.clock.install();
    const show = (state) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { get: () => value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      }, state);
    const opened = page.waitForResponse((response) => isStream(response.request()), LATER);
    await start(page, "olav@fjordfoods.example");
    const id = (await places(page))["Fjord Foods"];
    await go(page, `${id}/invitations`);
    await opened;
    const ended = page.waitForEvent("requestfailed", { predicate: isStream, ...LATER });
    await show("hidden");
    await page.clock.fastForward(70_000);
    await ended;
    const email = await invite(page, id);
    const again = page.waitForRequest((request) => isStream(request) && variablesOf(request).id === id, LATER);
    await show("visible");
    await again;
    await page.getByRole("row", { name: email }).waitFor();
  }));

test("a page says that it is not live, and stops saying it", () =>
  visit(
    async (page) => {
      await routeStreams(page, (route) => route.abort());
      await start(page, "olav@fjordfoods.example");
      const id = (await places(page))["Fjord Foods"];
      await go(page, `${id}/invitations`);
      const sign = page.getByRole("status").getByText("Not live");
      await sign.waitFor(LATER);
      await inspect(page, "a page that is not live");
      await shoot(page, "not-live");
      await page.setViewportSize({ width: 360, height: 740 });
      await inspect(page, "a page that is not live, on a phone");
      await shoot(page, "not-live-phone");
      const email = await invite(page, id);
      await page.unroute("**/graphql");
      await sign.waitFor({ state: "detached", ...LATER });
      await page.getByRole("row", { name: email }).waitFor();
    },
    { expected: /ERR_FAILED/ },
  ));

test("a server that is too busy for streams is asked again later", () =>
  visit(
    async (page) => {
      await page.clock.install();
      let attempts = 0;
      await routeStreams(page, (route) => {
        attempts += 1;
        if (attempts === 1) return route.fulfill({ status: 429, body: "" });
        const error = { message: "Too many.", extensions: { code: "LIMITED" } };
        return fulfil(route, `${streamOf({ data: null, errors: [error] })}event: complete\ndata: \n\n`);
      });
      await start(page, "olav@fjordfoods.example");
      await go(page, (await places(page))["Fjord Foods"]);
      const sign = page.getByRole("status").getByText("Not live");
      await sign.waitFor(LATER);
      await page.clock.runFor(2_000);
      assert.ok(attempts <= 4, `${attempts} attempts`);
      await page.unroute("**/graphql");
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await sign.waitFor({ state: "detached", ...LATER });
    },
    { expected: /status of 429/ },
  ));

test("a page goes on behind its last event, and asks for everything if it cannot", () =>
  visit((page) =>
    visit(async (other) => {
      await start(other, "olav@fjordfoods.example");
      const id = (await places(other))["Fjord Foods"];
      let whenInvited;
      const invited = new Promise((resolve) => {
        whenInvited = resolve;
      });
      const after = [];
      await routeStreams(page, async (route, request) => {
        if (variablesOf(request).id !== id) return route.continue();
        after.push(variablesOf(request).after ?? null);
        if (after.length === 1) {
          const event = { id: "event_1", type: "ASSET_CREATED", objectId: null };
          return fulfil(route, streamOf({ data: { events: event } }));
        }
        if (after.length > 2) return route.continue();
        // It happens while no stream is there.
        whenInvited(await invite(other, id));
        const error = { message: "Too old.", extensions: { code: "INVALID_INPUT" } };
        return fulfil(route, `${streamOf({ data: null, errors: [error] })}event: complete\ndata: \n\n`);
      });
      const goesOn = page.waitForRequest((request) => variablesOf(request).after === "event_1", LATER);
      await start(page, "olav@fjordfoods.example");
      await go(page, `${id}/invitations`);
      await goesOn;
      await page.getByRole("row", { name: await invited }).waitFor(LATER);
      assert.deepEqual(after.slice(0, 3), [null, "event_1", null]);
    }),
  ));

test("a session that is revoked elsewhere leads to log-in, and from there back to the same address", () =>
  visit(
    (page) =>
      visit(async (other) => {
        await start(page, "olav@fjordfoods.example");
        await go(page, `${(await places(page))["Fjord Foods"]}/invoices?state=PAID`);
        const address = page.url();
        await start(other, "olav@fjordfoods.example");
        await ask(other, "mutation { revokeOtherSessions { count } }");
        await page.getByRole("heading", { name: "Log in" }).waitFor();
        await logIn(page, "olav@fjordfoods.example");
        await page.getByRole("heading", { name: "Invoices", exact: true }).waitFor();
        assert.equal(page.url(), address);
      }),
    { expected: /status of 401/ },
  ));

test("a request without a session leads to log-in too", () =>
  visit(
    async (page) => {
      await routeStreams(page, (route) => route.abort());
      await start(page, "olav@fjordfoods.example");
      await go(page, `${(await places(page))["Fjord Foods"]}/invoices?state=PAID`);
      const address = page.url();
      await page.evaluate(() => fetch("/console/session", { method: "DELETE" }));
      await page.getByLabel("State").selectOption("OVERDUE");
      await page.getByRole("heading", { name: "Log in" }).waitFor();
      await logIn(page, "olav@fjordfoods.example");
      await page.getByRole("heading", { name: "Invoices", exact: true }).waitFor();
      assert.equal(page.url(), address.replace("PAID", "OVERDUE"));
    },
    { expected: /status of 401|ERR_FAILED/ },
  ));

test("somebody who is no longer a member is led to the organisations that are left", () =>
  visit((page) =>
    visit(async (other) => {
      await start(page, "cleo@twin.example");
      const id = (await places(page))["Twin Labs"];
      await go(page, `${id}/members`);
      await page.getByRole("row", { name: "Dan Ek" }).waitFor();
      await start(other, "dan@twin.example");
      await go(other, `${id}/members`);
      await other.getByRole("row", { name: "Cleo Berg" }).getByRole("button", { name: "Remove" }).click();
      await other.locator("dialog[open]").getByRole("button", { name: "Remove" }).click();
      await page.getByRole("heading", { name: "Choose an organisation" }).waitFor();
      await page.getByText("You can no longer see that organisation.").waitFor();
    }),
  ));
