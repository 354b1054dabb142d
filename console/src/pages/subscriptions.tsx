// What an organisation has subscribed to, and the orders from which it came.

import { type Guarded, granted } from "../api/request";
import type { BillingInterval, OrderState, SubscriptionOrderField, SubscriptionState } from "../api/schema";
import { Act, ActLink } from "../parts/act";
import { Bars } from "../parts/chart";
import { Figure, FigureRow } from "../parts/figures";
import { Choice, Filters, SearchField, statesOf, Tabs } from "../parts/filters";
import { Form } from "../parts/form";
import { List } from "../parts/list";
import { Sum, Sums } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { type Amount, day, money, number, words } from "../words/words";
import { CancelOrder, Orders, Subscriptions } from "./subscriptions.operations";

export const ProductTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.sections.products}
    tabs={[
      { label: words.pageNames.catalogue, href: path(organisation, "catalogue") },
      { label: words.pageNames.subscriptions, href: path(organisation, "subscriptions") },
      { label: words.orders, href: path(organisation, "orders") },
      { label: words.pageNames.services, href: path(organisation, "services") },
    ]}
  />
);

const ORDERS: Record<string, SubscriptionOrderField> = { name: "NAME", starts: "STARTS_ON", renews: "RENEWS_ON" };

export function SubscriptionsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const sort = get("sort");
  const field = ORDERS[sort.replace(/^-/, "")];
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: { search: get("search") || null, state: (get("state") || null) as SubscriptionState | null },
    orderBy: field ? { field, direction: sort.startsWith("-") ? ("DESC" as const) : ("ASC" as const) } : null,
  };
  return (
    <Ask
      query={Subscriptions}
      variables={variables}
      title={words.pageNames.subscriptions}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.subscriptions}>
            <ActLink
              label={words.orderMore}
              needs="SUBSCRIPTION_ORDER"
              here={found}
              isMain
              href={path(organisation, "catalogue")}
            />
          </Head>
          <ProductTabs organisation={organisation} />
          <div class="columns lead">
            <FigureRow>
              <Figure label={words.monthly} of={found.overview.monthlyRecurring}>
                {(amounts) => <Sums of={amounts} />}
              </Figure>
            </FigureRow>
            <MonthlyCosts of={found.subscriptions} />
          </div>
          <Filters>
            <SearchField />
            <Choice name="state" label={words.state} choices={statesOf("PENDING", "ACTIVE", "CANCELLED", "ENDED")} />
          </Filters>
          <List
            label={words.pageNames.subscriptions}
            of={found.subscriptions}
            isLoading={isLoading}
            empty={get("search") || get("state") ? words.nothingFound : words.noSubscriptions}
            columns={[
              {
                label: words.product,
                sort: "name",
                cell: (one) => (
                  <>
                    <a href={path(organisation, "subscription", one.id)}>{one.productName}</a>
                    <small>{one.productCode}</small>
                  </>
                ),
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.quantity, isNumber: true, cell: (one) => number(one.quantity) },
              {
                label: words.unitPrice,
                isNumber: true,
                cell: (one) => (
                  <>
                    <Sum of={one.unitPrice} /> <span class="soft">{words.per[one.interval]}</span>
                  </>
                ),
              },
              { label: words.since, sort: "starts", cell: (one) => day(one.startsOn) },
              { label: words.renews, sort: "renews", cell: (one) => (one.renewsOn ? day(one.renewsOn) : <None />) },
              { label: words.committed, cell: (one) => day(one.committedUntil) },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

interface Cost {
  readonly id: string;
  readonly productName: string;
  readonly state: SubscriptionState;
  readonly quantity: number;
  readonly unitPrice: Amount;
  readonly interval: BillingInterval;
}

/** What each subscription of the page costs in a month. */
function MonthlyCosts({ of }: { of: Guarded<{ readonly edges: readonly { readonly node: Cost }[] }> }) {
  const running = (granted(of)?.edges ?? []).filter(
    ({ node }) => node.state === "ACTIVE" || node.state === "CANCELLED",
  );
  if (running.length === 0) return null;
  const bars = running.map(({ node: { productName, quantity, unitPrice, interval } }) => {
    const value = (quantity * Number(unitPrice.amountMinor)) / (interval === "YEAR" ? 12 : 1);
    const text = money({ amountMinor: String(Math.round(value)), currency: unitPrice.currency });
    return { label: productName, value, text };
  });
  return (
    <div class="box">
      <h2 class="small">{words.monthlyCosts}</h2>
      <Bars label={words.monthlyCosts} bars={bars.toSorted((a, b) => b.value - a.value).slice(0, 8)} />
    </div>
  );
}

export function OrdersPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: { search: get("search") || null, state: (get("state") || null) as OrderState | null },
  };
  return (
    <Ask query={Orders} variables={variables} title={words.orders} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.orders} />
          <ProductTabs organisation={organisation} />
          <Filters>
            <SearchField label={words.searchOrders} />
            <Choice name="state" label={words.state} choices={statesOf("PLACED", "COMPLETED", "CANCELLED")} />
          </Filters>
          <List
            label={words.orders}
            of={found.orders}
            isLoading={isLoading}
            empty={words.noOrders}
            columns={[
              {
                label: words.orderNumber,
                cell: (one) => (
                  <>
                    {one.number}
                    {one.purchaseOrder && <small>{one.purchaseOrder}</small>}
                  </>
                ),
              },
              {
                label: words.products,
                cell: (one) => {
                  const lines = one.lines?.edges ?? [];
                  const more = (one.lines?.totalCount ?? 0) - lines.length;
                  return [
                    ...lines.map(({ node }) => `${number(node.quantity)} × ${node.product?.name ?? "…"}`),
                    ...(more > 0 ? [words.andMore(more)] : []),
                  ].join(", ");
                },
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.placed, cell: (one) => day(one.placedAt) },
              { label: words.placedThrough, cell: (one) => one.placedThrough?.name ?? <None /> },
              { label: words.total, isNumber: true, cell: (one) => <Sum of={one.total} /> },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) =>
                  one.state === "PLACED" && (
                    <Act label={words.takeBack} needs="SUBSCRIPTION_CANCEL" here={found} title={one.number}>
                      {(close) => (
                        <Form
                          operation={CancelOrder}
                          variables={() => ({ input: { orderId: one.id } })}
                          submit={words.takeBack}
                          isDangerous
                          onDone={close}
                        >
                          <p>{words.takeBackAbout}</p>
                        </Form>
                      )}
                    </Act>
                  ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}
