// What happened in an organisation: who did it, by which way they could, and what it changed.
import type { AuditFilter, AuditWay, EventFragment } from "../api/schema";
import { Act, may } from "../parts/act";
import { Choice, DayField, Filters, SearchField } from "../parts/filters";
import { GuardedPart } from "../parts/guard";
import { Icon } from "../parts/icon";
import { Download, List } from "../parts/list";
import { Ask, Fact, Facts, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { usePaging, useParameters } from "../router";
import { moment, number, words } from "../words/words";
import { Log } from "./log.operations";

export function LogPage({ organisation }: PageProps) {
  const parameters = useParameters();
  const { get } = parameters;
  const filter: AuditFilter = {
    actions: get("action") ? [get("action")] : null,
    objectId: get("object") || null,
    actorId: get("actor") || null,
    way: (get("way") || null) as AuditWay | null,
    from: get("from") ? new Date(`${get("from")}T00:00:00`).toISOString() : null,
    until: get("until") ? new Date(`${get("until")}T23:59:59`).toISOString() : null,
  };
  const isFiltered = Object.values(filter).some((value) => value !== null);
  return (
    <Ask
      query={Log}
      variables={{ id: organisation, ...usePaging(), filter }}
      title={words.pageNames.log}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.log} about={words.logAbout}>
            {may(found, "AUDIT_READ") && (
              <Download href={`/organisations/${organisation}/audit.ndjson`} label={words.exportLog} />
            )}
          </Head>
          <GuardedPart of={found.auditVerification}>
            {({ valid, events, reason }) => (
              <p class={valid ? "calm-line" : "notice"}>
                <Icon name={valid ? "done" : "warning"} />
                {valid ? words.logUnbroken(number(events)) : words.logBroken(reason ?? "")}
              </p>
            )}
          </GuardedPart>
          <Filters>
            <SearchField name="action" label={words.action} />
            <Choice name="way" label={words.by} choices={words.ways} />
            <DayField name="from" label={words.from} />
            <DayField name="until" label={words.endsOn} />
            {(get("actor") || get("object")) && (
              <a class="button" href={parameters.with({ actor: "", object: "", after: "", before: "" })}>
                {words.showAll}
              </a>
            )}
          </Filters>
          <List
            label={words.pageNames.log}
            of={found.auditEvents}
            isLoading={isLoading}
            empty={isFiltered ? words.nothingFound : words.nothing}
            columns={[
              { label: words.action, cell: (event) => <code>{event.action}</code> },
              { label: words.at, cell: (event) => moment(event.at) },
              {
                label: words.who,
                cell: (event) =>
                  event.actorId ? (
                    <a href={parameters.with({ actor: event.actorId, after: "", before: "" })}>
                      {event.actorName ?? words.actorKinds[event.actorKind]}
                    </a>
                  ) : (
                    words.actorKinds[event.actorKind]
                  ),
              },
              {
                label: words.by,
                cell: (event) => (
                  <>
                    {words.ways[event.way]}
                    {event.partnership && <small>{event.partnership.reseller.name}</small>}
                  </>
                ),
              },
              { label: words.state, cell: (event) => <State of={event.outcome} /> },
              {
                label: words.details,
                isNumber: true,
                cell: (event) => (
                  <div class="acts">
                    <Act label={words.look} title={event.action} isWide>
                      {() => <Details event={event} />}
                    </Act>
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

function Details({ event }: { event: EventFragment }) {
  return (
    <div class="stack">
      <Facts>
        <Fact label={words.at} of={moment(event.at)} />
        <Fact label={words.who} of={event.actorName} />
        <Fact label={words.number} of={number(event.sequence)} />
        <Fact label={words.object} of={event.objectId}>
          {(id) => <a href={`?object=${id}`}>{id}</a>}
        </Fact>
        <Fact label={words.request} of={event.requestId} />
      </Facts>
      <div class="columns">
        <section>
          <h3>{words.before}</h3>
          {event.before ? <pre>{pretty(event.before)}</pre> : <None />}
        </section>
        <section>
          <h3>{words.after}</h3>
          {event.after ? <pre>{pretty(event.after)}</pre> : <None />}
        </section>
      </div>
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
