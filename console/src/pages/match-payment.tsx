// A person says what a payment is for: invoices that the server suggests, or those of an organisation that the person finds.
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { type Guarded, granted } from "../api/request";
import type { OpenInvoiceFragment, PaymentFragment } from "../api/schema";
import { Check, Form, Group } from "../parts/form";
import { GuardedPart } from "../parts/guard";
import { Fact, Facts } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { day, list, money, words } from "../words/words";
import { MatchPayment, OpenInvoices, PayersOfPayment } from "./payments.operations";

/** Why an invoice is suggested, in words. */
export const reasonsOf = (reasons: readonly string[]) =>
  list(reasons.map((reason) => (words.suggestedBecause as Record<string, string>)[reason] ?? reason));

interface Payer {
  readonly organisationId: string;
  readonly name: string;
}

export function MatchForm({ of, onDone }: { of: PaymentFragment; onDone: () => void }) {
  const [found, setFound] = useState<Payer>();
  const payer = of.payer ?? found;
  const suggestions = granted(of.suggestions as Guarded<NonNullable<PaymentFragment["suggestions"]>>) ?? [];
  return (
    <Form
      operation={MatchPayment}
      variables={(values) => ({
        input: {
          paymentId: of.id,
          payerId: payer?.organisationId ?? null,
          invoices: values.all("invoices").map((invoiceId) => ({ invoiceId })),
        },
      })}
      submit={words.match}
      done={words.paymentMatched}
      onDone={onDone}
    >
      <Facts>
        <Fact label={words.paidBy} of={of.paidBy} />
        <Fact label={words.paymentReference} of={of.reference} />
        <Fact label={words.textOfPayment} of={of.text || null} />
        <Fact label={words.received} of={day(of.receivedOn)} />
      </Facts>
      {payer ? (
        <OfPayer
          key={payer.organisationId}
          payer={payer}
          currency={of.amount.currency}
          onOther={of.payer ? undefined : () => setFound(undefined)}
        />
      ) : (
        <>
          {suggestions.length > 0 && (
            <Group name="invoices" label={words.suggestions}>
              {suggestions.map(({ invoice, reasons }) => (
                <Check
                  key={invoice.id}
                  name="invoices"
                  value={invoice.id}
                  label={<Open of={invoice} payer />}
                  hint={reasonsOf(reasons)}
                />
              ))}
            </Group>
          )}
          <FindPayer onFound={setFound} hasSuggestions={suggestions.length > 0} />
        </>
      )}
    </Form>
  );
}

const Open = ({ of, payer = false }: { of: OpenInvoiceFragment; payer?: boolean }) => (
  <>
    {of.number} · {payer && `${of.payer.name} · `}
    {words.openSum(money(of.balance))}
    {of.dueOn && ` · ${words.dueBy(day(of.dueOn))}`}
  </>
);

interface OfPayerProps {
  payer: Payer;
  currency: string;
  onOther: (() => void) | undefined;
}

/** What an organisation has to pay in the currency. Without an invoice, all of the payment becomes its balance. */
function OfPayer({ payer, currency, onOther }: OfPayerProps) {
  const { data, error } = useQuery(OpenInvoices, { id: payer.organisationId });
  const place = granted(data?.organisation);
  return (
    <Group name="invoices" label={words.openInvoicesOf(payer.name)}>
      {error ? <Failed error={error} /> : !data && <Loading />}
      {data && !place && <p class="hint">{words.notThere}</p>}
      <GuardedPart of={place?.invoicesToPay}>
        {({ edges }) => {
          const payable = edges.filter(({ node }) => node.balance.currency === currency);
          return (
            <>
              {payable.map(({ node }) => (
                <Check key={node.id} name="invoices" value={node.id} label={<Open of={node} />} />
              ))}
              <p class="hint">{payable.length > 0 ? words.restIsBalance : words.allIsBalance(currency)}</p>
            </>
          );
        }}
      </GuardedPart>
      {onOther && (
        <p>
          <button type="button" onClick={onOther}>
            {words.otherPayer}
          </button>
        </p>
      )}
    </Group>
  );
}

function FindPayer({ onFound, hasSuggestions }: { onFound: (payer: Payer) => void; hasSuggestions: boolean }) {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Group name="payerId" label={hasSuggestions ? words.orFindPayer : words.findPayer}>
      <div class="field">
        <label for="payer">{words.name}</label>
        <input
          id="payer"
          type="search"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          // Enter would send the form.
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
      </div>
      {search && <Payers search={search} onFound={onFound} />}
    </Group>
  );
}

function Payers({ search, onFound }: { search: string; onFound: (payer: Payer) => void }) {
  const { data, error } = useQuery(PayersOfPayment, { search });
  if (error) return <Failed error={error} />;
  if (!data) return <Loading />;
  return (
    <GuardedPart of={granted(data.operator)?.organisations}>
      {({ edges }) => (
        <ul class="places">
          {edges.length === 0 && <li class="soft">{words.nothingFound}</li>}
          {edges.map(({ node }) => (
            <li key={node.organisationId}>
              <button type="button" class="quiet" onClick={() => onFound(node)}>
                <span class="name">{node.name}</span>
                <small>{words.kinds[node.kind]}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </GuardedPart>
  );
}
