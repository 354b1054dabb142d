// Fields that choose what a list shows. Each writes its value to the address.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useParameters } from "../router";
import { words } from "../words/words";

export const Filters = ({ children }: { children: ComponentChildren }) => <search class="filters">{children}</search>;

const PAUSE = 250;

/** Searches when the person pauses. The key `/` leads here. */
export function SearchField({ name = "search", label = words.search }: { name?: string; label?: string }) {
  const { get, set } = useParameters();
  const value = get(name);
  const [text, setText] = useState(value);
  // What the address had last. Only another value in it replaces what somebody is typing.
  const known = useRef(value);
  useEffect(() => {
    if (value !== known.current) setText(value);
    known.current = value;
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      known.current = text;
      set({ [name]: text });
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label>
      {label}
      <input type="search" data-key="/" value={text} onInput={(event) => setText(event.currentTarget.value)} />
    </label>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  /** The values in the address, with their words. */
  choices: Record<string, string>;
  /** The word for no choice. */
  any?: string;
}

export function Choice({ name, label, choices, any = words.any }: ChoiceProps) {
  const { get, set } = useParameters();
  return (
    <label>
      {label}
      <select value={get(name)} onChange={(event) => set({ [name]: event.currentTarget.value })}>
        <option value="">{any}</option>
        {Object.entries(choices).map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

export function DayField({ name, label }: { name: string; label: string }) {
  const { get, set } = useParameters();
  return (
    <label>
      {label}
      <input type="date" value={get(name)} onChange={(event) => set({ [name]: event.currentTarget.value })} />
    </label>
  );
}

/** Some of the states of a thing, with their words. */
export const statesOf = (...names: (keyof typeof words.states)[]) =>
  Object.fromEntries(names.map((name) => [name, words.states[name]]));

/** Links between pages that belong together. */
export const Tabs = ({ label, tabs }: { label: string; tabs: readonly { label: string; href: string }[] }) => (
  <nav class="tabs" aria-label={label}>
    {tabs.map((tab) => (
      <a key={tab.href} href={tab.href} aria-current={tab.href === location.pathname ? "page" : undefined}>
        {tab.label}
      </a>
    ))}
  </nav>
);
