// The address is the state of a page: the organisation, the page, its filter and its place in a list. The browser's own
// Navigation API handles links, back and forward, and moves the focus.
import { useEffect, useState } from "preact/hooks";

export const BASE = "/console/";
const listeners = new Set<() => void>();

// A browser without the API loads each page anew, which is slower but works.
const navigation = "navigation" in window ? window.navigation : undefined;

navigation?.addEventListener("navigate", (event) => {
  const to = new URL(event.destination.url);
  if (!event.canIntercept || event.hashChange || event.downloadRequest !== null || !isOurs(to)) return;
  // A new filter leaves the focus where it is. A new page begins at its top.
  const isSamePage = to.pathname === location.pathname;
  event.intercept({
    focusReset: isSamePage ? "manual" : "after-transition",
    scroll: isSamePage ? "manual" : "after-transition",
    handler: async () => {
      for (const listener of listeners) listener();
    },
  });
});

const isOurs = (to: URL) => to.origin === location.origin && to.pathname.startsWith(BASE);

export function useAddress(): URL {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return new URL(location.href);
}

export function go(to: string, history: "auto" | "replace" = "auto") {
  if (navigation) void navigation.navigate(to, { history });
  else if (history === "replace") location.replace(to);
  else location.assign(to);
}

/** The address of a page of an organisation, or of one of its objects. */
export const path = (...parts: string[]) => BASE + parts.map(encodeURIComponent).join("/");

/** A value in the address, and how to change it. Changing one returns to the first page of the list. */
export function useParameters() {
  const address = useAddress();
  return {
    get: (name: string) => address.searchParams.get(name) ?? "",
    with: (changes: Record<string, string>) => withParameters(address, changes),
    set: (changes: Record<string, string>) =>
      go(withParameters(address, { after: "", before: "", ...changes }), "replace"),
    /** Changes one without leaving the page of the list. */
    setQuietly: (changes: Record<string, string>) => go(withParameters(address, changes), "replace"),
    all: address.searchParams,
  };
}

function withParameters(address: URL, changes: Record<string, string>): string {
  const next = new URL(address);
  for (const [key, value] of Object.entries(changes)) {
    if (value) next.searchParams.set(key, value);
    else next.searchParams.delete(key);
  }
  return next.href;
}

const PAGE = 50;

/** The page of a list that the address names, as variables of its query. */
export function usePaging(size = PAGE) {
  const { get } = useParameters();
  return get("before") ? { last: size, before: get("before") } : { first: size, after: get("after") || null };
}

/** Names the tab and the entry in the history. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Tenantry` : "Tenantry";
  }, [title]);
}
