// The partners of an organisation, and what each may do here.
import { granted } from "../api/request";
import type { HereFragment, PartnershipSide, PartnershipState } from "../api/schema";
import { Act } from "../parts/act";
import { DelegationFields, delegationOf } from "../parts/delegation";
import { Choice, Filters, statesOf, Tabs } from "../parts/filters";
import { Field, Form, Select, TextField } from "../parts/form";
import { List } from "../parts/list";
import { MorePart } from "../parts/more";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, localeForApi, number, words } from "../words/words";
import { Partners, ProposePartnership } from "./partners.operations";

export function PartnersPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as PartnershipState;
  const variables = { id: organisation, ...usePaging(), states: state ? [state] : null };
  return (
    <Ask query={Partners} variables={variables} title={words.pageNames.partners} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.partners} about={words.partnersAbout}>
            <Propose here={found} side="CLIENT" />
          </Head>
          <PartnerTabs organisation={organisation} />
          <Filters>
            <Choice name="state" label={words.state} choices={statesOf("ACTIVE", "SCHEDULED", "EXPIRED", "ENDED")} />
          </Filters>
          <List
            label={words.pageNames.partners}
            of={found.partnerships}
            isLoading={isLoading}
            empty={words.noPartners}
            columns={[
              {
                label: words.partner,
                cell: (one) => <a href={path(organisation, "partner", one.id)}>{one.reseller.name}</a>,
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.permissions, isNumber: true, cell: (one) => number(one.delegatedPermissions.length) },
              { label: words.upstream, cell: (one) => (one.includesUpstream ? words.yes : words.no) },
              { label: words.since, cell: (one) => day(one.startsAt) },
              { label: words.endsOn, cell: (one) => ending(one.endedAt ?? one.endsAt) },
            ]}
          />
          <MorePart
            title={words.ancestors}
            of={found.ancestors}
            name="ancestors"
            query={Partners}
            variables={variables}
            listOf={(data) => granted(data.organisation)?.ancestors}
          >
            {({ edges }, foot) =>
              edges.length === 0 ? (
                <p class="empty">{words.noAncestors}</p>
              ) : (
                <>
                  <ul class="tree box">
                    {edges.map(({ node }) => (
                      <li key={node.card.id}>
                        {[node.card, ...node.path.toReversed()].map(({ name }) => name).join(" → ")}
                      </li>
                    ))}
                  </ul>
                  {foot}
                </>
              )
            }
          </MorePart>
        </>
      )}
    </Ask>
  );
}

const ending = (at: string | null) => (at ? day(at) : <None />);

export const PartnerTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.pageNames.partners}
    tabs={[
      { label: words.pageNames.partners, href: path(organisation, "partners") },
      { label: words.proposals, href: path(organisation, "proposals") },
    ]}
  />
);

/** A proposal from either side. */
export function Propose({ here, side }: { here: HereFragment; side: PartnershipSide }) {
  const needs = side === "CLIENT" ? "PARTNERSHIP_MANAGE" : "CLIENT_UPDATE";
  return (
    <Act
      label={side === "CLIENT" ? words.proposeToPartner : words.proposeToClient}
      needs={needs}
      here={here}
      isMain={side === "CLIENT"}
      isWide
    >
      {(close) => (
        <Form
          operation={ProposePartnership}
          variables={(values) => ({
            input: {
              organisationId: here.id,
              side,
              to: values.text("by") === "code" ? { code: values.text("to") } : { email: values.text("to") },
              delegation: delegationOf(values),
              endsAt: values.endOf("endsAt"),
              message: values.optional("message"),
              locale: localeForApi(),
            },
          })}
          submit={words.propose}
          done={words.proposed}
          onDone={close}
        >
          <div class="beside">
            <Select
              name="by"
              label={words.addressedBy}
              choices={{ code: words.codeOfOrganisation, email: words.email }}
            />
            <Field name="to" label={words.to} required />
          </div>
          <DelegationFields />
          <Field name="endsAt" label={words.endsOn} hint={words.emptyForEver} type="date" />
          <TextField name="message" label={words.message} />
        </Form>
      )}
    </Act>
  );
}
