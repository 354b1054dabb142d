// An order for a client that does not exist yet: the products first, then the client. Both come to be in one step.
import { useEffect, useRef, useState } from "preact/hooks";
import type { PayloadOf } from "../api/hooks";
import type { Guarded } from "../api/request";
import type { HereFragment, OrderLineInput, OrganisationKind, PreviewFragment } from "../api/schema";
import { Choice, Filters, SearchField } from "../parts/filters";
import { Field, Form, Mistakes, TextField, type Values } from "../parts/form";
import { GuardedPart } from "../parts/guard";
import { Sum } from "../parts/money";
import { OrderSum, Products, RemoveLast, RemoveLine } from "../parts/order";
import { linesOf } from "../parts/order-lines";
import { Ask, Fact, Facts, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { go, path, usePaging, useParameters } from "../router";
import { currencies, words } from "../words/words";
import { NewClientFields, newClient } from "./create-client";
import { NewOrder, PlaceOrderForNewClient } from "./new-order.operations";

type Here = HereFragment & { readonly kind: OrganisationKind };
type Done = PayloadOf<NonNullable<(typeof PlaceOrderForNewClient)["types"]>["data"]>;

export function NewOrderPage({ organisation }: PageProps) {
  const { get, all } = useParameters();
  const [done, setDone] = useState<Done>();
  const lines = linesOf(all);
  const isOurs = get("recipient") === "reseller";
  const isChoosing = get("step") !== "client" || lines.length === 0;
  const variables = {
    id: organisation,
    ...usePaging(20),
    search: get("search") || null,
    currency: isOurs ? null : get("currency") || null,
    lines,
    isChoosing,
    hasLines: lines.length > 0,
  };
  return (
    <Ask query={NewOrder} variables={variables} title={words.newOrder} of={(data) => data.organisation}>
      {(found) => {
        const isOperator = found.kind === "OPERATOR";
        return (
          <>
            <Head
              title={words.newOrder}
              above={
                isOperator
                  ? { label: words.pageNames.desk, href: path(organisation, "desk") }
                  : { label: words.pageNames.clients, href: path(organisation, "clients") }
              }
              about={words.newOrderAbout}
            />
            {done ? (
              <Result of={done} here={found} />
            ) : (
              <>
                <Steps isChoosing={isChoosing} hasLines={lines.length > 0} />
                <Filters>
                  {isChoosing && <SearchField />}
                  {!isOperator && (
                    <Choice
                      name="recipient"
                      label={words.invoicesGoTo}
                      any={words.toTheClient}
                      choices={{ reseller: words.toUs }}
                    />
                  )}
                  {!isOurs && (
                    <Choice
                      name="currency"
                      label={words.currency}
                      any={words.currencyLikeOurs}
                      choices={currencies()}
                    />
                  )}
                </Filters>
                {isChoosing ? (
                  <>
                    {lines.length > 0 && <Chosen lines={lines} preview={found.previewOrderForNewClient} />}
                    <Products
                      of={found.catalogueForNewClients}
                      here={found}
                      lines={lines}
                      needs="CLIENT_CREATE"
                      empty={get("search") ? words.nothingFound : words.nothingInCurrency}
                    />
                  </>
                ) : (
                  <GuardedPart of={found.previewOrderForNewClient} empty={<None />}>
                    {(order) => <Client here={found} lines={lines} order={order} isOurs={isOurs} onDone={setDone} />}
                  </GuardedPart>
                )}
              </>
            )}
          </>
        );
      }}
    </Ask>
  );
}

/** Where the person is, and the way to the other step. */
function Steps({ isChoosing, hasLines }: { isChoosing: boolean; hasLines: boolean }) {
  const { with: address } = useParameters();
  return (
    <nav class="tabs" aria-label={words.newOrder}>
      <a href={address({ step: "" })} aria-current={isChoosing ? "step" : undefined}>
        1. {words.products}
      </a>
      {hasLines ? (
        <a href={address({ step: "client" })} aria-current={isChoosing ? undefined : "step"}>
          2. {words.client}
        </a>
      ) : (
        <span>2. {words.client}</span>
      )}
    </nav>
  );
}

/** The products so far. */
function Chosen(props: { lines: readonly OrderLineInput[]; preview: Guarded<PreviewFragment> | undefined }) {
  const { lines, preview } = props;
  const { with: address } = useParameters();
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
            <p>
              <a class="button main" href={address({ step: "client" })}>
                {words.toTheClientStep}
              </a>
            </p>
          </>
        )}
      </GuardedPart>
      {typeof preview === "symbol" && <RemoveLast lines={lines} />}
    </section>
  );
}

interface ClientProps {
  here: Here;
  lines: readonly OrderLineInput[];
  order: PreviewFragment;
  isOurs: boolean;
  onDone: (payload: Done) => void;
}

/** Who the client is. The server takes the order only at the total that is shown. */
function Client({ here, lines, order, isOurs, onDone }: ClientProps) {
  const { amountMinor, currency } = order.total;
  return (
    <Form
      operation={PlaceOrderForNewClient}
      variables={(values) => ({
        input: {
          organisationId: here.id,
          client: {
            ...newClient(values),
            recipient: isOurs ? { reseller: true } : { contact: contact(values, currency) },
          },
          lines,
          expectedTotal: { amountMinor, currency },
          purchaseOrder: values.optional("purchaseOrder"),
        },
      })}
      submit={words.createAndOrder}
      done={words.ordered}
      onDone={onDone}
    >
      <div class="columns">
        <section class="box">
          <h2>{words.client}</h2>
          <NewClientFields organisation={here.id} isOperator={here.kind === "OPERATOR"} />
          {isOurs && <Mistakes of="recipient" />}
        </section>
        <div class="stack">
          <section class="box">
            <h2>{words.yourOrder}</h2>
            <OrderSum order={order} />
            <Mistakes of="expectedTotal" />
            <Field name="purchaseOrder" label={words.purchaseOrder} hint={words.purchaseOrderHint} />
          </section>
          {!isOurs && (
            <section class="box">
              <h2>{words.invoicesGoTo}</h2>
              <Field name="contact.name" label={words.name} required />
              <Field name="contact.email" label={words.email} type="email" required />
              <TextField name="contact.address" label={words.address} required />
              <Field
                name="contact.country"
                label={words.country}
                hint={words.countryHint}
                maxLength={2}
                minLength={2}
                required
              />
              <Mistakes of="contact.currency" />
            </section>
          )}
        </div>
      </div>
    </Form>
  );
}

const contact = (values: Values, currency: string) => ({
  name: values.text("contact.name"),
  email: values.text("contact.email"),
  address: values.text("contact.address"),
  country: values.text("contact.country").toUpperCase(),
  currency,
});

/** What came to be, and where to go on. */
function Result({ of: { order, client, partnership }, here }: { of: Done; here: Here }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="part" aria-label={words.ordered}>
      <h2 tabIndex={-1} ref={heading}>
        {words.clientAndOrder(client?.name ?? "")}
      </h2>
      <Facts>
        <Fact label={words.client} of={client}>
          {({ id, name }) => <a href={path(id)}>{name}</a>}
        </Fact>
        <Fact label={words.orderNumber} of={order?.number} />
        <Fact label={words.state} of={order?.state}>
          {(state) => <State of={state} />}
        </Fact>
        <Fact label={words.total} of={order?.total}>
          {(total) => <Sum of={total} />}
        </Fact>
      </Facts>
      <p class="acts">
        {client && (
          <a class="button main" href={path(client.id, "orders")}>
            {words.toItsOrders}
          </a>
        )}
        {partnership && (
          <a class="button" href={path(here.id, "client", partnership.id)}>
            {words.toOurCard}
          </a>
        )}
        <button type="button" onClick={() => go(path(here.id, "new-order"))}>
          {words.anotherOrder}
        </button>
      </p>
    </section>
  );
}
