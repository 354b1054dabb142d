// Invoices of an organisation, and those that it pays for others. Then one of them in full.
import { type Guarded, granted } from "../api/request";
import type { HereFragment, InvoiceState, WholeInvoiceFragment } from "../api/schema";
import { Act } from "../parts/act";
import { Bars } from "../parts/chart";
import { Figure, FigureRow } from "../parts/figures";
import { Choice, DayField, Filters, SearchField, statesOf, Tabs } from "../parts/filters";
import { Form } from "../parts/form";
import { Download, List } from "../parts/list";
import { Sum, Sums } from "../parts/money";
import { MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { None, State } from "../parts/states";
import { Vat } from "../parts/vat";
import { path, usePaging, useParameters } from "../router";
import { type Amount, day, money, number, percent, words } from "../words/words";
import { ApplyBalance, Invoices, OneInvoice } from "./invoices.operations";

export const MoneyTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.sections.money}
    tabs={[
      { label: words.pageNames.invoices, href: path(organisation, "invoices") },
      { label: words.pageNames.billing, href: path(organisation, "billing") },
      { label: words.payers, href: path(organisation, "payers") },
    ]}
  />
);

export function InvoicesPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as InvoiceState;
  const isPayer = get("box") === "payer";
  const variables = {
    id: organisation,
    ...usePaging(),
    isPayer,
    filter: {
      state: state ? [state] : null,
      number: get("search") || null,
      issuedFrom: get("from") || null,
      issuedUntil: get("until") || null,
    },
  };
  return (
    <Ask query={Invoices} variables={variables} title={words.pageNames.invoices} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.invoices} />
          <MoneyTabs organisation={organisation} />
          <div class="columns lead">
            <FigureRow>
              <Figure label={words.balance} of={found.balance} note={() => words.balanceAbout}>
                {(amounts) => <Sums of={amounts} />}
              </Figure>
            </FigureRow>
            <OverdueByAge of={found.overdue} />
          </div>
          <Filters>
            <Choice name="box" label={words.box} any={words.ofThisOrganisation} choices={{ payer: words.thatWePay }} />
            <SearchField label={words.number} />
            <Choice name="state" label={words.state} choices={statesOf("OPEN", "OVERDUE", "PAID", "VOID")} />
            <DayField name="from" label={words.issuedFrom} />
            <DayField name="until" label={words.endsOn} />
          </Filters>
          <List
            label={words.pageNames.invoices}
            of={isPayer ? found.invoicesToPay : found.invoices}
            isLoading={isLoading}
            empty={state || get("search") || get("from") ? words.nothingFound : words.noInvoices}
            columns={[
              {
                label: words.number,
                cell: (one) => <a href={path(organisation, "invoice", one.id)}>{one.number ?? words.states.DRAFT}</a>,
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              isPayer
                ? { label: words.organisation, cell: (one) => one.organisation.name }
                : { label: words.payer, cell: (one) => one.payer.name },
              { label: words.issued, cell: (one) => (one.issuedOn ? day(one.issuedOn) : <None />) },
              { label: words.dueOn, cell: (one) => (one.dueOn ? day(one.dueOn) : <None />) },
              { label: words.total, isNumber: true, cell: (one) => <Sum of={one.total} /> },
              { label: words.openAmount, isNumber: true, cell: (one) => <Sum of={one.balance} /> },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

interface Overdue {
  readonly totalCount: number | null;
  readonly edges: readonly { readonly node: { readonly dueOn: string | null; readonly balance: Amount } }[];
}

const AGES = [7, 30, 60, Number.POSITIVE_INFINITY];

/** How long the overdue invoices have been due, by count. The list below says what is refused. */
function OverdueByAge({ of }: { of: Guarded<Overdue> }) {
  const edges = granted(of)?.edges ?? [];
  if (edges.length === 0) return null;
  const ages = edges.map(({ node }) => (Date.now() - Date.parse(node.dueOn ?? "")) / 86_400_000);
  return (
    <div class="box">
      <h2 class="small">{words.overdueByAge}</h2>
      <Bars
        label={words.overdueByAge}
        bars={AGES.map((most, index) => {
          const least = AGES[index - 1] ?? 0;
          return {
            label: words.age(least, most),
            value: ages.filter((age) => age > least && age <= most).length,
            tone: index === 0 ? ("warn" as const) : ("bad" as const),
          };
        })}
      />
    </div>
  );
}

export function InvoicePage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation };
  return (
    <Ask query={OneInvoice} variables={variables} title={words.invoice} of={(data) => oneAndHere(data, "Invoice")}>
      {({ one, here }) => (
        <>
          <Head
            title={words.invoiceNumber(one.number ?? words.states.DRAFT)}
            above={{ label: words.pageNames.invoices, href: path(organisation, "invoices") }}
            about={one.recipientName}
          >
            {one.documents?.map((document) => (
              <Download key={document.kind} href={document.path} label={document.kind} />
            ))}
            {(one.state === "OPEN" || one.state === "OVERDUE") && one.payer.organisationId === organisation && (
              <Settle here={here} invoice={one} />
            )}
          </Head>
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.openAmount} of={one.balance}>
              {money}
            </Fact>
            <Fact label={words.issued} of={one.issuedOn}>
              {day}
            </Fact>
            <Fact label={words.dueOn} of={one.dueOn}>
              {day}
            </Fact>
            <Fact label={words.organisation} of={one.organisation.name} />
            <Fact label={words.payer} of={one.payer.name} />
            <Fact label={words.paymentReference} of={one.paymentReference} />
            <Fact label={words.purchaseOrder} of={one.purchaseOrder} />
            <Fact label={words.recipient} of={`${one.recipientName}\n${one.recipientAddress}`} />
          </Facts>
          <MorePart
            title={words.lines}
            of={one.lines}
            name="lines"
            query={OneInvoice}
            variables={variables}
            listOf={(data) => granted(asType(data.node, "Invoice"))?.lines}
          >
            {(lines, foot) => (
              <List
                foot={foot}
                label={words.lines}
                of={lines}
                empty={words.nothing}
                columns={[
                  {
                    label: words.what,
                    cell: (line) => (
                      <>
                        {line.description}
                        {line.periodStartsOn && line.periodEndsOn && (
                          <small>{words.fromTo(day(line.periodStartsOn), day(line.periodEndsOn))}</small>
                        )}
                      </>
                    ),
                  },
                  { label: words.quantity, isNumber: true, cell: (line) => number(line.quantity) },
                  { label: words.unitPrice, isNumber: true, cell: (line) => <Sum of={line.unitPrice} /> },
                  { label: words.vat, isNumber: true, cell: (line) => percent(line.vatBasisPoints) },
                  { label: words.net, isNumber: true, cell: (line) => <Sum of={line.net} /> },
                ]}
              />
            )}
          </MorePart>
          <div class="columns">
            <Totals invoice={one} />
            <Part title={words.whyVat} of={one.vatExplanation} empty={words.noVatExplanation}>
              {(vat) => <Vat {...vat} />}
            </Part>
            <MorePart
              title={words.settledBy}
              of={one.allocations}
              name="allocations"
              query={OneInvoice}
              variables={variables}
              listOf={(data) => granted(asType(data.node, "Invoice"))?.allocations}
            >
              {({ edges }, foot) => (
                <div class="box">
                  {edges.length === 0 && <p class="soft">{words.notSettled}</p>}
                  <ul class="pairs">
                    {edges.map(({ node }, index) => (
                      <li key={index}>
                        <span>
                          {node.creditNote
                            ? words.creditNote(node.creditNote.number)
                            : words.payment(node.payment?.reference ?? "")}
                          <small>{day(node.allocatedOn)}</small>
                        </span>
                        <Sum of={node.amount} />
                      </li>
                    ))}
                  </ul>
                  {foot}
                </div>
              )}
            </MorePart>
            <MorePart
              title={words.reminders}
              of={one.reminders}
              name="reminders"
              query={OneInvoice}
              variables={variables}
              listOf={(data) => granted(asType(data.node, "Invoice"))?.reminders}
            >
              {({ edges }, foot) => (
                <div class="box">
                  {edges.length === 0 && <p class="soft">{words.noReminders}</p>}
                  <ul class="pairs">
                    {edges.map(({ node }) => (
                      <li key={node.sentOn + node.kind}>
                        <span>
                          {words.reminderKinds[node.kind]}
                          <small>{day(node.sentOn)}</small>
                        </span>
                        <Sum of={node.open} />
                      </li>
                    ))}
                  </ul>
                  {foot}
                </div>
              )}
            </MorePart>
          </div>
        </>
      )}
    </Ask>
  );
}

const Totals = ({ invoice }: { invoice: WholeInvoiceFragment }) => (
  <section class="part">
    <div class="part-head">
      <h2>{words.total}</h2>
    </div>
    <div class="box">
      <ul class="pairs">
        <li>
          {words.net}
          <Sum of={invoice.net} />
        </li>
        {invoice.vatLines?.map((line) => (
          <li key={line.category + line.basisPoints}>
            <span>
              {words.vat} {percent(line.basisPoints)}
              {line.exemption && <small>{line.exemption}</small>}
            </span>
            <Sum of={line.vat} />
          </li>
        ))}
        <li class="total">
          <strong>{words.total}</strong>
          <strong>
            <Sum of={invoice.total} />
          </strong>
        </li>
        <li class="soft">
          {words.paidSoFar}
          <Sum of={invoice.paid} />
        </li>
        <li class="soft">
          {words.credited}
          <Sum of={invoice.credited} />
        </li>
      </ul>
    </div>
  </section>
);

interface SettleProps {
  here: HereFragment & { readonly balance: Guarded<readonly Amount[]> };
  invoice: WholeInvoiceFragment;
}

const Settle = ({ here, invoice }: SettleProps) => (
  <Act label={words.payFromBalance} needs="INVOICE_PAY" here={here} isMain>
    {(close) => (
      <Form
        operation={ApplyBalance}
        variables={() => ({ input: { invoiceId: invoice.id } })}
        submit={words.payFromBalance}
        onDone={close}
      >
        <p>{words.payFromBalanceAbout}</p>
        <Fact label={words.balance} of={here.balance}>
          {(amounts) => <Sums of={amounts} />}
        </Fact>
      </Form>
    )}
  </Act>
);
