// What a reseller earns: the month that is open, and the statements of closed months.
import { granted } from "../api/request";
import { Figure, FigureRow } from "../parts/figures";
import { GuardedPart } from "../parts/guard";
import { Download, List } from "../parts/list";
import { Sum } from "../parts/money";
import { MorePart } from "../parts/more";
import { oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { Empty, None, State } from "../parts/states";
import { path, usePaging } from "../router";
import { day, money, month, percent, words } from "../words/words";
import { Commission, Statement } from "./commission.operations";

export function CommissionPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Commission} variables={variables} title={words.pageNames.commission} of={(data) => data.organisation}>
      {({ reseller }, isLoading) => (
        <>
          <Head title={words.pageNames.commission} about={words.commissionAbout} />
          {!reseller && <Empty>{words.notReseller}</Empty>}
          {reseller && (
            <>
              <GuardedPart of={reseller.openCommission}>
                {(open) => (
                  <FigureRow>
                    {open.length === 0 && (
                      <Figure label={words.openCommission} of={words.nothingEarned}>
                        {(text) => text}
                      </Figure>
                    )}
                    {open.map((one) => (
                      <Figure
                        key={one.currency}
                        label={words.openCommission}
                        of={one.total}
                        note={() => `${words.opening} ${money(one.opening)}`}
                      >
                        {money}
                      </Figure>
                    ))}
                  </FigureRow>
                )}
              </GuardedPart>
              <Part title={words.statements} of={reseller.commissionStatements}>
                {(statements) => (
                  <List
                    label={words.statements}
                    of={statements}
                    isLoading={isLoading}
                    empty={words.noStatements}
                    columns={[
                      {
                        label: words.month,
                        cell: (one) => <a href={path(organisation, "statement", one.id)}>{month(one.month)}</a>,
                      },
                      { label: words.state, cell: (one) => <State of={one.state} /> },
                      { label: words.earned, isNumber: true, cell: (one) => <Sum of={one.total} /> },
                      { label: words.payout, isNumber: true, cell: (one) => <Sum of={one.payout} /> },
                      { label: words.paidOn, cell: (one) => (one.paidOn ? day(one.paidOn) : <None />) },
                    ]}
                  />
                )}
              </Part>
              <div class="columns">
                <Part title={words.programme} of={reseller.programme}>
                  {(programme) => (
                    <Facts>
                      <Fact label={words.rate} of={percent(programme.commissionBasisPoints)} />
                      <Fact label={words.since} of={day(programme.approvedAt)} />
                      <Fact label={words.termsOfProgramme} of={programme.terms || null} />
                    </Facts>
                  )}
                </Part>
                <MorePart
                  title={words.rates}
                  of={reseller.commissionRates}
                  name="rates"
                  query={Commission}
                  variables={variables}
                  listOf={(data) => granted(data.organisation)?.reseller?.commissionRates}
                >
                  {(rates, foot) => (
                    <List
                      foot={foot}
                      label={words.rates}
                      of={rates}
                      empty={words.noRates}
                      columns={[
                        { label: words.product, cell: (rate) => rate.product?.name ?? words.allProducts },
                        { label: words.since, cell: (rate) => day(rate.validFrom) },
                        { label: words.rate, isNumber: true, cell: (rate) => percent(rate.basisPoints) },
                      ]}
                    />
                  )}
                </MorePart>
              </div>
            </>
          )}
        </>
      )}
    </Ask>
  );
}

export function StatementPage({ organisation, object }: PageProps) {
  return (
    <Ask
      query={Statement}
      variables={{ id: object, here: organisation, ...usePaging() }}
      title={words.statement}
      of={(data) => oneAndHere(data, "CommissionStatement")}
    >
      {({ one }, isLoading) => (
        <>
          <Head
            title={month(one.month)}
            above={{ label: words.pageNames.commission, href: path(organisation, "commission") }}
            about={words.statement}
          >
            <Download href={one.pdfPath} label="PDF" />
            <Download href={one.ndjsonPath} label="NDJSON" />
          </Head>
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.opening} of={money(one.opening)} />
            <Fact label={words.earned} of={money(one.total)} />
            <Fact label={words.payout} of={money(one.payout)} />
            <Fact label={words.carriedOver} of={money(one.carriedOver)} />
            <Fact label={words.paidOn} of={one.paidOn}>
              {day}
            </Fact>
            <Fact label={words.paymentReference} of={one.payoutReference} />
          </Facts>
          <Part title={words.lines} of={one.lines}>
            {(lines) => (
              <List
                label={words.lines}
                of={lines}
                isLoading={isLoading}
                empty={words.nothing}
                columns={[
                  {
                    label: words.client,
                    cell: (line) => (
                      <>
                        {line.client.name}
                        <small>{line.description}</small>
                      </>
                    ),
                  },
                  { label: words.base, isNumber: true, cell: (line) => <Sum of={line.base} /> },
                  {
                    label: words.rate,
                    isNumber: true,
                    cell: (line) => percent(line.basisPoints - line.lowerBasisPoints),
                  },
                  { label: words.earned, isNumber: true, cell: (line) => <Sum of={line.amount} /> },
                ]}
              />
            )}
          </Part>
        </>
      )}
    </Ask>
  );
}
