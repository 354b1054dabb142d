// What surrounds each page: where the person works, the pages there, and who they are.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useQuery } from "./api/hooks";
import { granted } from "./api/request";
import type { HereFragment, Permission, PlaceFragment } from "./api/schema";
import { follow, type Topic, watchSign } from "./live";
import { Do } from "./parts/act";
import { Icon } from "./parts/icon";
import { IdentityDialog } from "./parts/identity";
import { Language } from "./parts/language";
import { Popover } from "./parts/popover";
import { Failed, Loading } from "./parts/states";
import { path } from "./router";
import { Places, ResendVerification } from "./shell.operations";
import { words } from "./words/words";

export type Inside = HereFragment & PlaceFragment & { readonly reseller: { readonly id: string } | null };

interface Props {
  viewer: { readonly name: string; readonly email: string | null; readonly emailVerified: boolean | null };
  inside: Inside | null;
  page: string;
  onLogOut: () => void;
  children: ComponentChildren;
}

export function Shell({ viewer, inside, page, onLogOut, children }: Props) {
  useKeys();
  useEvents(inside, page);
  function leave() {
    // This tab is the one that knows why its session ends.
    follow([]);
    onLogOut();
  }
  const switcher = (
    <Popover
      class="switcher"
      title={words.organisations}
      face={
        <>
          {inside && <span class="mark">{initials(inside.name)}</span>}
          <span class="name">{inside?.name ?? words.chooseOrganisation}</span>
          <Icon name="switch" />
        </>
      }
    >
      {(close) => <PlaceSearch onChosen={close} />}
    </Popover>
  );
  return (
    <div class="shell">
      <a class="skip button" href="#main">
        {words.skip}
      </a>
      <header class="side">
        {switcher}
        {inside && (
          <nav class="pages-nav" aria-label={words.pages}>
            <Menu inside={inside} page={page} />
          </nav>
        )}
        {inside && (
          <div class="small-menu">
            <Popover class="quiet icon" label={words.pages} title={words.pages} face={<Icon name="menu" />}>
              {(close) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: a chosen link closes the menu; Enter on a link clicks it.
                // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what one reaches.
                <div onClick={close}>
                  <Menu inside={inside} page={page} />
                </div>
              )}
            </Popover>
          </div>
        )}
        <Sign />
        <div class="me">
          <a href={path("account")} aria-current={page === "account" ? "page" : undefined}>
            <Icon name="person" />
            <span class="name">{viewer.name}</span>
          </a>
          <button type="button" class="quiet" onClick={leave}>
            {words.logOut}
          </button>
          <Language />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {viewer.emailVerified === false && (
          <div class="notice">
            <Icon name="warning" />
            <p>{words.notVerified(viewer.email ?? "")}</p>
            <Do label={words.sendLink} operation={ResendVerification} variables={{}} done={words.linkSent} />
          </div>
        )}
        {inside && inside.state !== "ACTIVE" && (
          <div class="notice">
            <Icon name="warning" />
            <p>{words.organisationIs(words.states[inside.state])}</p>
          </div>
        )}
        {children}
      </main>
      <IdentityDialog />
    </div>
  );
}

/** Follows what concerns the person and the organisation; on pages that show clients, what happens at those too. */
function useEvents(inside: Inside | null, page: string) {
  const id = inside?.id;
  const may = (permission: Permission) => inside?.viewerPermissions.includes(permission) ?? false;
  const hasEvents = may("ORGANISATION_READ");
  const hasClients = inside?.kind === "OPERATOR" || (inside?.reseller ?? null) !== null;
  const showsClients = hasClients && may("CLIENT_READ") && PAGES_WITH_CLIENTS.has(page);
  useEffect(() => {
    const topics: Topic[] = [{ name: "viewer", id: "" }];
    if (id && hasEvents) topics.push({ name: "organisation", id });
    if (id && showsClients) topics.push({ name: "clients", id });
    follow(topics);
  }, [id, hasEvents, showsClients]);
  useEffect(() => () => follow([]), []);
}

/** Says that the page may be out of date, for as long as it is. */
function Sign() {
  const [isAway, setAway] = useState(false);
  useEffect(() => watchSign(setAway), []);
  return (
    <div class="sign" role="status">
      {isAway && (
        <p>
          <Icon name="warning" />
          {words.notLive}
        </p>
      )}
    </div>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("");

interface Item {
  readonly page: string;
  readonly needs: readonly Permission[];
  /** Pages that this item leads to as well. */
  readonly also?: readonly string[];
}

const SECTIONS: readonly { name: keyof typeof words.sections; items: readonly Item[] }[] = [
  { name: "start", items: [{ page: "", needs: [] }] },
  {
    name: "desk",
    items: [
      {
        page: "desk",
        needs: ["USER_MANAGE", "RESELLER_MANAGE", "ORGANISATION_READ"],
        also: ["people-desk", "requests", "runs", "payments", "months", "tasks", "new-order"],
      },
    ],
  },
  {
    name: "clients",
    items: [
      {
        page: "clients",
        needs: ["CLIENT_READ"],
        also: ["client", "columns", "templates", "drift", "tree", "new-clients", "new-order"],
      },
      { page: "commission", needs: ["COMMISSION_READ"], also: ["statement"] },
    ],
  },
  {
    name: "people",
    items: [
      { page: "members", needs: ["MEMBER_READ"], also: ["invitations", "roles", "access", "asked"] },
      { page: "partners", needs: ["PARTNERSHIP_READ"], also: ["partner", "proposals", "proposal"] },
    ],
  },
  {
    name: "products",
    items: [
      { page: "catalogue", needs: ["SUBSCRIPTION_READ"] },
      { page: "subscriptions", needs: ["SUBSCRIPTION_READ"], also: ["subscription", "orders"] },
      { page: "services", needs: ["SERVICE_READ", "DOMAIN_READ"], also: ["service"] },
      {
        page: "licences",
        needs: ["LICENCE_READ"],
        also: ["directory", "groups", "group", "rules", "rule", "unused", "seats", "assets"],
      },
    ],
  },
  {
    name: "money",
    items: [
      { page: "invoices", needs: ["INVOICE_READ"], also: ["invoice"] },
      { page: "billing", needs: ["BILLING_READ"], also: ["payers"] },
    ],
  },
  {
    name: "control",
    items: [
      { page: "log", needs: ["AUDIT_READ"] },
      { page: "keys", needs: ["API_KEY_READ"] },
      { page: "webhooks", needs: ["WEBHOOK_READ"], also: ["webhook"] },
      { page: "settings", needs: ["ORGANISATION_READ"] },
    ],
  },
];

/** Pages that show clients, and the overview with their figures. */
const PAGES_WITH_CLIENTS = new Set(
  SECTIONS.filter(({ name }) => ["start", "clients", "desk"].includes(name))
    .flatMap(({ items }) => items)
    .flatMap(({ page, also = [] }) => [page, ...also]),
);

/** The pages of which the person may see at least something here. */
function Menu({ inside, page }: { inside: Inside; page: string }) {
  const isOpen = ({ needs }: Item) =>
    needs.length === 0 || needs.some((permission) => inside.viewerPermissions.includes(permission));
  const shown = SECTIONS.filter(
    ({ name }) => (name !== "clients" || inside.reseller !== null) && (name !== "desk" || inside.kind === "OPERATOR"),
  );
  return (
    <>
      {shown.map(({ name, items }) => {
        const open = items.filter(isOpen);
        if (open.length === 0) return null;
        return (
          <section key={name}>
            {words.sections[name] && <h2>{words.sections[name]}</h2>}
            <ul>
              {open.map((item) => (
                <li key={item.page}>
                  <a
                    href={path(inside.id, ...(item.page ? [item.page] : []))}
                    aria-current={item.page === page || item.also?.includes(page) ? "page" : undefined}
                  >
                    {words.pageNames[(item.page || "home") as keyof typeof words.pageNames]}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

/** Finds an organisation by a part of its name, among all that the person may see. */
export function PlaceSearch({ onChosen }: { onChosen?: () => void }) {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery(Places, { search: search || null });
  const found = granted(data?.viewer)?.organisations;
  return (
    <div class="place-search">
      <label>
        {words.search}
        <input ref={field} type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {error ? <Failed error={error} /> : !found && <Loading />}
      {found && (
        <>
          <ul class="places">
            {found.edges.map(({ node }) => (
              <li key={node.id}>
                <a href={path(node.id)} onClick={onChosen}>
                  <span class="name">{node.name}</span>
                  <small>{words.kinds[node.kind]}</small>
                </a>
              </li>
            ))}
          </ul>
          {found.edges.length === 0 && <p class="soft">{words.nothingFound}</p>}
          {(found.totalCount ?? 0) > found.edges.length && (
            <p class="soft">{words.moreFound((found.totalCount ?? 0) - found.edges.length)}</p>
          )}
          <p>
            <a href={`${path()}?all=yes`} onClick={onChosen}>
              {words.allOrganisations}
            </a>
          </p>
        </>
      )}
    </div>
  );
}

export const KEYS_OFF = "tenantry.keys";

/** `/` leads to the search field of the page, `o` to the organisations. Never while somebody writes. */
function useKeys() {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog")) return;
      if (localStorage.getItem(KEYS_OFF)) return;
      if (event.key === "/") document.querySelector<HTMLElement>("[data-key='/']")?.focus();
      else if (event.key === "o") document.querySelector<HTMLElement>(".switcher")?.click();
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
