import { expect, test } from "vitest";
import { linesOf, withLines } from "./order-lines";

test("lines survive the way through the address", () => {
  const lines = [
    { productId: "product_1", quantity: 3, term: "ANNUAL", interval: "MONTH", attributes: [] },
    {
      productId: "product_2",
      quantity: 1,
      term: "MONTHLY",
      interval: "MONTH",
      attributes: [{ name: "domain", value: "a=b.example" }],
    },
  ] as const;
  const address = withLines("http://x/console/o/catalogue?search=a", [...lines]);
  expect(linesOf(new URL(address).searchParams)).toEqual(lines);
});

test("a line that somebody mangled is left out", () => {
  expect(linesOf(new URLSearchParams("line=product_1"))).toEqual([]);
});
