import { expect, test } from "vitest";
import { de } from "./de";
import { inside as deInside } from "./de-inside";
import { en } from "./en";
import { inside } from "./en-inside";
import { sv } from "./sv";
import { inside as svInside } from "./sv-inside";
import { money, percent } from "./words";

test("amounts are counted in the smallest unit of their currency", () => {
  expect(money({ amountMinor: "131333", currency: "NOK" })).toBe("NOK\u00a01,313.33");
  expect(money({ amountMinor: "500", currency: "JPY" })).toBe("JP¥500");
});

test("rates are counted in hundredths of a percent", () => {
  expect([percent(2500), percent(725)]).toEqual(["25%", "7.25%"]);
});

test("no two texts of one page are lost between the files of a language", () => {
  const both = Object.keys(en).filter((name) => name in inside);
  expect(both).toEqual([]);
});

test("no text is empty in one language only", () => {
  const isEmpty = (text: unknown) => text === "";
  for (const other of [
    { ...sv, ...svInside },
    { ...de, ...deInside },
  ]) {
    const all: Record<string, unknown> = other;
    expect(Object.entries({ ...en, ...inside }).filter(([name, text]) => isEmpty(text) !== isEmpty(all[name]))).toEqual(
      [],
    );
  }
});
