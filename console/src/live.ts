// Keeps the screen up to date. The server tells what happens, and what shows it is asked for again.
//
// Each stream is open once in a browser, however many tabs show what it is about: over HTTP/1.1 a browser opens only six
// connections to one server. The tab that holds the lock of a stream reads it, and tells the others.
import { refreshSome } from "./api/hooks";
import { concerns, EVERYTHING, subjectOf } from "./api/news";
import { context, granted, RequestError } from "./api/request";
import type { NewsFragment } from "./api/schema";
import { pauseAfter, subscribe } from "./api/stream";
import { ClientEvents, OrganisationEvents, ViewerEvents } from "./live.operations";
import { announce } from "./parts/toast";
import { go, path } from "./router";
import { words } from "./words/words";

/** A beat comes every 15 seconds. */
const SILENCE_MS = 45_000;
/** A stream that is refused begins as any other, and ends at once. */
const REFUSAL_MS = 1_000;
/** A stream that has lasted so long begins again as if for the first time. */
const STABLE_MS = 10_000;
/** A hidden tab goes on for so long: people often come back at once. */
const HIDDEN_MS = 60_000;
/** One failure alone is a server that restarts. */
const FAILURES_TO_SHOW = 2;
const BETWEEN_REFRESHES_MS = 1_000;
/** Beyond so many subjects and objects, everything is asked for again. */
const MOST_WAITING = 200;

/** The person may not have the stream, or not any more. */
const FINAL = new Set(["UNAUTHENTICATED", "CONTEXT_LOST", "FORBIDDEN", "NOT_FOUND"]);
/** The server has too many streams or requests. */
const BUSY = new Set(["LIMITED", "UNAVAILABLE", "HTTP_429", "HTTP_503"]);

/** What a stream is about. */
export interface Topic {
  readonly name: "viewer" | "organisation" | "clients";
  readonly id: string;
}

interface Channel extends Topic {
  readonly key: string;
  /** The last event: the stream goes on behind it. */
  after: string | undefined;
  isAway: boolean;
  stop?: AbortController;
}

/** What tabs tell each other. */
interface Word {
  readonly key: string;
  readonly news?: NewsFragment;
  readonly hasGap?: boolean;
  readonly isAway?: boolean;
  readonly endedBy?: string;
}

const channels = new Map<string, Channel>();
const tabs = new BroadcastChannel("tenantry.live");
const SHOWN = "shown";
const isVisible = () => document.visibilityState === "visible";

/** Follows these topics from now on, and no others. */
export function follow(topics: readonly Topic[]) {
  const wanted = new Map(topics.map((topic) => [`${topic.name}:${topic.id}`, topic]));
  for (const [key, channel] of channels) {
    if (wanted.has(key)) continue;
    channel.stop?.abort();
    channels.delete(key);
  }
  for (const [key, topic] of wanted) {
    if (channels.has(key)) continue;
    const channel: Channel = { ...topic, key, after: undefined, isAway: false };
    channels.set(key, channel);
    if (isVisible()) open(channel);
  }
  showSign();
}

function open(channel: Channel) {
  if (channel.stop && !channel.stop.signal.aborted) return;
  const stop = new AbortController();
  channel.stop = stop;
  const { signal } = stop;
  navigator.locks.request(`tenantry.live.${channel.key}`, { signal }, () => stay(channel, signal)).catch(() => {});
}

function closeAll() {
  for (const { stop } of channels.values()) stop?.abort();
}

/** Reads the stream again and again, until it is not wanted any more or the server has ended it for good. */
async function stay(channel: Channel, signal: AbortSignal) {
  let failures = 0;
  while (!signal.aborted) {
    const begun = Date.now();
    const code = await listen(channel, signal);
    if (signal.aborted) return;
    if (FINAL.has(code)) return tell(channel, { key: channel.key, endedBy: code });
    // An event that is too old: all is asked for anew.
    if (code === "INVALID_INPUT" && channel.after) {
      channel.after = undefined;
      continue;
    }
    const isBusy = BUSY.has(code);
    failures = Date.now() - begun > STABLE_MS ? 0 : failures + 1;
    if (isBusy || failures >= FAILURES_TO_SHOW) tell(channel, { key: channel.key, isAway: true });
    await rest(pauseAfter(failures, isBusy, Math.random()), signal);
  }
}

const sleepers = new Set<() => void>();
function wakeAll() {
  for (const wake of sleepers) wake();
}
addEventListener("online", wakeAll);

/** Waits for the next attempt, but not once the server can be reached again. */
const rest = (length: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      sleepers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, length);
    sleepers.add(wake);
    signal.addEventListener("abort", wake, { once: true });
  });

/** Reads one stream to its end, and says why it ended. */
async function listen(channel: Channel, signal: AbortSignal): Promise<string> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const { key, after } = channel;
  let isOpen = false;
  let opening: ReturnType<typeof setTimeout> | undefined;
  const opened = () => {
    clearTimeout(opening);
    if (isOpen) return;
    isOpen = true;
    // What happened before a first stream was open is not told.
    tell(channel, { key, isAway: false, hasGap: after === undefined });
    wakeAll();
  };
  try {
    for await (const news of newsOf(channel, AbortSignal.any([signal, silence.signal]))) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      if (news) {
        opened();
        tell(channel, { key, news });
      } else {
        opening ??= setTimeout(opened, REFUSAL_MS);
      }
    }
    return "OVER";
  } catch (error) {
    return error instanceof RequestError ? error.code : "NO_ANSWER";
  } finally {
    clearTimeout(timer);
    clearTimeout(opening);
  }
}

async function* newsOf({ name, id, after }: Channel, signal: AbortSignal) {
  if (name === "viewer") {
    for await (const data of subscribe(ViewerEvents, { after }, signal)) yield data && granted(data.viewerEvents);
  } else if (name === "organisation") {
    for await (const data of subscribe(OrganisationEvents, { id, after }, signal)) yield data && granted(data.events);
  } else {
    for await (const data of subscribe(ClientEvents, { id, after }, signal)) yield data && granted(data.clientEvents);
  }
}

function tell(channel: Channel, word: Word) {
  tabs.postMessage(word);
  hear(channel, word);
}

function hear(channel: Channel, { news, hasGap, isAway, endedBy }: Word) {
  if (news) {
    channel.after = news.id;
    waiting.add(subjectOf(news.type));
    if (news.objectId) waiting.add(news.objectId);
  }
  if (hasGap || waiting.size > MOST_WAITING) waiting = new Set([EVERYTHING]);
  if (news || hasGap) void collect();
  if (isAway !== undefined && isAway !== channel.isAway) {
    channel.isAway = isAway;
    showSign();
  }
  if (endedBy) end(channel, endedBy);
}

function end(channel: Channel, code: string) {
  channel.isAway = false;
  showSign();
  if (code === "UNAUTHENTICATED") {
    follow([]);
    context.whenEnded();
  } else if (code === "CONTEXT_LOST" && channel.name === "organisation" && channel.id === context.organisation) {
    go(`${path()}?all=yes`);
    announce(words.placeLost);
  } else {
    waiting.add(EVERYTHING);
    void collect();
  }
}

tabs.addEventListener("message", ({ data }: MessageEvent<Word | typeof SHOWN>) => {
  // Another tab is looked at now.
  if (data === SHOWN) return isVisible() ? undefined : closeAll();
  const channel = channels.get(data.key);
  if (channel) hear(channel, data);
});

/** Tabs that are hidden leave the connections to this one. */
const comeToFront = () => tabs.postMessage(SHOWN);
if (isVisible()) comeToFront();

let hiding: ReturnType<typeof setTimeout> | undefined;
addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (!isVisible()) {
    hiding = setTimeout(closeAll, HIDDEN_MS);
    return;
  }
  comeToFront();
  for (const channel of channels.values()) open(channel);
});

// The sign that a stream is away.

let show = (_isAway: boolean) => {};

/** Says whether a stream is away, now and whenever that changes. */
export function watchSign(listener: (isAway: boolean) => void) {
  show = listener;
  showSign();
}

const showSign = () => show([...channels.values()].some(({ isAway }) => isAway));

// What is asked for again.

/** Subjects and objects of events whose effects are not on the screen yet. */
let waiting = new Set<string>();
let isCollecting = false;

const pause = (length: number) => new Promise((resolve) => setTimeout(resolve, length));

/** Asks again for what shows the events, together for those that come in a burst. */
async function collect() {
  if (isCollecting) return;
  isCollecting = true;
  // Not all pages that hear of it ask at the same moment.
  await pause(200 + 400 * Math.random());
  while (waiting.size > 0) {
    if (isVisible() && !isFillingIn()) {
      const happened = waiting;
      waiting = new Set();
      await keepingFocus(() => refreshSome((shows, answer) => concerns(happened, shows, answer)));
    }
    await pause(BETWEEN_REFRESHES_MS);
  }
  isCollecting = false;
}

/** A row that moves to another place would lose the focus. */
async function keepingFocus(work: () => Promise<unknown>) {
  const held = document.activeElement;
  await work();
  requestAnimationFrame(() => {
    const isLost = document.activeElement === document.body && held !== document.body;
    if (isLost && held instanceof HTMLElement && held.isConnected) held.focus({ preventScroll: true });
  });
}

/** Forms that somebody has typed into, and not sent yet. */
const touched = new WeakSet<HTMLFormElement>();
addEventListener("input", ({ target }) => {
  const form = (target as HTMLInputElement).form;
  if (form) touched.add(form);
});
addEventListener("submit", ({ target }) => touched.delete(target as HTMLFormElement));

const isFillingIn = () =>
  document.querySelector("dialog[open]") !== null || [...document.forms].some((form) => touched.has(form));
