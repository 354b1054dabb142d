// The frame of every page: its title, its acts, and the life of its query. No page is ever blank.
import type { ComponentChildren } from "preact";
import { refreshAll, useQuery } from "../api/hooks";
import { type Guarded, type Operation, reasonOf } from "../api/request";
import { useTitle } from "../router";
import { words } from "../words/words";
import { Guard, GuardedPart } from "./guard";
import { Failed, Loading } from "./states";

/** What every page of an organisation gets: its id, and the rest of the address. */
export interface PageProps {
  readonly organisation: string;
  readonly object: string;
}

interface HeadProps {
  title: string;
  /** A link to the list that this page belongs to. */
  above?: { label: string; href: string };
  about?: ComponentChildren;
  children?: ComponentChildren;
}

export function Head({ title, above, about, children }: HeadProps) {
  useTitle(title);
  return (
    <div class="head">
      <div>
        {above && (
          <a class="above" href={above.href}>
            {above.label}
          </a>
        )}
        <h1>{title}</h1>
        {about && <p class="about">{about}</p>}
      </div>
      {children && <div class="acts">{children}</div>}
    </div>
  );
}

interface AskProps<Data, Variables, Found> {
  query: Operation<Data, Variables>;
  variables: Variables;
  /** The title until the answer is there. */
  title: string;
  /** The object of the page. If it is not there, or not for this person, the page says so and nothing more. */
  of: (data: Data) => Guarded<Found>;
  children: (found: Found, isLoading: boolean) => ComponentChildren;
}

export function Ask<Data, Variables, Found>({
  query,
  variables,
  title,
  of,
  children,
}: AskProps<Data, Variables, Found>) {
  const { data, error, isLoading } = useQuery(query, variables);
  if (!data) {
    return (
      <>
        <Head title={title} />
        {error ? <Failed error={error} retry={refreshAll} /> : <Loading />}
      </>
    );
  }
  const found = of(data);
  if (found === null || typeof found === "symbol") {
    return (
      <>
        <Head title={title} />
        {typeof found === "symbol" && reasonOf(found)?.permission ? (
          <GuardedPart of={found}>{() => null}</GuardedPart>
        ) : (
          <p class="empty">{words.notThere}</p>
        )}
      </>
    );
  }
  return (
    <>
      {error && <Failed error={error} retry={refreshAll} />}
      {children(found as Found, isLoading)}
    </>
  );
}

interface PartProps<T> {
  title: string;
  of: Guarded<T> | undefined;
  acts?: ComponentChildren;
  empty?: ComponentChildren;
  children: (value: T) => ComponentChildren;
}

/** A part of a page that the server may refuse as a whole. */
export function Part<T>({ title, of, acts, empty, children }: PartProps<T>) {
  return (
    <section class="part">
      <div class="part-head">
        <h2>{title}</h2>
        {acts && <div class="acts">{acts}</div>}
      </div>
      <GuardedPart of={of} empty={<p class="empty">{empty ?? words.nothing}</p>}>
        {children}
      </GuardedPart>
    </section>
  );
}

/** Names and values side by side. */
export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="facts">{children}</dl>;

interface FactProps<T> {
  label: string;
  of: Guarded<T> | undefined;
  children?: (value: T) => ComponentChildren;
}

export const Fact = <T,>({ label, of, children = (value) => String(value) }: FactProps<T>) => (
  <div>
    <dt>{label}</dt>
    <dd>
      <Guard of={of}>{children}</Guard>
    </dd>
  </div>
);
