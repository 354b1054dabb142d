// The groups of the directory, and lists that show more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, go, inspect, places, settle, shoot, start, visit } from "./visit.js";

const GROUPS = 25;
const PEOPLE = 60;

/** A group with people of its own and many groups in it. */
async function sync(page, organisationId) {
  const mutation = "mutation ($input: SyncDirectoryInput!) { syncDirectory(input: $input) { userErrors { message } } }";
  const count = (length, make) => Array.from({ length }, (_, index) => make(String(index + 1).padStart(2, "0")));
  const people = count(PEOPLE, (one) => ({ externalId: `person-${one}`, name: `Person ${one}`, unitPath: "/All" }));
  const groups = count(GROUPS, (one) => ({ externalId: `team-${one}`, name: `Team ${one}` }));
  const members = [
    ...people.map(({ externalId }) => ({ personExternalId: externalId })),
    ...groups.map(({ externalId }) => ({ groupExternalId: externalId })),
  ];
  const all = { externalId: "everybody", name: "Everybody", members };
  const input = { organisationId, syncId: `test-${Date.now()}`, mode: "PATCH", people, groups: [...groups, all] };
  const { data } = await ask(page, mutation, { input });
  assert.deepEqual(data.syncDirectory.userErrors, []);
}

for (const colorScheme of ["light", "dark"]) {
  test(`a group shows its people in pages and its groups step by step when it is ${colorScheme}`, () =>
    visit(
      async (page) => {
        await start(page, "olav@fjordfoods.example");
        const id = (await places(page))["Fjord Foods"];
        await sync(page, id);
        await go(page, `${id}/groups`);
        await page.getByRole("searchbox").fill("every");
        await page.getByText("1 row", { exact: true }).waitFor();
        await inspect(page, "groups");
        await shoot(page, `groups-${colorScheme}`);
        await page.getByRole("link", { name: "Everybody" }).click();
        await page.getByRole("heading", { name: "Everybody", level: 1 }).waitFor();
        await settle(page);
        const inside = page.locator("section.part", { hasText: "Groups inside" });
        assert.equal(await inside.getByRole("listitem").count(), 20);
        await inside.getByText(`20 of ${GROUPS}`).waitFor();
        await inspect(page, "a group");
        await shoot(page, `group-${colorScheme}`);
        await inside.getByRole("button", { name: "Show more: Groups inside" }).click();
        await inside.getByRole("link", { name: `Team ${GROUPS}` }).waitFor();
        assert.equal(await inside.getByRole("button").count(), 0, "there is no more");
        // How much is shown stands in the address, and does not change the page of another list.
        await page.getByText(`50 of ${PEOPLE}`).waitFor();
        await page.getByRole("link", { name: "Next" }).click();
        await page.getByRole("rowheader", { name: `Person ${PEOPLE}` }).waitFor();
        await page.reload();
        await page.getByRole("rowheader", { name: `Person ${PEOPLE}` }).waitFor();
        await inside.getByRole("link", { name: `Team ${GROUPS}` }).waitFor();
        assert.equal(await inside.getByRole("listitem").count(), GROUPS);
        await inside.getByRole("link", { name: "Team 01" }).click();
        await page.getByText("Nobody is in the group itself.").waitFor();
      },
      { colorScheme },
    ));
}
