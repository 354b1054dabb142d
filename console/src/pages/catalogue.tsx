// What an organisation can order, at its own prices, and the order that is being put together.
import type { Guarded } from "../api/request";
import type { HereFragment, OrderLineInput, PreviewFragment } from "../api/schema";
import { Filters, SearchField } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { Guard, GuardedPart } from "../parts/guard";
import { OrderSum, Products, RemoveLast, RemoveLine } from "../parts/order";
import { linesOf } from "../parts/order-lines";
import { Ask, Head, type PageProps } from "../parts/page";
import { None } from "../parts/states";
import { go, path, usePaging, useParameters } from "../router";
import { words } from "../words/words";
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
          <Products
            of={found.catalogue}
            here={found}
            lines={lines}
            needs="SUBSCRIPTION_ORDER"
            empty={get("search") ? words.nothingFound : words.noCatalogue}
          />
        </>
      )}
    </Ask>
  );
}

interface BasketProps {
  here: HereFragment;
  lines: readonly OrderLineInput[];
  preview: Guarded<PreviewFragment> | undefined;
}

/** The order so far. The server says what it costs, and takes the order only at that price. */
function Basket({ here, lines, preview }: BasketProps) {
  return (
    <section class="box basket" aria-label={words.yourOrder}>
      <h2>{words.yourOrder}</h2>
      <GuardedPart of={preview} empty={<None />}>
        {(order) => (
          <>
            <OrderSum
              order={order}
              line={(index) => <RemoveLine lines={lines} index={index} name={order.lines[index]?.product.name ?? ""} />}
            />
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
      {typeof preview === "symbol" && <RemoveLast lines={lines} />}
    </section>
  );
}
