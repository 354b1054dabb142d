import { expect, test } from "vitest";
import { de } from "./de";
import { inside as deInside } from "./de-inside";
import { programs as dePrograms } from "./de-programs";
import { en } from "./en";
import { inside } from "./en-inside";
import { programs } from "./en-programs";
import { sv } from "./sv";
import { inside as svInside } from "./sv-inside";
import { programs as svPrograms } from "./sv-programs";
import { money, percent } from "./words";

test("amounts are counted in the smallest unit of their currency", () => {
  expect(money({ amountMinor: "131333", currency: "NOK" })).toBe("NOK\u00a01,313.33");
  expect(money({ amountMinor: "500", currency: "JPY" })).toBe("JP¥500");
});

test("rates are counted in hundredths of a percent", () => {
  expect([percent(2500), percent(725)]).toEqual(["25%", "7.25%"]);
});

test("no two texts of one page are lost between the files of a language", () => {
  const names = [en, inside, programs].flatMap((file) => Object.keys(file));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("no text is empty in one language only", () => {
  const isEmpty = (text: unknown) => text === "";
  for (const other of [
    { ...sv, ...svInside, ...svPrograms },
    { ...de, ...deInside, ...dePrograms },
  ]) {
    const all: Record<string, unknown> = other;
    expect(
      Object.entries({ ...en, ...inside, ...programs }).filter(([name, text]) => isEmpty(text) !== isEmpty(all[name])),
    ).toEqual([]);
  }
});
