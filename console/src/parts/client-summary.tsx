// All clients of a reseller in a few figures. A sum says how many of the clients it covers.
import type { Guarded } from "../api/request";
import type { SummaryOfClientsFragment } from "../api/schema";
import { path } from "../router";
import { words } from "../words/words";
import { Bars } from "./chart";
import { Figure, FigureRow } from "./figures";
import { GuardedPart } from "./guard";
import { Sums } from "./money";

export function ClientSummary({ of, organisation }: { of: Guarded<SummaryOfClientsFragment>; organisation: string }) {
  return (
    <GuardedPart of={of}>
      {({ clientsByState, monthlyRecurring, openInvoices, overdueInvoices }) => (
        <div class="summary">
          <FigureRow>
            <Figure
              label={words.monthly}
              of={monthlyRecurring}
              note={(one) => words.ofClients(one.clients, one.ofClients)}
            >
              {({ amounts }) => <Sums of={amounts} />}
            </Figure>
            <Figure
              label={words.openInvoices}
              of={openInvoices}
              note={(one) => words.ofClients(one.clients, one.ofClients)}
            >
              {({ amounts }) => <Sums of={amounts} />}
            </Figure>
            <Figure
              label={words.overdue}
              of={overdueInvoices}
              isBad={(overdueInvoices?.count ?? 0) > 0}
              note={(one) => words.ofClients(one.clients, one.ofClients)}
            >
              {({ amounts }) => <Sums of={amounts} />}
            </Figure>
          </FigureRow>
          {clientsByState && (
            <div class="box">
              <h3>
                <a href={path(organisation, "clients")}>{words.clientsByState}</a>
              </h3>
              <Bars
                label={words.clientsByState}
                bars={clientsByState.map(({ state, count }) => ({ label: words.states[state], value: count }))}
              />
            </div>
          )}
        </div>
      )}
    </GuardedPart>
  );
}
