import { afterEach, expect, test, vi } from "vitest";
import { type Operation, RequestError } from "./request";
import { events, pauseAfter, subscribe } from "./stream";

vi.mock("../words/words", () => ({ locale: () => "de" }));

const operation: Operation<{ viewerEvents: { id: string } }, object> = {
  name: "Test",
  text: "subscription Test { … }",
};
const never = new AbortController().signal;

const inParts = (...parts: (string | Uint8Array<ArrayBuffer>)[]) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const part of parts) controller.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part);
      controller.close();
    },
  });

function answer(
  body: ReadableStream | string,
  init: ResponseInit = { headers: { "content-type": "text/event-stream" } },
) {
  const ask = vi.fn(async (_address: string, _init: RequestInit) => new Response(body, init));
  vi.stubGlobal("fetch", ask);
  return ask;
}

async function all<T>(of: AsyncGenerator<T>): Promise<T[]> {
  const found = [];
  for await (const one of of) found.push(one);
  return found;
}

afterEach(() => vi.unstubAllGlobals());

test("events are read however the network cuts them", async () => {
  const text = new TextEncoder().encode(
    ':\n\nevent: next\ndata: {"name":"Ö"}\n\n:\r\n\r\ndata: a\ndata: b\n\nevent: compl',
  );
  const expected = [
    ["", ""],
    ["next", '{"name":"Ö"}'],
    ["", ""],
    ["", "a\nb"],
  ];
  for (let cut = 0; cut <= text.length; cut++) {
    expect(await all(events(inParts(text.slice(0, cut), text.slice(cut))))).toEqual(expected);
  }
});

test("answers come as data, and beats as nothing", async () => {
  const next = (id: string) => `event: next\ndata: {"data":{"viewerEvents":{"id":"${id}"}}}\n\n`;
  const ask = answer(inParts(":\n\n", next("one"), ":\n\n", next("two"), "event: complete\ndata: \n\n", next("late")));
  const found = await all(subscribe(operation, { after: null }, never));
  expect(found.map((data) => data?.viewerEvents.id)).toEqual([undefined, "one", undefined, "two"]);
  const request = ask.mock.calls[0]?.[1];
  expect(new Headers(request?.headers).get("accept")).toBe("text/event-stream");
  expect(JSON.parse(String(request?.body))).toMatchObject({ operationName: "Test", variables: { after: null } });
});

test("the reason of the end is thrown, and so is a refusal without a stream", async () => {
  const codeOf = (work: Promise<unknown>) =>
    work.catch((error) => {
      expect(error).toBeInstanceOf(RequestError);
      return (error as RequestError).code;
    });
  const error = JSON.stringify({ data: null, errors: [{ message: "No.", extensions: { code: "CONTEXT_LOST" } }] });
  answer(inParts(`:\n\nevent: next\ndata: ${error}\n\nevent: complete\ndata: \n\n`));
  expect(await codeOf(all(subscribe(operation, {}, never)))).toBe("CONTEXT_LOST");
  answer("<h1>Too many</h1>", { status: 429, headers: { "content-type": "text/html" } });
  expect(await codeOf(all(subscribe(operation, {}, never)))).toBe("HTTP_429");
  answer(error, { status: 503, headers: { "content-type": "application/json" } });
  expect(await codeOf(all(subscribe(operation, {}, never)))).toBe("CONTEXT_LOST");
});

test("attempts get rarer, and a busy server is left alone for longer", () => {
  expect([0, 1, 2, 3, 20].map((failures) => pauseAfter(failures, false, 0.5))).toEqual([1e3, 2e3, 4e3, 8e3, 6e4]);
  expect([0, 1].map((random) => pauseAfter(0, true, random))).toEqual([7_500, 22_500]);
});
