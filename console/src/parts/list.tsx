// A list in pages. The place in it stands in the address, so a link shows what its sender saw.
import type { ComponentChildren } from "preact";
import type { Guarded } from "../api/request";
import { useParameters } from "../router";
import { number, words } from "../words/words";
import { GuardedPart } from "./guard";
import { Icon } from "./icon";

export interface Connection<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo?: PageInfo;
  readonly totalCount?: number | null;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
  /** The name of the order in the address, if one can sort by this column. */
  readonly sort?: string;
}

interface Props<Row> {
  label: string;
  of: Guarded<Connection<Row>> | undefined;
  columns: readonly (Column<Row> | false)[];
  empty: ComponentChildren;
  isLoading?: boolean;
  /** Rows that let nothing be seen from a column on: one cell says so. */
  closed?: { from: number; is: (row: Row) => boolean; text: string };
  /** What stands below instead of the links to other pages. */
  foot?: ComponentChildren;
}

/** A table. The first column names the row. */
export function List<Row>({ label, of, columns, empty, isLoading = false, closed, foot }: Props<Row>) {
  const shown = columns.filter((column) => column !== false);
  return (
    <GuardedPart of={of}>
      {({ edges, pageInfo, totalCount }) =>
        edges.length === 0 ? (
          <div class="empty" role="status">
            {empty}
          </div>
        ) : (
          <>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling table must be reachable by keyboard. */}
            <section class="scroll" aria-label={label} aria-busy={isLoading} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    {shown.map((column) => (
                      <ColumnHead key={column.label} {...column} />
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {edges.map(({ node }, index) => (
                    <Row key={keyOf(node) ?? index} row={node} columns={shown} closed={closed} />
                  ))}
                </tbody>
              </table>
            </section>
            {foot || <Pages label={label} count={edges.length} total={totalCount ?? null} pageInfo={pageInfo} />}
          </>
        )
      }
    </GuardedPart>
  );
}

const keyOf = (row: unknown) => (row as { id?: string } | null)?.id;

interface RowProps<T> {
  row: T;
  columns: readonly Column<T>[];
  closed: Props<T>["closed"];
}

function Row<T>({ row, columns, closed }: RowProps<T>) {
  const isClosed = closed?.is(row) ?? false;
  const [name, ...others] = isClosed ? columns.slice(0, closed?.from) : columns;
  return (
    <tr>
      <th scope="row">{name?.cell(row)}</th>
      {others.map((column) => (
        <td key={column.label} class={column.isNumber ? "number" : undefined} data-label={column.label}>
          <div>{column.cell(row)}</div>
        </td>
      ))}
      {closed && isClosed && (
        <td class="none number" colSpan={columns.length - closed.from}>
          {closed.text}
        </td>
      )}
    </tr>
  );
}

function ColumnHead<Row>({ label, isNumber, sort }: Column<Row>) {
  const { get, set } = useParameters();
  const name = isNumber ? "number" : undefined;
  if (!sort) {
    return (
      <th scope="col" class={name}>
        {label}
      </th>
    );
  }
  const direction = get("sort") === sort ? "ascending" : get("sort") === `-${sort}` ? "descending" : "none";
  const next = direction === "ascending" ? `-${sort}` : sort;
  return (
    <th scope="col" class={name} aria-sort={direction}>
      <button type="button" class="quiet" onClick={() => set({ sort: next })}>
        {label}
      </button>
    </th>
  );
}

interface PagesProps {
  label: string;
  count: number;
  total: number | null;
  pageInfo: PageInfo | undefined;
}

export function Pages({ label, count, total, pageInfo }: PagesProps) {
  const { with: address } = useParameters();
  const hasPages = pageInfo && (pageInfo.hasNextPage || pageInfo.hasPreviousPage);
  return (
    <div class="pages">
      <p role="status">
        {total !== null && total > count ? words.someOf(number(count), number(total)) : words.rows(count)}
      </p>
      {hasPages && (
        <nav aria-label={words.pagesOf(label)}>
          <Step
            label={words.previous}
            href={pageInfo.hasPreviousPage && address({ before: pageInfo.startCursor ?? "", after: "" })}
          />
          <Step
            label={words.next}
            href={pageInfo.hasNextPage && address({ after: pageInfo.endCursor ?? "", before: "" })}
          />
        </nav>
      )}
    </div>
  );
}

const Step = ({ label, href }: { label: string; href: string | false }) =>
  href ? (
    <a class="button" href={href}>
      {label}
    </a>
  ) : (
    <span class="button off">{label}</span>
  );

/** A link to a file that the server makes. */
export const Download = ({ href, label }: { href: string; label: string }) => (
  <a class="download" href={href} download>
    <Icon name="download" />
    {label}
  </a>
);
