// A few figures in a row, each with what it counts and a link to the list behind it.
import type { ComponentChildren } from "preact";
import { type Guarded, granted } from "../api/request";
import type { FiguresFragment } from "../api/schema";
import { path } from "../router";
import { number, words } from "../words/words";
import { Guard } from "./guard";
import { Sums } from "./money";

export const FigureRow = ({ children }: { children: ComponentChildren }) => <ul class="figures">{children}</ul>;

interface Props<T> {
  label: string;
  of: Guarded<T> | undefined;
  children: (value: T) => ComponentChildren;
  note?: (value: T) => ComponentChildren;
  href?: string;
  isBad?: boolean;
}

export function Figure<T>({ label, of, children, note, href, isBad }: Props<T>) {
  const noted = granted(of);
  return (
    <li>
      <p class="label">{href ? <a href={href}>{label}</a> : label}</p>
      <p class={isBad ? "value bad" : "value"}>
        <Guard of={of}>{children}</Guard>
      </p>
      {note && noted !== null && <p class="soft">{note(noted)}</p>}
    </li>
  );
}

/** The overview of one organisation. */
export function OverviewFigures({ of, organisation }: { of: FiguresFragment; organisation: string }) {
  const overdue = of.overdueInvoices;
  return (
    <FigureRow>
      <Figure label={words.monthly} of={of.monthlyRecurring} href={path(organisation, "subscriptions")}>
        {(amounts) => <Sums of={amounts} />}
      </Figure>
      <Figure
        label={words.openInvoices}
        of={of.openInvoices}
        href={path(organisation, "invoices")}
        note={({ count }) => words.invoiceCount(count)}
      >
        {({ amounts }) => <Sums of={amounts} />}
      </Figure>
      <Figure
        label={words.overdue}
        of={overdue}
        href={`${path(organisation, "invoices")}?state=OVERDUE`}
        isBad={typeof overdue === "object" && (overdue?.count ?? 0) > 0}
        note={({ count }) => words.invoiceCount(count)}
      >
        {({ amounts }) => <Sums of={amounts} />}
      </Figure>
      <Figure label={words.subscriptions} of={of.subscriptionCount} href={path(organisation, "subscriptions")}>
        {number}
      </Figure>
      <Figure label={words.members} of={of.memberCount} href={path(organisation, "members")}>
        {number}
      </Figure>
    </FigureRow>
  );
}
