// Webhooks by the pages alone: made, tested, changed, refused and deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, base, go, inspect, places, settle, shoot, start, visit } from "./visit.js";

/** Acts on webhooks ask for a fresh proof of identity. */
async function confirm(page, isDone) {
  const asks = page.getByRole("dialog", { name: "Confirm that it is you" });
  await asks.or(isDone).first().waitFor();
  if (!(await asks.isVisible())) return;
  await asks.getByLabel("Password").fill("tenantry-demo");
  await asks.getByRole("button", { name: "Confirm" }).click();
  await isDone.first().waitFor();
}

/** Fills in the form and creates the webhook. Gives the secret that is shown once. */
async function create(page, name) {
  await page.getByRole("button", { name: "New webhook" }).click();
  const dialog = page.getByRole("dialog", { name: "New webhook" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Address", { exact: true }).fill("https://hooks.example.invalid/tenantry");
  await dialog.getByText("INVOICE_READ", { exact: true }).click();
  await dialog.getByText("Only some events").click();
  return dialog;
}

for (const colorScheme of ["light", "dark"]) {
  test(`a webhook is created, tested, changed and deleted when it is ${colorScheme}`, () =>
    visit(
      async (page) => {
        await start(page, "olav@fjordfoods.example");
        const id = (await places(page))["Fjord Foods"];
        await go(page, `${id}/webhooks`);
        const name = `Books ${colorScheme} ${Date.now()}`;
        const dialog = await create(page, name);
        assert.equal(await dialog.getByText("member.joined", { exact: true }).count(), 0, "closed to INVOICE_READ");
        await dialog.getByText("invoice.issued", { exact: true }).click();
        await inspect(page, "the form of a webhook");
        await shoot(page, `webhook-form-${colorScheme}`);
        await dialog.getByRole("button", { name: "Create" }).click();
        const secret = dialog.locator("pre");
        await confirm(page, secret);
        assert.match(await secret.textContent(), /^whsec_/);
        await page.keyboard.press("Escape");

        await page.getByRole("link", { name }).click();
        await page.getByText("Nothing was sent yet.", { exact: false }).waitFor();
        await page.getByRole("button", { name: "Send a test" }).click();
        // No program receives it: the page shows by itself that the attempt failed.
        const row = page.getByRole("row", { name: "Test" });
        await row.getByText("1 attempt").waitFor({ timeout: 20_000 });
        await row.getByText("No answer").waitFor();
        await settle(page);
        await inspect(page, "a webhook");
        await shoot(page, `webhook-${colorScheme}`);
        await row.getByRole("button", { name: "View" }).click();
        const attempts = page.getByRole("dialog", { name: "Attempts to deliver it" });
        await attempts.locator(".mistake").waitFor();
        await inspect(page, "the attempts of a delivery");
        await shoot(page, `webhook-attempts-${colorScheme}`);
        await page.keyboard.press("Escape");

        await page.getByRole("button", { name: "Change", exact: true }).click();
        const change = page.getByRole("dialog", { name });
        assert.ok(await change.getByRole("checkbox", { name: "invoice.issued" }).isChecked());
        // Taking the permission away takes its events away, and never means all the others.
        await change.getByText("MEMBER_READ", { exact: true }).click();
        await change.getByText("INVOICE_READ", { exact: true }).click();
        await change.getByRole("button", { name: "Save" }).click();
        await confirm(page, change.locator(".mistake"));
        await change.getByText("INVOICE_READ", { exact: true }).click();
        await change.getByLabel("Name", { exact: true }).fill(`${name} II`);
        await change.getByText("Strictly in order").click();
        await change.getByRole("button", { name: "Save" }).click();
        await confirm(page, page.getByRole("heading", { name: `${name} II`, level: 1 }));

        await page.getByRole("button", { name: "New secret" }).click();
        const rotate = page.getByRole("dialog", { name: `New secret for ${name} II` });
        await rotate.getByRole("button", { name: "New secret" }).click();
        await confirm(page, rotate.locator("pre"));
        assert.match(await rotate.locator("pre").textContent(), /^whsec_/);
        await page.keyboard.press("Escape");

        await page.getByRole("button", { name: "Delete" }).click();
        await page.locator("dialog[open]").getByRole("button", { name: "Delete" }).click();
        await page.getByRole("heading", { name: "Webhooks", level: 1 }).waitFor();
        const query = "query($id: ID!) { organisation(id: $id) { webhooks { edges { node { name } } } } }";
        const { data } = await ask(page, query, { id });
        assert.ok(!data.organisation.webhooks.edges.some(({ node }) => node.name.startsWith(name)));
      },
      { colorScheme },
    ));
}

test("a webhook says beside the field what is wrong with its address", () =>
  visit(async (page) => {
    await start(page, "olav@fjordfoods.example");
    await go(page, `${(await places(page))["Fjord Foods"]}/webhooks`);
    const dialog = await create(page, "Inside");
    await dialog.getByLabel("Address", { exact: true }).fill("https://127.0.0.1/");
    await dialog.getByRole("button", { name: "Create" }).click();
    await confirm(page, dialog.locator(".mistake"));
    const field = dialog.getByLabel("Address", { exact: true });
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok(await field.evaluate((element) => element === document.activeElement));
  }));

test("a permission that the person does not hold can be unticked and ticked again", () =>
  visit(async (page) => {
    await start(page, "olav@fjordfoods.example");
    const id = (await places(page))["Fjord Foods"];
    await go(page, `${id}/webhooks`);
    const name = `Handed over ${Date.now()}`;
    const dialog = await create(page, name);
    await dialog.getByText("Only some events").click();
    await dialog.getByRole("button", { name: "Create" }).click();
    await confirm(page, dialog.locator("pre"));
    await page.keyboard.press("Escape");
    const hold = await giveRole(page, id, name);
    try {
      await visit(async (tor) => {
        await start(tor, "tor@fjordfoods.example");
        await go(tor, `${id}/webhooks`);
        await tor.getByRole("link", { name }).click();
        await tor.getByRole("button", { name: "Change", exact: true }).click();
        const box = tor.getByRole("dialog", { name }).getByRole("checkbox", { name: "INVOICE_READ" });
        await box.uncheck();
        await box.check();
        assert.equal(
          await tor.getByRole("dialog", { name }).getByRole("checkbox", { name: "LICENCE_READ" }).count(),
          0,
        );
      });
    } finally {
      await hold.end();
    }
  }));

/** Gives Tor a role that manages webhooks and reads no invoices, for a while. */
async function giveRole(page, organisationId, name) {
  const members = `query ($id: ID!) {
    organisation(id: $id) { members { edges { node { id user { name } roles { id builtIn } } } } }
  }`;
  const all = (await ask(page, members, { id: organisationId })).data.organisation.members.edges;
  const tor = all.map(({ node }) => node).find(({ user }) => user.name === "Tor Eide");
  const run = async (field, selection, input) => {
    const type = `${field[0].toUpperCase()}${field.slice(1)}Input`;
    const text = `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { message } } }`;
    const payload = (await ask(page, text, { input })).data[field];
    assert.deepEqual(payload.userErrors, []);
    return payload;
  };
  const permissions = ["ORGANISATION_READ", "MEMBER_READ", "WEBHOOK_READ", "WEBHOOK_MANAGE"];
  const { role } = await run("createRole", "role { id }", { organisationId, name, permissions });
  const give = (roles) => run("updateMember", "", { membershipId: tor.id, roles });
  await give([{ roleId: role.id }]);
  return {
    async end() {
      await give(tor.roles.map(({ builtIn }) => ({ builtIn })));
      await run("deleteRole", "", { roleId: role.id });
    },
  };
}

test("a reseller covers its clients, on a phone as well", () =>
  visit(
    async (page) => {
      await start(page, "finn@nordhost.example");
      await go(page, `${(await places(page))["Nordhost Partner"]}/webhooks`);
      const dialog = await create(page, "Clients");
      await dialog.getByText("Events of clients too").click();
      const clients = dialog.getByRole("group", { name: "Reads at clients" });
      await clients.getByText("MEMBER_READ", { exact: true }).click();
      await dialog.getByText("member.joined", { exact: true }).click();
      await inspect(page, "the form of a reseller's webhook on a phone");
      await shoot(page, "webhook-form-phone");
      await dialog.getByRole("button", { name: "Create" }).click();
      await confirm(page, dialog.locator("pre"));
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Clients", exact: true }).last().click();
      await page.getByRole("heading", { name: "Reads at clients" }).waitFor();
      await settle(page);
      await inspect(page, "a reseller's webhook on a phone");
      await shoot(page, "webhook-phone");
    },
    { viewport: { width: 360, height: 740 } },
  ));

test("who may not read webhooks is told why, and a foreign one does not exist", () =>
  visit(async (page) => {
    await start(page, "nils@lakeschool.example");
    const id = (await places(page))["Lake School"];
    await go(page, `${id}/webhooks`);
    await page.getByText("you lack WEBHOOK_READ here").first().waitFor();
    await page.getByRole("button", { name: "New webhook: you lack WEBHOOK_MANAGE here. Why?" }).waitFor();
    await page.goto(`${base}/console/${id}/webhook/webhook_01k8cbg1rfebpr2m63s95g1had`);
    await page.getByText("This does not exist, or you may not see it.").waitFor();
  }));
