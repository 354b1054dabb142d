// The operator's desk: what each reseller has earned and not been given a statement for, and the statements of each month.
import { useState } from "preact/hooks";
import type { ClosedMonthFragment, HereFragment, OpenMonthFragment } from "../api/schema";
import { Act } from "../parts/act";
import { Choice, Filters } from "../parts/filters";
import { Field, Form, Select } from "../parts/form";
import { Download, List } from "../parts/list";
import { Sum } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { announce } from "../parts/toast";
import { go, path, usePaging, useParameters } from "../router";
import { day, money, month, words } from "../words/words";
import { DeskTabs, deskOf } from "./desk-frame";
import { CloseCommissionMonth, CommissionMonths, RecordCommissionPayout } from "./months.operations";

const MONTHS = 24;

/** The months that have ended, the last one first: the first day of each, with its name. */
function endedMonths(): Record<string, string> {
  const now = new Date();
  const first = (back: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
  const days = Array.from({ length: MONTHS }, (_, index) =>
    first(index + 1)
      .toISOString()
      .slice(0, 10),
  );
  return Object.fromEntries(days.map((one) => [one, month(one)]));
}

export function MonthsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const chosen = get("month");
  const variables = { here: organisation, ...usePaging(), month: chosen || null, isOpen: chosen === "" };
  return (
    <Ask query={CommissionMonths} variables={variables} title={words.pageNames.commission} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.pageNames.commission} about={words.monthsAbout}>
            <Close here={here} />
          </Head>
          <DeskTabs organisation={organisation} />
          <Filters>
            <Choice name="month" label={words.month} any={words.openMonth} choices={endedMonths()} />
          </Filters>
          {chosen ? (
            <List
              label={month(chosen)}
              of={operator.commissionStatements}
              isLoading={isLoading}
              empty={words.monthNotClosed}
              columns={[
                { label: words.kinds.RESELLER, cell: (one) => <Reseller of={one.reseller} /> },
                {
                  label: words.state,
                  cell: (one) => (
                    <>
                      <State of={one.state} />
                      {one.paidOn && <small>{day(one.paidOn)}</small>}
                      {one.payoutReference && <small>{one.payoutReference}</small>}
                    </>
                  ),
                },
                { label: words.opening, isNumber: true, cell: (one) => <Sum of={one.opening} /> },
                { label: words.earned, isNumber: true, cell: (one) => <Sum of={one.total} /> },
                { label: words.payout, isNumber: true, cell: (one) => <Sum of={one.payout} /> },
                { label: words.carriedOver, isNumber: true, cell: (one) => <Sum of={one.carriedOver} /> },
                {
                  label: words.acts,
                  isNumber: true,
                  cell: (one) => (
                    <div class="acts">
                      <Download href={one.pdfPath} label="PDF" />
                      {one.state === "CLOSED" && Number(one.payout.amountMinor) > 0 && <Pay of={one} here={here} />}
                    </div>
                  ),
                },
              ]}
            />
          ) : (
            <List
              label={words.openMonth}
              of={operator.openCommission}
              isLoading={isLoading}
              empty={words.nothingEarned}
              columns={[
                { label: words.kinds.RESELLER, cell: (one) => <Reseller of={one.reseller} /> },
                { label: words.state, cell: () => <State of="OPEN" /> },
                { label: words.opening, isNumber: true, cell: (one) => <Sum of={one.opening} /> },
                { label: words.earned, isNumber: true, cell: (one) => <Sum of={one.total} /> },
                {
                  label: words.acts,
                  isNumber: true,
                  cell: (one) => (
                    <div class="acts">
                      {one.reseller.organisation?.reseller && <Close here={here} reseller={one.reseller} />}
                    </div>
                  ),
                },
              ]}
            />
          )}
        </>
      )}
    </Ask>
  );
}

const Reseller = ({ of }: { of: { readonly name: string; readonly organisationId: string } | null }) =>
  of ? <a href={path(of.organisationId, "commission")}>{of.name}</a> : <None />;

interface CloseProps {
  here: HereFragment;
  /** Without it, the month is closed for all. */
  reseller?: OpenMonthFragment["reseller"] | undefined;
}

const Close = ({ here, reseller }: CloseProps) => (
  <Act
    label={words.closeMonth}
    title={reseller ? words.closeMonthFor(reseller.name) : words.closeMonth}
    needs="RESELLER_MANAGE"
    here={here}
    isMain={!reseller}
  >
    {(close) => <CloseForm here={here} reseller={reseller} onDone={close} />}
  </Act>
);

/** Afterwards, the statements of the month are shown. */
function CloseForm({ here, reseller, onDone }: CloseProps & { onDone: () => void }) {
  const months = endedMonths();
  const [chosen, setChosen] = useState(Object.keys(months)[0] ?? "");
  return (
    <Form
      operation={CloseCommissionMonth}
      variables={(values) => ({
        input: { month: values.text("month"), resellerId: reseller?.organisation?.reseller?.id ?? null },
      })}
      submit={words.closeMonth}
      done=""
      onDone={({ statementCount }) => {
        announce(words.monthClosed(statementCount));
        onDone();
        go(`${path(here.id, "months")}?month=${chosen}`);
      }}
    >
      <p>{reseller ? words.closeMonthForAbout : words.closeMonthAbout}</p>
      <Select name="month" label={words.month} choices={months} onChange={setChosen} />
    </Form>
  );
}

const Pay = ({ of, here }: { of: ClosedMonthFragment; here: HereFragment }) => (
  <Act
    label={words.recordPayout}
    title={words.payoutTo(money(of.payout), of.reseller.name)}
    needs="RESELLER_MANAGE"
    here={here}
  >
    {(close) => (
      <Form
        operation={RecordCommissionPayout}
        variables={(values) => ({
          input: { statementId: of.id, paidOn: values.optional("paidOn"), reference: values.text("reference") },
        })}
        submit={words.recordPayout}
        done={words.payoutRecorded}
        onDone={close}
      >
        <Field name="reference" label={words.paymentReference} hint={words.payoutReferenceHint} required autofocus />
        <Field name="paidOn" label={words.paidOn} hint={words.emptyForToday} type="date" />
      </Form>
    )}
  </Act>
);
