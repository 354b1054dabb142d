// Selling and being paid: an order for a new client, payments that wait for a person, and months of commission.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, go, inspect, places, settle, shoot, start, visit } from "./visit.js";

async function placesOf(page, email, name) {
  await start(page, email);
  return (await places(page))[name];
}

/** Adds a product to the order that is being put together. */
async function add(page, product) {
  await page.locator("li", { hasText: product }).getByRole("button", { name: "Order" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByLabel("Label").fill("nightly");
  await dialog.getByRole("button", { name: "Add to the order" }).click();
  await page.getByRole("region", { name: "Your order" }).getByText(`1 × ${product}`).waitFor();
  await settle(page);
}

async function fillContact(page, name) {
  const contact = page.locator("section", { has: page.getByRole("heading", { name: "Invoices go to" }) });
  await contact.getByLabel("Name").fill(name);
  await contact.getByLabel("Email address").fill("books@birch.example");
  await contact.getByLabel("Address", { exact: true }).fill("Lakeside 1");
  await contact.getByLabel("Country").fill("se");
}

const nameOf = (page) => page.locator("section", { hasText: "Address of the owner" }).getByLabel("Name");
const FINISH = "Create client and place order";

for (const colorScheme of ["light", "dark"]) {
  test(`a reseller creates a client and orders for it in one step when it is ${colorScheme}`, () =>
    visit(
      async (page) => {
        await go(page, `${await placesOf(page, "finn@nordhost.example", "Nordhost Partner")}/clients`);
        await page.getByRole("link", { name: "Order for a new client" }).click();
        await page.getByText("Nothing has a price in this currency.").waitFor();
        await page.getByLabel("Currency").selectOption("SEK");
        await add(page, "Daily backup");
        await inspect(page, "the products of an order for a new client");
        await shoot(page, `new-order-products-${colorScheme}`);
        await page.getByRole("link", { name: "Continue to the client" }).click();
        await page.reload();
        await nameOf(page).waitFor();
        await settle(page);
        // Mistakes stand beside their fields: also where two fields are called "name".
        await page.locator("form").evaluate((form) => {
          form.noValidate = true;
        });
        await fillContact(page, "Birch Books");
        await page.getByRole("button", { name: FINISH }).click();
        await page.waitForFunction(() => document.activeElement?.getAttribute("aria-invalid") === "true");
        assert.equal(await page.locator("[aria-invalid=true]").count(), 1);
        assert.ok(await nameOf(page).evaluate((element) => element === document.activeElement));
        await inspect(page, "the client of an order");
        await shoot(page, `new-order-client-${colorScheme}`);
        const name = `Birch ${Date.now()}`;
        await nameOf(page).fill(name);
        await page.locator("[name='contact.name']").fill("");
        await page.getByRole("button", { name: FINISH }).click();
        await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "contact.name");
        await page.locator("[name='contact.name']").fill("Birch Books");
        await page.getByRole("button", { name: FINISH }).click();
        await page.getByRole("heading", { name: `${name} is created, and its order is placed.` }).waitFor();
        await inspect(page, "a placed order for a new client");
        await shoot(page, `new-order-done-${colorScheme}`);
        await page.getByRole("link", { name: "Orders of the client" }).click();
        await page.getByRole("row").filter({ hasText: "Daily backup" }).waitFor();
      },
      { colorScheme },
    ));

  test(`a payment is recorded, matched and returned when it is ${colorScheme}`, () =>
    visit(
      async (page) => {
        const { id, invoice } = await openInvoice(page);
        await go(page, `${id}/payments`);
        const from = `Fjord ${Date.now()}`;
        await page.getByRole("button", { name: "Record payment" }).click();
        const record = page.getByRole("dialog", { name: "Record payment" });
        await record.getByLabel("Amount").fill(invoice.amount);
        await record.getByLabel("Currency").fill(invoice.currency.toLowerCase());
        await record.getByLabel("From").fill(from);
        await record.getByLabel("What the payer wrote").fill(`invoice ${invoice.number}`);
        await record.getByLabel("Reference of the bank").fill(from);
        await inspect(page, "the form of a payment");
        await record.getByRole("button", { name: "Record payment" }).click();
        const row = page.getByRole("row", { name: from });
        await row.getByText("number in the text").waitFor();
        await inspect(page, "payments that wait");
        await shoot(page, `payments-${colorScheme}`);

        await row.getByRole("button", { name: "Match" }).click();
        const match = page.locator("dialog[open]");
        await match.getByRole("checkbox", { name: invoice.number }).check();
        await inspect(page, "the form that matches a payment");
        await shoot(page, `match-payment-${colorScheme}`);
        await match.getByRole("button", { name: "Match" }).click();
        await row.waitFor({ state: "detached" });
        assert.equal(await stateOf(page, invoice.id), "PAID");

        await page.getByLabel("State").selectOption("MATCHED");
        await row.getByRole("link", { name: "Fjord Foods" }).waitFor();
        await row.getByRole("link", { name: invoice.number }).waitFor();
        await row.getByRole("button", { name: "Return" }).click();
        await page.locator("dialog[open]").getByRole("button", { name: "Return" }).click();
        await row.waitFor({ state: "detached" });
        assert.notEqual(await stateOf(page, invoice.id), "PAID");
        await page.getByLabel("State").selectOption("RETURNED");
        await row.waitFor();
      },
      { colorScheme },
    ));
}

/** The newest open invoice of Fjord Foods, as the operator sees it. */
async function openInvoice(page) {
  const id = await placesOf(page, "pia@operator.example", "Tenantry Operator");
  const { data } = await ask(
    page,
    '{ operator { organisations(first: 1, search: "Fjord Foods") { edges { node { organisationId } } } } }',
  );
  const query = `query ($id: ID!) {
    organisation(id: $id) {
      invoicesToPay(first: 1, filter: { state: [OPEN, OVERDUE] }) {
        edges { node { id number balance { amountMinor currency } } }
      }
    }
  }`;
  const payer = data.operator.organisations.edges[0].node.organisationId;
  const found = (await ask(page, query, { id: payer })).data.organisation.invoicesToPay.edges[0].node;
  const { amountMinor, currency } = found.balance;
  return { id, invoice: { id: found.id, number: found.number, amount: (amountMinor / 100).toFixed(2), currency } };
}

async function stateOf(page, id) {
  const { data } = await ask(page, "query ($id: ID!) { node(id: $id) { ... on Invoice { state } } }", { id });
  return data.node.state;
}

test("a payment of somebody unknown becomes the balance of an organisation that a person finds", () =>
  visit(async (page) => {
    const id = await placesOf(page, "pia@operator.example", "Tenantry Operator");
    await go(page, `${id}/payments`);
    const from = `Nobody ${Date.now()}`;
    await send(page, entry(from, "12.34"));
    await page.keyboard.press("Escape");
    const row = page.getByRole("row", { name: from });
    await row.getByText("No invoice fits").waitFor();
    await row.getByRole("button", { name: "Match" }).click();
    const match = page.locator("dialog[open]");
    await match.getByRole("button", { name: "Match" }).click();
    await match.locator(".mistake").getByText("Name an invoice or the organisation").waitFor();
    await match.getByLabel("Name").fill("gamla");
    await match.getByRole("button", { name: "Gamla Bageriet" }).click();
    await match.getByRole("group", { name: "Open invoices of Gamla Bageriet" }).waitFor();
    await match.getByRole("button", { name: "Match" }).click();
    await row.waitFor({ state: "detached" });
    await go(page, `${id}/payments?state=MATCHED`);
    await row.getByText("12.34 left over").waitFor();
  }));

test("a file of the bank is read once, and says what it did, on a phone as well", () =>
  visit(
    async (page) => {
      await go(page, `${await placesOf(page, "pia@operator.example", "Tenantry Operator")}/payments`);
      const file = entry(`File ${Date.now()}`, "77.00");
      const counts = await send(page, file);
      assert.deepEqual(counts, { new: "1", known: "0" });
      await inspect(page, "the result of a file of the bank");
      await shoot(page, "bank-file-phone");
      await page.keyboard.press("Escape");
      assert.deepEqual(await send(page, file), { new: "0", known: "1" });
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Bank file" }).click();
      await upload(page, "<Document/>");
      await page.locator("dialog[open] .failed").getByText("This is not camt.053 or camt.054").waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".failed").waitFor({ state: "detached" });
      await inspect(page, "payments on a phone");
    },
    { viewport: { width: 360, height: 740 }, expected: /status of 400/ },
  ));

/** A statement with one entry, which names no invoice. */
const entry = (from, amount) => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id></Acct><Ntry>
  <Amt Ccy="SEK">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
  <BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>${from}</AcctSvcrRef>
  <NtryDtls><TxDtls><Amt Ccy="SEK">${amount}</Amt><RltdPties><Dbtr><Nm>${from}</Nm></Dbtr></RltdPties></TxDtls></NtryDtls>
</Ntry></Stmt></BkToCstmrStmt></Document>`;

async function upload(page, text) {
  const file = { name: "statement.xml", mimeType: "text/xml", buffer: Buffer.from(text) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Send" }).click();
}

async function send(page, text) {
  await page.getByRole("button", { name: "Bank file" }).click();
  await upload(page, text);
  const count = (label) => page.locator("dialog[open] li", { hasText: label }).locator(".number").textContent();
  return { new: await count("New payments"), known: await count("Recorded before") };
}

test("the operator closes a month of commission, and the page shows its statements", () =>
  visit(async (page) => {
    const id = await placesOf(page, "pia@operator.example", "Tenantry Operator");
    await go(page, `${id}/months`);
    await page.getByRole("button", { name: "Close a month" }).first().click();
    const dialog = page.locator("dialog[open]");
    const months = await dialog.getByLabel("Month").locator("option").allTextContents();
    const now = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(new Date());
    assert.ok(!months.includes(now), "a month that has not ended");
    await inspect(page, "the form that closes a month");
    await dialog.getByRole("button", { name: "Close a month" }).click();
    await page.getByText(/The month is closed, with \d+ statements?\./).waitFor();
    assert.equal(await page.getByLabel("Month").locator("option:checked").textContent(), months[0]);
    await settle(page);
    await inspect(page, "a closed month");
  }));

test("who may not handle payments is told why", () =>
  visit(async (page) => {
    await go(page, `${await placesOf(page, "finn@nordhost.example", "Nordhost Partner")}/payments`);
    assert.ok((await page.locator("main").textContent()).length > 20);
    assert.equal(await page.getByRole("button", { name: "Record payment" }).count(), 0);
  }));
