// A list that is a part of a page: its first rows, and a button that shows more of them. How many pages are shown stands in
// the address.
import type { ComponentChildren } from "preact";
import { type Pages, useFollowing } from "../api/hooks";
import type { Guarded, Operation } from "../api/request";
import { useParameters } from "../router";
import { number, words } from "../words/words";
import { Part } from "./page";
import { Failed } from "./states";

interface Counted<Row> extends Pages<Row> {
  readonly totalCount?: number | null;
}

/** The names of the lists whose cursors a query takes: `linesAfter` is that of `lines`. */
type ListOf<Variable> = Variable extends `${infer Name}After` ? Name : never;

interface Props<Data, Variables, Row> {
  /** The name of the list in the address. The query takes the cursor as `{name}After`. */
  name: ListOf<keyof Variables>;
  /** What the list is called. */
  label: string;
  /** The query of the page, and what it was asked with. Further pages are the same query with a cursor. */
  query: Operation<Data, Variables>;
  variables: NoInfer<Variables>;
  of: Counted<Row>;
  /** Finds the list in an answer. */
  listOf: (data: Data) => Guarded<Counted<Row>> | undefined;
  /** Draws the rows. `foot` says how many there are, and has the button; it is null if all are there from the start. */
  children: (
    rows: { readonly edges: Pages<Row>["edges"]; readonly totalCount: number | null },
    foot: ComponentChildren,
  ) => ComponentChildren;
}

export function More<Data, Variables, Row>(props: Props<Data, Variables, Row>) {
  const { name, label, query, variables, of, listOf, children } = props;
  const { get, setQuietly } = useParameters();
  const pages = Math.max(0, Number(get(name)) || 0);
  const at = (after: string | null) => ({ ...variables, [`${name}After`]: after });
  const { data, error, isLoading } = useFollowing(query, of, pages, at, listOf);
  const edges = [...of.edges, ...(data?.edges ?? [])];
  const hasMore = (pages === 0 ? of : data)?.pageInfo?.hasNextPage ?? isLoading;
  const total = of.totalCount ?? null;
  return (
    <>
      {children(
        { edges, totalCount: total },
        of.pageInfo?.hasNextPage && (
          <div class="pages">
            <p role="status">
              {total !== null && total > edges.length
                ? words.someOf(number(edges.length), number(total))
                : words.rows(edges.length)}
            </p>
            {hasMore && (
              <button
                type="button"
                aria-busy={isLoading}
                aria-label={words.showMoreOf(label)}
                onClick={() => setQuietly({ [name]: String(pages + 1) })}
              >
                {words.showMore}
              </button>
            )}
          </div>
        ),
      )}
      {error && <Failed error={error} />}
    </>
  );
}

interface PartProps<Data, Variables, Row> extends Omit<Props<Data, Variables, Row>, "of" | "label"> {
  title: string;
  of: Guarded<Counted<Row>> | undefined;
  acts?: ComponentChildren;
}

/** A list that is a part of a page with a heading of its own. The server may refuse it. */
export const MorePart = <Data, Variables, Row>({ title, of, acts, ...rest }: PartProps<Data, Variables, Row>) => (
  <Part title={title} of={of} acts={acts}>
    {(first) => <More label={title} of={first} {...rest} />}
  </Part>
);

/** How many there are besides those that a row shows. */
export function AndMore({
  of,
}: {
  of: { readonly edges: readonly unknown[]; readonly totalCount: number | null } | null;
}) {
  const more = (of?.totalCount ?? 0) - (of?.edges.length ?? 0);
  return more > 0 ? <small>{words.andMore(more)}</small> : null;
}
