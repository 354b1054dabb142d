// Agreements on who pays: asking another organisation to pay, and being asked.
import type { HereFragment, PayerAgreementState } from "../api/schema";
import { Act, Do, may } from "../parts/act";
import { Choice, Filters } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { usePaging, useParameters } from "../router";
import { day, words } from "../words/words";
import { MoneyTabs } from "./invoices";
import { AcceptPayer, DeclinePayer, EndPayer, Payers, RequestPayer, WithdrawPayerRequest } from "./payers.operations";

export function PayersPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const isAsked = get("box") === "asked";
  return (
    <Ask
      query={Payers}
      variables={{ id: organisation, ...usePaging(), isAsked }}
      title={words.payers}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => (
        <>
          <Head title={words.payers} about={words.payersAbout}>
            <RequestAct here={found} />
          </Head>
          <MoneyTabs organisation={organisation} />
          <Filters>
            <Choice name="box" label={words.box} any={words.whoPaysForUs} choices={{ asked: words.whomWePayFor }} />
          </Filters>
          <List
            label={words.payers}
            of={isAsked ? found.requestsToPay : found.payerRequests}
            isLoading={isLoading}
            empty={isAsked ? words.nobodyAsks : words.paysItself}
            columns={[
              {
                label: isAsked ? words.organisation : words.payer,
                cell: (one) => (isAsked ? one.organisation.name : (one.payer?.name ?? one.soughtCode)),
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.since, cell: (one) => day(one.startsOn) },
              { label: words.endsOn, cell: (one) => (one.endsOn ? day(one.endsOn) : <None />) },
              { label: words.asked, cell: (one) => day(one.requestedAt) },
              may(found, "BILLING_UPDATE") && {
                label: words.acts,
                isNumber: true,
                cell: (one) => (
                  <div class="acts">
                    <Answers id={one.id} state={one.state} isAsked={isAsked} />
                  </div>
                ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

function Answers({ id, state, isAsked }: { id: string; state: PayerAgreementState; isAsked: boolean }) {
  const variables = { input: { agreementId: id } };
  if (state === "PENDING") {
    return isAsked ? (
      <>
        <Do label={words.accept} operation={AcceptPayer} variables={variables} />
        <Do label={words.decline} operation={DeclinePayer} variables={variables} done={words.declined} />
      </>
    ) : (
      <Do label={words.withdraw} operation={WithdrawPayerRequest} variables={variables} />
    );
  }
  if (state !== "ACTIVE" && state !== "SCHEDULED") return null;
  return (
    <Act label={words.end} title={words.endPayer}>
      {(close) => (
        <Form
          operation={EndPayer}
          variables={(values) => ({ input: { agreementId: id, on: values.optional("on") } })}
          submit={words.end}
          isDangerous
          onDone={close}
        >
          <p>{words.endPayerAbout}</p>
          <Field name="on" label={words.onDay} hint={words.emptyForToday} type="date" />
        </Form>
      )}
    </Act>
  );
}

const RequestAct = ({ here }: { here: HereFragment }) => (
  <Act label={words.askPayer} needs="BILLING_UPDATE" here={here} isMain>
    {(close) => (
      <Form
        operation={RequestPayer}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            payer: { code: values.text("payer") },
            startsOn: values.text("startsOn"),
            currency: values.optional("currency")?.toUpperCase() ?? null,
          },
        })}
        submit={words.askPayer}
        done={words.askedPayer}
        onDone={close}
      >
        <Field name="payer" label={words.codeOfOrganisation} required autofocus />
        <Field name="startsOn" label={words.since} type="date" value={new Date().toISOString().slice(0, 10)} required />
        <Field name="currency" label={words.currency} hint={words.currencyHint} maxLength={3} />
      </Form>
    )}
  </Act>
);
