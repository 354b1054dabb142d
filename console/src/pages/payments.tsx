// The operator's desk: what was paid, which invoices it settled, and what waits for a person to say so.
import type { HereFragment, PaymentFragment, PaymentState } from "../api/schema";
import { Act } from "../parts/act";
import { Choice, Filters, statesOf } from "../parts/filters";
import { Field, Form, TextField } from "../parts/form";
import { List } from "../parts/list";
import { Sum } from "../parts/money";
import { AndMore } from "../parts/more";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, minorOf, money, words } from "../words/words";
import { BankFile } from "./bank-file";
import { DeskTabs, deskOf } from "./desk-frame";
import { MatchForm, reasonsOf } from "./match-payment";
import { Payments, RecordPayment, ReturnPayment } from "./payments.operations";

export function PaymentsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") || "UNMATCHED";
  const variables = {
    here: organisation,
    ...usePaging(),
    state: state === "ALL" ? null : (state as PaymentState),
  };
  return (
    <Ask query={Payments} variables={variables} title={words.payments} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.payments} about={words.paymentsAbout}>
            <Act label={words.bankFile} needs="PAYMENT_RECORD" here={here}>
              {() => <BankFile />}
            </Act>
            <Record here={here} />
          </Head>
          <DeskTabs organisation={organisation} />
          <Filters>
            <Choice
              name="state"
              label={words.state}
              any={words.states.UNMATCHED}
              choices={{ ...statesOf("MATCHED", "RETURNED"), ALL: words.any }}
            />
          </Filters>
          <List
            label={words.payments}
            of={operator.payments}
            isLoading={isLoading}
            empty={state === "UNMATCHED" ? words.noUnmatched : words.noPayments}
            columns={[
              { label: words.paidBy, cell: (one) => <Origin of={one} /> },
              {
                label: words.amount,
                isNumber: true,
                cell: (one) => (
                  <>
                    <Sum of={one.amount} />
                    {one.state === "MATCHED" && one.balance.amountMinor !== "0" && (
                      <small>{words.leftOver(money(one.balance))}</small>
                    )}
                  </>
                ),
              },
              { label: words.received, cell: (one) => day(one.receivedOn) },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.paidFor, cell: (one) => <PaidFor of={one} /> },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) => <PaymentActs of={one} here={here} />,
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

/** Whose account it came from, and what was written with it. */
const Origin = ({ of: { paidBy, reference, text } }: { of: PaymentFragment }) => (
  <>
    {paidBy ?? words.unknownPayer}
    {reference && <small>{reference.split("\n").join(", ")}</small>}
    {text && <small>{text}</small>}
  </>
);

function PaidFor({ of: one }: { of: PaymentFragment }) {
  const suggestions = Array.isArray(one.suggestions) ? one.suggestions : [];
  const [likeliest] = suggestions;
  if (one.state === "UNMATCHED") {
    if (!likeliest) return <span class="soft">{words.noSuggestion}</span>;
    return (
      <>
        <span class="soft">{words.perhaps}</span> <InvoiceLink of={likeliest.invoice} />
        {suggestions.length > 1 && ` ${words.andMore(suggestions.length - 1)}`}
        <small>{reasonsOf(likeliest.reasons)}</small>
      </>
    );
  }
  const invoices = (one.allocations?.edges ?? []).flatMap(({ node }) => node.invoice ?? []);
  return (
    <>
      {one.payer ? <a href={path(one.payer.organisationId)}>{one.payer.name}</a> : <None />}
      <small>
        {invoices.map((invoice, index) => (
          <span key={invoice.id}>
            {index > 0 && ", "}
            <InvoiceLink of={invoice} />
          </span>
        ))}
      </small>
      <AndMore of={one.allocations} />
    </>
  );
}

interface Named {
  readonly id: string;
  readonly number: string | null;
  readonly organisation: { readonly organisationId: string };
}

const InvoiceLink = ({ of: { id, number, organisation } }: { of: Named }) => (
  <a href={path(organisation.organisationId, "invoice", id)}>{number ?? words.states.DRAFT}</a>
);

function PaymentActs({ of, here }: { of: PaymentFragment; here: HereFragment }) {
  const waits = of.state === "UNMATCHED" || (of.state === "MATCHED" && Number(of.balance.amountMinor) > 0);
  return (
    <div class="acts">
      {of.state !== "RETURNED" && (
        <Act label={words.returnIt} needs="PAYMENT_RECORD" here={here} title={words.returnPayment}>
          {(close) => (
            <Form
              operation={ReturnPayment}
              variables={() => ({ input: { paymentId: of.id } })}
              submit={words.returnIt}
              isDangerous
              done={words.paymentReturned}
              onDone={close}
            >
              <p>{words.returnPaymentAbout(money(of.amount))}</p>
            </Form>
          )}
        </Act>
      )}
      {waits && (
        <Act
          label={words.match}
          title={words.matchAmount(money(of.state === "MATCHED" ? of.balance : of.amount))}
          needs="PAYMENT_RECORD"
          here={here}
          class="main"
          isWide
        >
          {(close) => <MatchForm of={of} onDone={close} />}
        </Act>
      )}
    </div>
  );
}

const Record = ({ here }: { here: HereFragment }) => (
  <Act label={words.recordPayment} needs="PAYMENT_RECORD" here={here} isMain isWide>
    {(close) => (
      <Form
        operation={RecordPayment}
        variables={(values) => {
          const currency = values.text("currency").toUpperCase();
          return {
            input: {
              amount: { amountMinor: minorOf(values.text("amount"), currency), currency },
              receivedOn: values.optional("receivedOn"),
              reference: values.optional("reference"),
              sourceKey: values.text("sourceKey"),
              text: values.text("text"),
              paidBy: values.optional("paidBy"),
            },
          };
        }}
        submit={words.recordPayment}
        done={words.paymentRecorded}
        onDone={close}
      >
        <div class="beside">
          <Field
            name="amount"
            label={words.amount}
            inputmode="decimal"
            pattern="[0-9]+([.,][0-9]+)?"
            placeholder="1250.00"
            required
            autofocus
          />
          <Field name="currency" label={words.currency} minLength={3} maxLength={3} placeholder="EUR" required />
          <Field name="receivedOn" label={words.received} hint={words.emptyForToday} type="date" />
        </div>
        <div class="beside">
          <Field name="paidBy" label={words.paidBy} hint={words.paidByHint} />
          <Field name="reference" label={words.paymentReference} hint={words.paymentReferenceHint} />
        </div>
        <TextField name="text" label={words.textOfPayment} rows={2} />
        <Field name="sourceKey" label={words.sourceKey} hint={words.sourceKeyHint} maxLength={200} required />
      </Form>
    )}
  </Act>
);
