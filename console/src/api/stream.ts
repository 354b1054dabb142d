// A subscription, as Server-Sent Events. `EventSource` cannot send a document, so the stream is read by `fetch`.
import { type Answered, asking, type Operation, RequestError, unpack } from "./request";

const STREAM = "text/event-stream";

/** The answers to a subscription, as they come. Between them, nothing (`undefined`) says that the stream is there. It
 * throws why the server refuses or ends the stream. */
export async function* subscribe<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): AsyncGenerator<Data | undefined, void> {
  const response = await fetch("/graphql", { ...asking(operation, variables, STREAM), signal });
  if (!response.body || !response.headers.get("content-type")?.startsWith(STREAM)) throw await refusalOf(response);
  for await (const [name, data] of events(response.body)) {
    if (name === "complete") return;
    yield data ? unpack<Data>(JSON.parse(data) as Answered) : undefined;
  }
}

const LONGEST_PAUSE_MS = 60_000;
const BUSY_PAUSE_MS = 15_000;

/** How long to wait before the next attempt: twice as long after each failure, and never the same for all pages. */
export function pauseAfter(failures: number, isBusy: boolean, random: number): number {
  const pause = Math.min(1_000 * 2 ** failures, LONGEST_PAUSE_MS);
  return Math.max(pause, isBusy ? BUSY_PAUSE_MS : 0) * (0.5 + random);
}

/** A server, or what stands before it, that is too busy for a stream. */
async function refusalOf(response: Response): Promise<RequestError> {
  const answer = (await response.json().catch(() => ({}))) as Answered;
  const [error] = answer.errors ?? [];
  return new RequestError(error?.extensions?.code ?? `HTTP_${response.status}`, error?.message ?? "");
}

/** The name and the data of each event. A comment is an event without both. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly [string, string], void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? "";
      for (const block of blocks) yield read(block);
    }
  } finally {
    // Ends the request, if it has not ended by itself.
    await reader.cancel().catch(() => {});
  }
}

function read(block: string): readonly [string, string] {
  const lines = block.split(/\r?\n/);
  const values = (field: string) =>
    lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ""));
  return [values("event").at(-1) ?? "", values("data").join("\n")];
}
