// One subscription: raise, lower, change and end it, each with what it costs, before it is done.
import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type { ChangeFragment, HereFragment, PreviewedChange, WholeSubscriptionFragment } from "../api/schema";
import { Act, Do, may } from "../parts/act";
import { Field, Form, Select } from "../parts/form";
import { Guard, GuardedPart } from "../parts/guard";
import { List } from "../parts/list";
import { Sum } from "../parts/money";
import { More, MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { Failed, Loading, State } from "../parts/states";
import { path } from "../router";
import { day, number, words } from "../words/words";
import {
  CancelSubscription,
  ChangeProduct,
  ChangeQuantity,
  KeepSubscription,
  OneSubscription,
  PreviewChange,
  ReturnSubscription,
  WithdrawChange,
} from "./subscription.operations";

interface Props {
  one: WholeSubscriptionFragment;
  here: HereFragment;
}

export function SubscriptionPage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation };
  return (
    <Ask
      query={OneSubscription}
      variables={variables}
      title={words.subscription}
      of={(data) => oneAndHere(data, "Subscription")}
    >
      {({ one, here }) => (
        <>
          <Head
            title={one.productName}
            above={{ label: words.pageNames.subscriptions, href: path(organisation, "subscriptions") }}
            about={one.productCode}
          >
            <Acts one={one} here={here} />
          </Head>
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.quantity} of={one.quantity}>
              {number}
            </Fact>
            <Fact label={words.unitPrice} of={one.unitPrice}>
              {(price) => (
                <>
                  <Sum of={price} /> {words.per[one.interval]}
                </>
              )}
            </Fact>
            <Fact label={words.commitment} of={words.terms[one.term]} />
            <Fact label={words.since} of={one.startsOn}>
              {day}
            </Fact>
            <Fact label={words.committed} of={one.committedUntil}>
              {day}
            </Fact>
            <Fact label={words.renews} of={one.renewsOn}>
              {day}
            </Fact>
            <Fact label={words.priceLocked} of={one.priceLockedUntil}>
              {day}
            </Fact>
            <Fact label={words.partnerOfRecord} of={one.partnerOfRecord}>
              {(partner) => partner.name}
            </Fact>
          </Facts>
          <GuardedPart of={one.scheduled}>
            {(scheduled) => (
              <More
                label={words.history}
                of={scheduled}
                name="scheduled"
                query={OneSubscription}
                variables={variables}
                listOf={(data) => granted(asType(data.node, "Subscription"))?.scheduled}
              >
                {({ edges }, foot) => (
                  <>
                    {edges.map(({ node }) => (
                      <Scheduled key={node.id} change={node} here={here} />
                    ))}
                    {foot}
                  </>
                )}
              </More>
            )}
          </GuardedPart>
          <div class="columns">
            <MorePart
              title={words.pageNames.services}
              of={one.services}
              name="services"
              query={OneSubscription}
              variables={variables}
              listOf={(data) => granted(asType(data.node, "Subscription"))?.services}
            >
              {({ edges }, foot) => (
                <div class="box">
                  {edges.length === 0 && <p class="soft">{words.noServices}</p>}
                  <ul class="pairs">
                    {edges.map(({ node }) => (
                      <li key={node.id}>
                        <a href={path(organisation, "service", node.id)}>{node.name}</a>
                        <State of={node.state} />
                      </li>
                    ))}
                  </ul>
                  {foot}
                </div>
              )}
            </MorePart>
            <MorePart
              title={words.givesYou}
              of={one.licences}
              name="licences"
              query={OneSubscription}
              variables={variables}
              listOf={(data) => granted(asType(data.node, "Subscription"))?.licences}
            >
              {({ edges }, foot) => (
                <div class="box">
                  {edges.length === 0 && <p class="soft">{words.nothing}</p>}
                  <ul class="pairs">
                    {edges.map(({ node }) => (
                      <li key={node.feature.name}>
                        {node.feature.name}
                        <span class="number">{number(node.quantity)}</span>
                      </li>
                    ))}
                  </ul>
                  {foot}
                </div>
              )}
            </MorePart>
          </div>
          <Part title={words.thisInterval} of={one.charge}>
            {(charge) => (
              <div class="box">
                <p class="soft">{words.fromTo(day(charge.startsOn), day(charge.endsOn))}</p>
                <ul class="pairs">
                  {charge.segments.map((segment) => (
                    <li key={segment.startsOn}>
                      <span>
                        {words.segment(
                          number(segment.quantity),
                          segment.days,
                          day(segment.startsOn),
                          day(segment.endsOn),
                        )}
                      </span>
                      <Sum of={segment.unitPrice} />
                    </li>
                  ))}
                  <li class="total">
                    <strong>{words.due}</strong>
                    <strong>
                      <Sum of={charge.due} />
                    </strong>
                  </li>
                  <li class="soft">
                    {words.billed}
                    <Sum of={charge.billed} />
                  </li>
                </ul>
              </div>
            )}
          </Part>
          <MorePart
            title={words.history}
            of={one.changes}
            name="changes"
            query={OneSubscription}
            variables={variables}
            listOf={(data) => granted(asType(data.node, "Subscription"))?.changes}
          >
            {(changes, foot) => (
              <List
                foot={foot}
                label={words.history}
                of={changes}
                empty={words.nothing}
                columns={[
                  {
                    label: words.change,
                    cell: (change) => (
                      <>
                        {words.changes[change.kind]}
                        {change.isAutomatic && <small>{words.automatic}</small>}
                      </>
                    ),
                  },
                  { label: words.onDay, cell: (change) => day(change.effectiveOn) },
                  { label: words.state, cell: (change) => <State of={change.state} /> },
                  { label: words.quantity, isNumber: true, cell: (change) => number(change.quantity) },
                  { label: words.unitPrice, isNumber: true, cell: (change) => <Sum of={change.unitPrice} /> },
                ]}
              />
            )}
          </MorePart>
        </>
      )}
    </Ask>
  );
}

const Scheduled = ({ change, here }: { change: ChangeFragment; here: HereFragment }) => (
  <div class="notice">
    <p>{words.changeScheduled(words.changes[change.kind], day(change.effectiveOn), number(change.quantity))}</p>
    {!change.isAutomatic && may(here, "SUBSCRIPTION_ORDER") && (
      <Do label={words.withdraw} operation={WithdrawChange} variables={{ input: { changeId: change.id } }} />
    )}
  </div>
);

function Acts({ one, here }: Props) {
  const upgrades = one.product?.upgrades?.edges ?? [];
  const input = { input: { subscriptionId: one.id } };
  if (one.state === "ENDED") return null;
  return (
    <>
      {one.state === "CANCELLED" ? (
        <Do label={words.keep} operation={KeepSubscription} variables={input} needs="SUBSCRIPTION_ORDER" here={here} />
      ) : (
        <Act label={words.cancelIt} needs="SUBSCRIPTION_CANCEL" here={here}>
          {(close) => (
            <Form
              operation={CancelSubscription}
              variables={() => input}
              submit={words.cancelIt}
              isDangerous
              onDone={close}
            >
              <ChangePreview subscription={one.id} change={{ cancel: true }} />
            </Form>
          )}
        </Act>
      )}
      <Act label={words.return} needs="SUBSCRIPTION_CANCEL" here={here}>
        {(close) => (
          <Form operation={ReturnSubscription} variables={() => input} submit={words.return} isDangerous onDone={close}>
            <ChangePreview subscription={one.id} change={{ return: true }} />
          </Form>
        )}
      </Act>
      {upgrades.length > 0 && (
        <Act label={words.changeProduct} needs="SUBSCRIPTION_ORDER" here={here}>
          {(close) => <ProductForm one={one} upgrades={upgrades.map(({ node }) => node)} onDone={close} />}
        </Act>
      )}
      <Act label={words.changeQuantity} needs="SUBSCRIPTION_ORDER" here={here} isMain>
        {(close) => <QuantityForm one={one} onDone={close} />}
      </Act>
    </>
  );
}

function QuantityForm({ one, onDone }: { one: WholeSubscriptionFragment; onDone: () => void }) {
  const [quantity, setQuantity] = useState(one.quantity);
  return (
    <Form
      operation={ChangeQuantity}
      variables={(values) => ({ input: { subscriptionId: one.id, quantity: values.number("quantity") } })}
      submit={words.change}
      onDone={onDone}
    >
      <div onChange={(event) => setQuantity(Number((event.target as HTMLInputElement).value))}>
        <Field
          name="quantity"
          label={words.quantity}
          type="number"
          value={one.quantity}
          min={one.product?.minQuantity ?? 1}
          required
          autofocus
        />
      </div>
      {quantity !== one.quantity && <ChangePreview subscription={one.id} change={{ quantity }} />}
    </Form>
  );
}

interface ProductProps {
  one: WholeSubscriptionFragment;
  upgrades: readonly { readonly id: string; readonly name: string }[];
  onDone: () => void;
}

function ProductForm({ one, upgrades, onDone }: ProductProps) {
  const [product, setProduct] = useState(upgrades[0]?.id ?? "");
  const preview = useChangePreview(one.id, { productId: product });
  return (
    <Form
      operation={ChangeProduct}
      variables={() => {
        const price = preview.found?.unitPrice ?? one.unitPrice;
        return {
          input: {
            subscriptionId: one.id,
            productId: product,
            expectedUnitPrice: { amountMinor: price.amountMinor, currency: price.currency },
          },
        };
      }}
      submit={words.change}
      onDone={onDone}
    >
      <Select
        name="product"
        label={words.product}
        choices={Object.fromEntries(upgrades.map(({ id, name }) => [id, name]))}
        onChange={setProduct}
      />
      <ChangePreview subscription={one.id} change={{ productId: product }} />
    </Form>
  );
}

function useChangePreview(subscription: string, change: PreviewedChange) {
  const { data, error } = useQuery(PreviewChange, { id: subscription, change });
  const node = data && granted(asType(data.node, "Subscription"));
  return { node, error, found: granted(node?.previewChange ?? null) };
}

/** What the change would cost, from when on, and which pools would be short. */
function ChangePreview({ subscription, change }: { subscription: string; change: PreviewedChange }) {
  const { node, error } = useChangePreview(subscription, change);
  if (error) return <Failed error={error} />;
  if (!node) return <Loading />;
  return (
    <GuardedPart of={node.previewChange} empty={<p class="soft">{words.changesNothing}</p>}>
      {(preview) => (
        <div class="effect" role="status">
          <ul class="pairs">
            <li>
              {words.countsFrom}
              <span>{day(preview.effectiveOn)}</span>
            </li>
            <li>
              {words.toPayNow}
              <Sum of={preview.now} />
            </li>
            <li>
              {words.thenEach[preview.interval]}
              <Sum of={preview.recurring} />
            </li>
            <li>
              {words.committed}
              <span>{day(preview.committedUntil)}</span>
            </li>
          </ul>
          <Guard of={preview.shortPools} empty="">
            {(pools) =>
              pools.map((pool) => (
                <p key={pool.feature.name} class="mistake">
                  {words.poolOver(pool.feature.name, Number(pool.over))}
                </p>
              ))
            }
          </Guard>
        </div>
      )}
    </GuardedPart>
  );
}
