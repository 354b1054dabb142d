// The frame of pages for people who are not logged in.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { path, useTitle } from "../router";
import { settings } from "../session";
import { words } from "../words/words";
import { Language } from "./language";

interface Props {
  title: string;
  brand?: string;
  children: ComponentChildren;
}

export function Card({ title, brand, children }: Props) {
  const [name, setName] = useState(brand ?? "");
  useEffect(() => void settings.then((known) => setName(known.name)), []);
  useTitle(title);
  return (
    <div class="outside">
      <header>
        <a class="brand" href={path()}>
          <img src="/console/icon.svg" alt="" width="24" height="24" />
          {name || "Tenantry"}
        </a>
        <Language />
      </header>
      <main class="card" id="main" tabIndex={-1}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}

/** The end of a task: what was done, and where to go on. */
export const CardDone = ({ text, to = words.toLogIn, href = path() }: { text: string; to?: string; href?: string }) => (
  <>
    <p role="status">{text}</p>
    <p>
      <a class="button main" href={href}>
        {to}
      </a>
    </p>
  </>
);

let link = { path: "", token: "" };

/** The secret of a link in a mail. It is taken out of the address, so that it does not stay in the history. */
export function useToken(): string {
  const found = new URLSearchParams(location.search).get("token");
  if (found) link = { path: location.pathname, token: found };
  useEffect(() => history.replaceState(null, "", location.pathname), []);
  return link.path === location.pathname ? link.token : "";
}
