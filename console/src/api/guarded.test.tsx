// Ways to forget that a field can be refused. None of them compiles: `tsc` reports an error that is missing here.
import { expect, test } from "vitest";
import { type Guarded, granted } from "./request";

const shout = (text: string) => text.toUpperCase();

function forget(name: Guarded<string>) {
  // @ts-expect-error: it is drawn.
  const drawn = <p>{name}</p>;
  // @ts-expect-error: it is joined to a text.
  const joined = `Hello ${name}`;
  // @ts-expect-error: something in it is looked at.
  const { length } = name;
  // @ts-expect-error: it is passed on.
  const passed = shout(name);
  return [drawn, joined, length, passed];
}

test("a value that is granted is a value like any other", () => {
  const name: Guarded<string> = "Aspen";
  expect(shout(granted(name) ?? "")).toBe("ASPEN");
  expect(forget).toBeTypeOf("function");
});
