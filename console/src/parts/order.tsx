// What can be ordered, and what an order costs: for an organisation itself, and for a client that does not exist yet.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Guarded } from "../api/request";
import type {
  BillingInterval,
  HereFragment,
  ItemFragment,
  OrderLineInput,
  Permission,
  PreviewFragment,
  SubscriptionTerm,
} from "../api/schema";
import { go, path } from "../router";
import { day, list, money, number, words } from "../words/words";
import { Act } from "./act";
import { Field, Mistakes, PlainForm, Select } from "./form";
import { GuardedPart } from "./guard";
import { type Connection, Pages } from "./list";
import { Sum } from "./money";
import { withLines } from "./order-lines";
import { ATTRIBUTES } from "./service-attributes";
import { Empty } from "./states";

interface ProductsProps extends Omit<ItemProps, "item"> {
  of: Guarded<Connection<ItemFragment>> | undefined;
  empty: string;
}

/** The products, in pages. */
export const Products = ({ of, empty, ...rest }: ProductsProps) => (
  <GuardedPart of={of}>
    {({ edges, pageInfo, totalCount }) =>
      edges.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <>
          <ul class="cards wide">
            {edges.map(({ node }) => (
              <Item key={node.product.id} item={node} {...rest} />
            ))}
          </ul>
          <Pages
            label={words.pageNames.catalogue}
            count={edges.length}
            total={totalCount ?? null}
            pageInfo={pageInfo}
          />
        </>
      )
    }
  </GuardedPart>
);

interface ItemProps {
  item: ItemFragment;
  here: HereFragment;
  lines: readonly OrderLineInput[];
  /** What it takes to order. */
  needs: Permission;
}

function Item({ item, here, lines, needs }: ItemProps) {
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
            <Act label={words.order} title={product.name} class="" needs={needs} here={here} isMain isWide>
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

/** What an order costs, line by line. `line` stands beside each charge. */
export function OrderSum({ order, line }: { order: PreviewFragment; line?: (index: number) => ComponentChildren }) {
  return (
    <ul class="pairs">
      {order.lines.map((one, index) => (
        <li key={index}>
          <span>
            {number(one.quantity)} × {one.product.name}
            <small>
              {words.terms[one.term]}, {words.committedUntil(day(one.committedUntil))}
            </small>
            <Mistakes of={`lines.${index}`} />
          </span>
          <span class="number">
            <Sum of={one.firstCharge} /> {line?.(index)}
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
  );
}

/** A link that takes a line out of the order. */
export const RemoveLine = ({
  lines,
  index,
  name,
}: {
  lines: readonly OrderLineInput[];
  index: number;
  name: string;
}) => (
  <a href={withLines(location.href, lines.toSpliced(index, 1))} aria-label={words.removeLine(name)}>
    {words.remove}
  </a>
);

/** The server refuses to say what the order costs. Without its last line, it may. */
export const RemoveLast = ({ lines }: { lines: readonly OrderLineInput[] }) => (
  <p>
    <a class="button" href={withLines(location.href, lines.slice(0, -1))}>
      {words.removeLast}
    </a>
  </p>
);
