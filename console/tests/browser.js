// The console in a real Chromium, against a server with the demo data:
// BASE_URL=http://127.0.0.1:8080 npm run test:browser
// SCREENSHOTS=/folder keeps a picture of every page in both themes.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import "./directory.js";
import "./live.js";
import "./sales.js";
import "./webhooks.js";
import { OBJECTS, STORIES } from "./stories.js";
import { ask, base, close, go, inspect, inspection, logIn, places, settle, shoot, start, visit } from "./visit.js";

after(close);

const FIRST_LOAD = 40_000;
const EACH_PAGE = 20_000;

for (const colorScheme of ["light", "dark"]) {
  for (const { name, email, place, pages } of STORIES) {
    test(`${name}: every page is whole and accessible when it is ${colorScheme}`, () =>
      visit(
        async (page) => {
          await start(page, email);
          const id = (await places(page))[place];
          const { look, end } = inspection();
          for (const part of pages) {
            await go(page, [id, part].filter(Boolean).join("/"));
            await look(page, part || "overview");
            await shoot(page, `${name}-${part || "overview"}-${colorScheme}`);
          }
          end();
        },
        { colorScheme },
      ));
  }

  test(`pages of one object are whole and accessible when they are ${colorScheme}`, () =>
    visit(
      async (page) => {
        const { look, end } = inspection();
        for (const { email, place, lists } of OBJECTS) {
          await start(page, email);
          const id = (await places(page))[place];
          for (const list of lists) {
            await go(page, `${id}/${list}`);
            await page.locator("tbody th a").first().click();
            await page.locator(".above").waitFor();
            await settle(page);
            await look(page, `one of ${list}`);
            await shoot(page, `object-of-${list}-${colorScheme}`);
          }
          await page.getByRole("button", { name: "Log out" }).click();
          await page.getByLabel("Password").waitFor();
        }
        end();
      },
      { colorScheme },
    ));

  test(`pages for people who are not logged in are accessible when they are ${colorScheme}`, () =>
    visit(
      async (page) => {
        for (const part of [
          "",
          "sign-up",
          "forgotten",
          "reset-password?token=x",
          "verify-address?token=x",
          "undo-address?token=x",
        ]) {
          await page.goto(`${base}/console/${part}`);
          await settle(page);
          await inspect(page, page.url());
          await shoot(page, `outside-${part.replace(/\W.*/, "") || "log-in"}-${colorScheme}`);
        }
        await page.goto(`${base}/console/invitation?token=x`);
        await page.getByText("This link is not valid any more.").waitFor();
        assert.equal(new URL(page.url()).search, "");
      },
      { colorScheme },
    ));

  test(`the account, dialogs and popovers are accessible when they are ${colorScheme}`, () =>
    visit(
      async (page) => {
        await start(page, "finn@nordhost.example");
        for (const part of ["account", "account/security", "account/sessions", "account/log-ins", "?all=yes"]) {
          await go(page, part);
          await inspect(page, page.url());
          await shoot(page, `account-${part.replace(/\W/g, "-")}-${colorScheme}`);
        }
        const id = (await places(page))["Nordhost Partner"];
        for (const [part, button] of [
          ["clients", "New client"],
          ["members", "Invite"],
          ["roles", "New role"],
          ["keys", "New key"],
          ["billing", "Change"],
        ]) {
          await go(page, `${id}/${part}`);
          await page.getByRole("button", { name: button, exact: true }).click();
          await page.locator("dialog[open] form").waitFor();
          await settle(page);
          await inspect(page, `dialog of ${part}`);
          await shoot(page, `dialog-of-${part}-${colorScheme}`);
          await page.keyboard.press("Escape");
        }
        await page.keyboard.press("o");
        await page.locator(".places a").first().waitFor();
        await inspect(page, "organisations");
        await shoot(page, `organisations-${colorScheme}`);
      },
      { colorScheme },
    ));

  test(`a refused field is a lock that says why, by keyboard alone, when it is ${colorScheme}`, () =>
    visit(
      async (page) => {
        await start(page, "gry@nordhost.example");
        await go(page, `${(await places(page))["Nordhost Partner"]}/clients`);
        const lock = page
          .getByRole("row", { name: "Harbour Clinic" })
          .getByRole("button", { name: "you lack INVOICE_READ here" });
        await lock.focus();
        await page.keyboard.press("Enter");
        await page.getByText("People with PARTNERSHIP_MANAGE at Harbour Clinic can change this.").waitFor();
        await inspect(page, page.url());
        await shoot(page, `why-${colorScheme}`);
        await page.keyboard.press("Escape");
        assert.ok(await lock.evaluate((element) => element === document.activeElement));
      },
      { colorScheme },
    ));
}

test("a wrong password is said, and the first load is small", (context) =>
  visit(
    async (page) => {
      const devtools = await page.context().newCDPSession(page);
      let bytes = 0;
      await devtools.send("Network.enable");
      devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
        bytes += encodedDataLength;
      });
      await page.goto(`${base}/console/`);
      await page.getByLabel("Email address").fill("finn@nordhost.example");
      await page.waitForLoadState("networkidle");
      context.diagnostic(`log-in: ${bytes} bytes`);
      assert.ok(bytes < FIRST_LOAD, `${bytes} bytes`);
      await page.getByLabel("Password").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("is wrong").waitFor();
      await logIn(page, "finn@nordhost.example");
      await settle(page);
      const id = (await places(page))["Nordhost Partner"];
      for (const part of ["clients", "new-order", "catalogue", "licences", "rules", "invoices", "log"]) {
        const files = [];
        const count = (request) => request.url().includes("/assets/") && files.push(request.sizes());
        page.on("requestfinished", count);
        await go(page, `${id}/${part}`);
        page.off("requestfinished", count);
        const size = (await Promise.all(files)).reduce((sum, file) => sum + file.responseBodySize, 0);
        context.diagnostic(`${part}: ${size} bytes more`);
        assert.ok(size < EACH_PAGE, `${part}: ${size} bytes`);
      }
    },
    { expected: /status of 401/ },
  ));

test("the table of clients is there soon", (context) =>
  visit(async (page) => {
    await start(page, "finn@nordhost.example");
    const id = (await places(page))["Nordhost Partner"];
    await go(page, id);
    const begun = performance.now();
    await page.evaluate((to) => window.navigation.navigate(to), `/console/${id}/clients`);
    await page.getByRole("rowheader", { name: "Harbour Clinic" }).waitFor();
    context.diagnostic(`${Math.round(performance.now() - begun)} ms to the table`);
  }));

test("sessions live in a cookie that no script sees, and pages of other ports cannot use it", () =>
  visit(async (page) => {
    await start(page, "gry@nordhost.example");
    assert.equal(await page.evaluate(() => document.cookie + Object.keys(sessionStorage)), "");
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, "Strict"]);
    const headers = {
      "content-type": "application/json",
      cookie: `${cookie.name}=${cookie.value}`,
      "sec-fetch-site": "same-site",
    };
    const answer = await fetch(`${base}/graphql`, { method: "POST", headers, body: '{"query":"{ viewer { name } }"}' });
    assert.match(await answer.text(), /UNAUTHENTICATED/);
  }));

test("two tabs work in two organisations", () =>
  visit(async (one) => {
    await start(one, "bo@lind.example");
    const ids = await places(one);
    const other = await one.context().newPage();
    await go(one, `${ids["Lind Holding"]}/invoices`);
    await other.goto(`${base}/console/${ids["Lind Café"]}/invoices`);
    await settle(other);
    await one.reload();
    await settle(one);
    assert.match(await one.locator(".switcher").textContent(), /Lind Holding/);
    assert.match(await other.locator(".switcher").textContent(), /Lind Café/);
  }));

test("filters stand in the address: reload and back show the same", () =>
  visit(async (page) => {
    await start(page, "finn@nordhost.example");
    const id = (await places(page))["Nordhost Partner"];
    await go(page, `${id}/clients`);
    await page.keyboard.press("/");
    await page.keyboard.type("harbour");
    await page.getByText("1 row", { exact: true }).waitFor();
    assert.ok(await page.evaluate(() => document.activeElement?.matches("input[type=search]")), "the focus stays");
    await page.reload();
    await page.getByText("1 row", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Harbour Clinic" }).click();
    await page.getByRole("heading", { name: "Harbour Clinic", level: 1 }).waitFor();
    await page.goBack();
    await page.getByText("1 row", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("Search").inputValue(), "harbour");
  }));

test("who may change a property chooses it in the table, and the choice stays", () =>
  visit(async (page) => {
    await start(page, "hans@nordhost.example");
    await go(page, `${(await places(page))["Nordhost Partner"]}/clients`);
    const choice = page.getByLabel("Region of Harbour Clinic");
    const other = (await choice.inputValue()) === "north" ? "south" : "north";
    const isMutation = (response) => response.request().postData()?.includes("mutation") ?? false;
    await Promise.all([page.waitForResponse(isMutation), choice.selectOption(other)]);
    await page.reload();
    assert.equal(await choice.inputValue(), other);
  }));

test("mistakes stand beside their fields, and an invitation is sent and withdrawn", () =>
  visit(async (page) => {
    await start(page, "olav@fjordfoods.example");
    await go(page, `${(await places(page))["Fjord Foods"]}/invitations`);
    const email = `guest-${Date.now()}@example.org`;
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = page.locator("dialog[open]");
    await dialog.getByLabel("Email address").fill("nobody@localhost..");
    await dialog.locator("form").evaluate((form) => {
      form.noValidate = true;
    });
    await dialog.getByLabel("Member", { exact: true }).check();
    await dialog.getByRole("button", { name: "Send invitation" }).click();
    await dialog.locator("[aria-invalid=true]").first().waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "email");
    await dialog.getByLabel("Email address").fill(email);
    await dialog.getByRole("button", { name: "Send invitation" }).click();
    const row = page.getByRole("row", { name: email });
    await row.getByRole("button", { name: "Withdraw" }).click();
    await row.getByText("Withdrawn").waitFor();
  }));

test("a client is created, and an order placed, by the pages alone", () =>
  visit(async (page) => {
    await start(page, "finn@nordhost.example");
    await go(page, `${(await places(page))["Nordhost Partner"]}/clients`);
    await page.getByRole("button", { name: "New client" }).click();
    const name = `Birch ${Date.now()}`;
    const dialog = page.locator("dialog[open]");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Password").waitFor();

    await start(page, "vera@gamlabageriet.example");
    await go(page, `${(await places(page))["Gamla Bageriet"]}/catalogue`);
    await page.locator("li", { hasText: "Daily backup" }).getByRole("button", { name: "Order" }).click();
    await page.locator("dialog[open]").getByLabel("Label").fill("nightly");
    await page.getByRole("button", { name: "Add to the order" }).click();
    await page.getByRole("button", { name: "Place order" }).waitFor();
    await settle(page);
    await inspect(page, "an order that is being put together");
    await shoot(page, "order-light");
    await page.reload();
    await page.getByLabel("Your order number").fill(`PO ${Date.now()}`);
    await page.getByRole("button", { name: "Place order" }).click();
    await page.getByRole("heading", { name: "Orders" }).waitFor();
    await page.getByRole("row").filter({ hasText: "Daily backup" }).first().waitFor();
  }));

test("many rows are checked before they are done", () =>
  visit(async (page) => {
    await start(page, "finn@nordhost.example");
    await go(page, `${(await places(page))["Nordhost Partner"]}/new-clients`);
    await page.getByLabel("Clients", { exact: true }).fill(`Elm ${Date.now()}; ; ; OVERVIEW\n   ; ;`);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("1 of 2 lines are fine. Nothing is done yet.").waitFor();
    await page.getByRole("button", { name: "Go ahead with 1" }).waitFor();
  }));

test("a narrowed partnership takes the page away at the partner's next look", () =>
  visit(async (page) => {
    const context = await page.context().browser().newContext();
    const owner = await context.newPage();
    await start(owner, "olav@fjordfoods.example");
    const id = (await places(owner))["Fjord Foods"];
    await go(owner, `${id}/partners`);
    await owner.getByRole("link", { name: "Baltic Cloud" }).click();
    const change = async (preset) => {
      await owner.getByRole("button", { name: "Change or renew" }).click();
      await owner.getByLabel("The partner may").selectOption(preset);
      await owner.getByRole("button", { name: "Save" }).click();
      await confirm(owner);
    };
    await change("SUPPORT");
    await start(page, "lea@baltic.example");
    await go(page, `${id}/invoices`);
    await page.getByRole("rowheader").first().waitFor();
    await change("OVERVIEW");
    await page.reload();
    await page.getByText("you lack INVOICE_READ here").first().waitFor();
    await change("SUPPORT");
    await context.close();
  }));

/** Proves the identity, if the act asks for it, and waits until it is done. */
async function confirm(page) {
  const asks = page.getByRole("dialog", { name: "Confirm that it is you" });
  const done = page.getByText("Saved.");
  await asks.or(done).first().waitFor();
  if (await asks.isVisible()) {
    await asks.getByLabel("Password").fill("tenantry-demo");
    await asks.getByRole("button", { name: "Confirm" }).click();
  }
  await page.locator("dialog[open]").waitFor({ state: "detached" });
}

test("a second factor is turned on with the picture, asked for, and turned off", () =>
  visit(
    async (page) => {
      await start(page, "dan@twin.example");
      await go(page, "account/security");
      await page.getByRole("button", { name: "Turn on" }).click();
      const dialog = page.getByRole("dialog", { name: "Second factor" });
      await dialog.getByRole("img", { name: "QR code of the secret" }).waitFor();
      await dialog.getByText("I cannot scan it").click();
      const secret = await dialog.locator("pre").textContent();
      await dialog.getByLabel("Code of the app").fill(totp(secret, 0));
      await dialog.getByRole("button", { name: "Turn on" }).click();
      const codes = page.getByRole("dialog", { name: "Recovery codes" }).locator("pre");
      const [recovery] = (await codes.textContent()).split("\n");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByLabel("Email address").fill("dan@twin.example");
      await page.getByLabel("Password").fill("tenantry-demo");
      await page.keyboard.press("Enter");
      await page.getByLabel("Code", { exact: true }).fill(recovery);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Turn off" }).click();
      await page.locator("dialog[open]").getByRole("button", { name: "Turn off" }).click();
      await page.getByRole("button", { name: "Turn on" }).waitFor();
    },
    { expected: /status of 401/ },
  ));

/** A code as authenticator apps make it (RFC 6238). */
function totp(secret, step) {
  const bits = [...secret.replace(/\W/g, "")].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter.toUpperCase()).toString(2).padStart(5, "0"),
  );
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
  const hash = createHmac("sha1", Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))))
    .update(counter)
    .digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("every page fits a phone", () =>
  visit(
    async (page) => {
      const { look, end } = inspection();
      for (const { name, email, place, pages } of STORIES.filter(({ name }) =>
        ["owner", "reseller", "operator"].includes(name),
      )) {
        await start(page, email);
        const id = (await places(page))[place];
        for (const part of pages) {
          await go(page, [id, part].filter(Boolean).join("/"));
          await look(page, `${name}: ${part}`, { isAccessible: false });
          await shoot(page, `phone-${name}-${part || "overview"}`);
        }
        await page.getByRole("button", { name: "Log out" }).click();
        await page.getByLabel("Password").waitFor();
      }
      end();
    },
    { viewport: { width: 360, height: 740 } },
  ));

test("names that are long, written from the right, or scripts, harm nothing", () =>
  visit(async (page) => {
    await start(page, "quentin@stray.example");
    const names = ["ش".repeat(40), "<script>alert(1)</script>", "W".repeat(200)];
    for (const name of names) {
      await go(page, "?all=yes");
      await page.getByRole("button", { name: "New organisation" }).click();
      await page.locator("dialog[open]").getByLabel("Name").fill(name);
      await page.locator("dialog[open]").getByRole("button", { name: "Create" }).click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      await settle(page);
      await inspect(page, name.slice(0, 20));
    }
    await go(page, "?all=yes");
    await inspect(page, page.url());
    await shoot(page, "names");
  }));

test("a server that does not answer is said, and the page goes on when it does again", () =>
  visit(
    async (page) => {
      await start(page, "olav@fjordfoods.example");
      const id = (await places(page))["Fjord Foods"];
      await go(page, id);
      await page.route("**/graphql", (route) => route.abort());
      await page.evaluate((to) => window.navigation.navigate(to), `/console/${id}/members`);
      await page.getByText("The server does not answer.").first().waitFor();
      await page.unroute("**/graphql");
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByRole("rowheader", { name: "Olav Vik" }).waitFor();
    },
    { expected: /ERR_FAILED/ },
  ));

test("an act whose answer was lost is not done twice", () =>
  visit(
    async (page) => {
      await start(page, "dan@twin.example");
      await go(page, "?all=yes");
      const name = `Twin ${Date.now()}`;
      await page.getByRole("button", { name: "New organisation" }).click();
      const dialog = page.locator("dialog[open]");
      await dialog.getByLabel("Name").fill(name);
      await page.route("**/graphql", async (route) => {
        await route.fetch();
        await route.abort();
      });
      await dialog.getByRole("button", { name: "Create" }).click();
      await dialog.getByText("The server does not answer.").waitFor();
      await page.unroute("**/graphql");
      await dialog.getByRole("button", { name: "Create" }).click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      const query = "query($name: String) { viewer { organisations(first: 9, search: $name) { totalCount } } }";
      assert.equal((await ask(page, query, { name })).data.viewer.organisations.totalCount, 1);
    },
    { expected: /ERR_FAILED/ },
  ));

test("what one may not see does not exist, and neither does a page without a name", () =>
  visit(async (page) => {
    await start(page, "quentin@stray.example");
    await go(page, "organisation_01k8cbg1rfebpr2m63s95g1had/invoices");
    await page.getByText("This does not exist, or you may not see it.").waitFor();
    await go(page, "organisation_01k8cbg1rfebpr2m63s95g1had/invoice/invoice_01k8cbg1rfebpr2m63s95g1had");
    await page.getByText("This does not exist, or you may not see it.").waitFor();
    await go(page, "%E0%A4%A");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await go(page, "nowhere");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  }));

test("the pages speak Swedish and German", () =>
  visit(async (page) => {
    await start(page, "olav@fjordfoods.example");
    await go(page, `${(await places(page))["Fjord Foods"]}/members`);
    for (const [locale, title] of [
      ["sv", "Medlemmar"],
      ["de", "Mitglieder"],
    ]) {
      await page.locator(".language select").selectOption(locale);
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
    }
    await page.reload();
    await page.getByRole("heading", { name: "Mitglieder", level: 1 }).waitFor();
    assert.equal((await ask(page, "{ viewer { name } }")).data.viewer.name, "Olav Vik");
  }));

test("who lacks a permission asks for it, and the owner grants it with one click", () =>
  visit(async (page) => {
    await start(page, "nils@lakeschool.example");
    const id = (await places(page))["Lake School"];
    await go(page, id);
    await page.getByRole("button", { name: "you lack MEMBER_READ here" }).first().click();
    await page.getByText("Ask for access").first().click();
    await page.getByLabel("What do you need it for?").fill("The staff list");
    await page.getByRole("button", { name: "Ask for access" }).click();
    await page.getByText("Those who can grant it were told.").first().waitFor();
    const context = await page.context().browser().newContext();
    const owner = await context.newPage();
    await start(owner, "mia@lakeschool.example");
    await go(owner, `${id}/asked`);
    const row = owner.getByRole("row", { name: "Nils Bok" });
    await row.getByText("The staff list").waitFor();
    await row.getByRole("button", { name: "Grant" }).click();
    await owner.getByText("Nobody asks for access.").waitFor();
    await context.close();
    // The page is told that it may show more.
    await page.getByRole("button", { name: "you lack MEMBER_READ here" }).waitFor({ state: "detached" });
    await go(page, `${id}/members`);
    await page.getByRole("row", { name: "Petra Lund" }).waitFor();
  }));
