import { afterEach, expect, test, vi } from "vitest";
import { type Guarded, granted, isRefused, type Operation, RequestError, reasonOf, send } from "./request";

vi.mock("../words/words", () => ({ locale: () => "sv" }));

const operation: Operation<{ organisation: { name: string; invoices: Guarded<number> } }, object> = {
  name: "Test",
  text: "query Test { … }",
};
const answer = (body: object) => {
  const ask = vi.fn(async (_address: string, _init: RequestInit) => new Response(JSON.stringify(body)));
  vi.stubGlobal("fetch", ask);
  return ask;
};
const error = (code: string, path?: string[]) => ({
  message: "No.",
  path,
  extensions: { code, permission: "INVOICE_READ", organisation: "o", requestId: "r" },
});

afterEach(() => vi.unstubAllGlobals());

test("a refused field stands in the data as a refusal, and its siblings stay", async () => {
  answer({
    data: { organisation: { name: "Aspen", invoices: null } },
    errors: [error("FORBIDDEN", ["organisation", "invoices"])],
  });
  const { name, invoices } = (await send(operation, {})).organisation;
  expect([name, granted(invoices)]).toEqual(["Aspen", null]);
  expect(isRefused(invoices) && reasonOf(invoices)).toEqual({
    code: "FORBIDDEN",
    message: "No.",
    permission: "INVOICE_READ",
    organisation: "o",
  });
});

test("a fault stops the whole answer and names the request", async () => {
  answer({ data: { organisation: null }, errors: [error("INTERNAL", ["organisation"])] });
  await expect(send(operation, {})).rejects.toEqual(new RequestError("INTERNAL", "No.", "r"));
});

test("a server that does not answer is no fault of the question", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  await expect(send(operation, {})).rejects.toMatchObject({ code: "NO_ANSWER" });
});

test("an answer that is not JSON counts as no answer", async () => {
  vi.stubGlobal("fetch", async () => new Response("<html>Bad gateway</html>", { status: 502 }));
  await expect(send(operation, {})).rejects.toMatchObject({ code: "NO_ANSWER" });
});

test("the server is asked for messages in the person's language", async () => {
  const ask = answer({ data: {} });
  await send(operation, {});
  expect(new Headers(ask.mock.calls[0]?.[1].headers).get("accept-language")).toBe("sv");
});
