import { expect, test } from "vitest";
import { Clients } from "../pages/clients.operations";
import { Home } from "../pages/home.operations";
import { Invitations } from "../pages/invitations.operations";
import { Log } from "../pages/log.operations";
import { Orders } from "../pages/subscriptions.operations";
import { Shell } from "../shell.operations";
import { concerns, EVERYTHING, subjectOf } from "./news";

const queries = { Clients, Home, Invitations, Log, Orders, Shell };

function concerned(type: string) {
  const happened = new Set([subjectOf(type)]);
  return Object.entries(queries).flatMap(([name, { shows }]) => (concerns(happened, shows ?? "", null) ? [name] : []));
}

test("an event concerns the queries that show its subject", () => {
  expect(concerned("INVITATION_SENT")).toEqual(["Home", "Invitations", "Log"]);
  expect(concerned("PAYMENT_RECORDED")).toEqual(["Clients", "Home", "Log"]);
  expect(concerned("ORDER_PLACED")).toEqual(["Clients", "Home", "Log", "Orders"]);
  expect(concerned("ASSET_CREATED")).toEqual(["Log"]);
  expect(concerned("ROLE_CHANGED")).toContain("Shell");
});

test("an event concerns the answers that show its object, and a gap concerns all", () => {
  const answer = { organisation: { id: "organisation_1", name: Symbol("refused") } };
  const about = (...happened: string[]) => concerns(new Set(happened), "", answer);
  expect([about("organisation_1"), about("organisation_2"), about("ASSET"), about()]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(about("ASSET", EVERYTHING)).toBe(true);
});
