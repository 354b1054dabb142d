// What an organisation can order, at its own prices, and the order that is being put together.
import { useState } from "preact/hooks";
import type { Guarded } from "../api/request";
import type {
  BillingInterval,
  HereFragment,
  ItemFragment,
  OrderLineInput,
  PreviewFragment,
  SubscriptionTerm,
} from "../api/schema";
import { Act } from "../parts/act";
import { Filters, SearchField } from "../parts/filters";
import { Field, Form, PlainForm, Select } from "../parts/form";
import { Guard, GuardedPart } from "../parts/guard";
import { Pages } from "../parts/list";
import { Sum } from "../parts/money";
import { linesOf, withLines } from "../parts/order-lines";
import { Ask, Head, type PageProps } from "../parts/page";
import { ATTRIBUTES } from "../parts/service-attributes";
import { Empty, None } from "../parts/states";
import { go, path, usePaging, useParameters } from "../router";
import { day, list, money, number, words } from "../words/words";
import { Catalogue, PlaceOrder } from "./catalogue.operations";
import { ProductTabs } from "./subscriptions";

export function CataloguePage({ organisation }: PageProps) {
  const { get, all } = useParameters();
  const lines = linesOf(all);
  const variables = {
    id: organisation,
    ...usePaging(20),
    search: get("search") || null,
    lines,
    hasLines: lines.length > 0,
  };
  return (
    <Ask query={Catalogue} variables={variables} title={words.pageNames.catalogue} of={(data) => data.organisation}>
      {(found) => (
        <>
          <Head
            title={words.pageNames.catalogue}
            about={
              <>
                {words.pricesOf} <Guard of={found.pricePlan}>{(plan) => plan.name}</Guard>
              </>
            }
          />
          <ProductTabs organisation={organisation} />
          {lines.length > 0 && <Basket here={found} lines={lines} preview={found.previewOrder} />}
          <Filters>
            <SearchField />
          </Filters>
          <GuardedPart of={found.catalogue}>
            {({ edges, pageInfo, totalCount }) =>
              edges.length === 0 ? (
                <Empty>{get("search") ? words.nothingFound : words.noCatalogue}</Empty>
              ) : (
                <>
                  <ul class="cards wide">
                    {edges.map(({ node }) => (
                      <Item key={node.product.id} item={node} here={found} lines={lines} />
                    ))}
                  </ul>
                  <Pages
                    label={words.pageNames.catalogue}
                    count={edges.length}
                    total={totalCount}
                    pageInfo={pageInfo}
                  />
                </>
              )
            }
          </GuardedPart>
        </>
      )}
    </Ask>
  );
}

interface ItemProps {
  item: ItemFragment;
  here: HereFragment;
  lines: readonly OrderLineInput[];
}

function Item({ item, here, lines }: ItemProps) {
  const { product, prices } = item;
  const entitlements = product.entitlements?.edges ?? [];
  const cheapest = prices?.toSorted((a, b) => Number(a.unitPrice.amountMinor) - Number(b.unitPrice.amountMinor))[0];
  return (
    <li class="box">
      <h2>{product.name}</h2>
      {product.description && <p class="soft">{product.description}</p>}
      {entitlements.length > 0 && (
        <p class="soft">
          {words.givesYou} {list(entitlements.map(({ node }) => `${number(node.quantity)} × ${node.feature.name}`))}
        </p>
      )}
      {prices && cheapest ? (
        <>
          <p>
            {words.from} <strong>{money(cheapest.unitPrice)}</strong> {words.per[cheapest.interval]}
          </p>
          <div class="acts">
            <Act label={words.order} title={product.name} class="" needs="SUBSCRIPTION_ORDER" here={here} isMain isWide>
              {(close) => <AddLine item={item} lines={lines} onDone={close} />}
            </Act>
          </div>
        </>
      ) : (
        <p class="soft">
          {words.noCurrency} <a href={path(here.id, "billing")}>{words.pageNames.billing}</a>
        </p>
      )}
    </li>
  );
}

function AddLine({
  item,
  lines,
  onDone,
}: {
  item: ItemFragment;
  lines: readonly OrderLineInput[];
  onDone: () => void;
}) {
  const { product, prices } = item;
  const [chosen, setChosen] = useState("");
  const offers = Object.fromEntries(
    (prices ?? []).map(({ term, interval }) => [
      `${term} ${interval}`,
      `${words.terms[term]}, ${words.paid[interval]}`,
    ]),
  );
  const offer = chosen || Object.keys(offers)[0] || "";
  const steps = (prices ?? []).filter(({ term, interval }) => `${term} ${interval}` === offer);
  return (
    <PlainForm
      errors={[]}
      isBusy={false}
      submit={words.addToOrder}
      onSubmit={(values) => {
        const [term, interval] = values.text("offer").split(" ") as [SubscriptionTerm, BillingInterval];
        const names = product.serviceKind ? ATTRIBUTES[product.serviceKind] : [];
        const attributes = names.map((name) => ({ name, value: values.text(`attribute.${name}`) }));
        const line = {
          productId: product.id,
          quantity: values.number("quantity"),
          term,
          interval,
          attributes: attributes.filter(({ value }) => value),
        };
        onDone();
        go(withLines(location.href, [...lines, line]), "replace");
      }}
    >
      <div class="beside">
        <Select name="offer" label={words.commitment} choices={offers} onChange={setChosen} />
        <Field
          name="quantity"
          label={words.quantity}
          type="number"
          value={product.minQuantity}
          min={product.minQuantity}
          {...(product.maxQuantity && { max: product.maxQuantity })}
          required
          autofocus
        />
      </div>
      <ul class="pairs">
        {steps.map((price) => (
          <li key={price.fromQuantity}>
            <span>{words.fromQuantity(number(price.fromQuantity))}</span>
            <span class="number">
              <Sum of={price.unitPrice} /> {words.per[price.interval]}
            </span>
          </li>
        ))}
      </ul>
      {product.serviceKind &&
        ATTRIBUTES[product.serviceKind].map((name, index) => (
          <Field
            key={name}
            name={`attribute.${name}`}
            label={words.attributes[name as keyof typeof words.attributes]}
            required={index === 0}
          />
        ))}
      {product.noticeDays > 0 && <p class="hint">{words.notice(product.noticeDays)}</p>}
      {product.returnDays > 0 && <p class="hint">{words.returns(product.returnDays)}</p>}
    </PlainForm>
  );
}

interface BasketProps {
  here: HereFragment;
  lines: readonly OrderLineInput[];
  preview: Guarded<PreviewFragment> | undefined;
}

/** The order so far. The server says what it costs, and takes the order only at that price. */
function Basket({ here, lines, preview }: BasketProps) {
  const without = (index: number) => withLines(location.href, lines.toSpliced(index, 1));
  return (
    <section class="box basket" aria-label={words.yourOrder}>
      <h2>{words.yourOrder}</h2>
      <GuardedPart of={preview} empty={<None />}>
        {(order) => (
          <>
            <ul class="pairs">
              {order.lines.map((line, index) => (
                <li key={index}>
                  <span>
                    {number(line.quantity)} × {line.product.name}
                    <small>
                      {words.terms[line.term]}, {words.committedUntil(day(line.committedUntil))}
                    </small>
                  </span>
                  <span class="number">
                    <Sum of={line.firstCharge} />{" "}
                    <a href={without(index)} aria-label={words.removeLine(line.product.name)}>
                      {words.remove}
                    </a>
                  </span>
                </li>
              ))}
              <li class="total">
                <strong>{words.today}</strong>
                <strong class="number">
                  <Sum of={order.total} />
                </strong>
              </li>
              {order.totalWithVat && (
                <li class="soft">
                  {words.withVat}
                  <span class="number">
                    <Sum of={order.totalWithVat} />
                  </span>
                </li>
              )}
              {order.recurring.map(({ interval, net }) => (
                <li key={interval} class="soft">
                  {words.thenEach[interval]}
                  <span class="number">
                    <Sum of={net} />
                  </span>
                </li>
              ))}
            </ul>
            <Form
              operation={PlaceOrder}
              variables={(values) => ({
                input: {
                  organisationId: here.id,
                  lines,
                  expectedTotal: { amountMinor: order.total.amountMinor, currency: order.total.currency },
                  purchaseOrder: values.optional("purchaseOrder"),
                },
              })}
              submit={words.placeOrder}
              done={words.ordered}
              onDone={() => go(path(here.id, "orders"))}
            >
              <Field name="purchaseOrder" label={words.purchaseOrder} hint={words.purchaseOrderHint} />
            </Form>
          </>
        )}
      </GuardedPart>
      {typeof preview === "symbol" && (
        <p>
          <a class="button" href={withLines(location.href, lines.slice(0, -1))}>
            {words.removeLast}
          </a>
        </p>
      )}
    </section>
  );
}
