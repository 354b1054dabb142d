// Proposals of partnerships: the list, and one with all that it opens.
import type { HereFragment, PartnershipProposalState, WholeProposalFragment } from "../api/schema";
import { Act, Do } from "../parts/act";
import { DelegationFields, delegationOf } from "../parts/delegation";
import { Choice, Filters, statesOf } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { List } from "../parts/list";
import { oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { PermissionList } from "../parts/permissions";
import { State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, words } from "../words/words";
import { PartnerTabs } from "./partners";
import { AcceptPartnership, DeclinePartnership, Proposal, Proposals, WithdrawProposal } from "./proposals.operations";

export function ProposalsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as PartnershipProposalState;
  const isSent = get("box") === "sent";
  const variables = { id: organisation, ...usePaging(), states: state ? [state] : null, isSent };
  return (
    <Ask query={Proposals} variables={variables} title={words.proposals} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.proposals} about={words.proposalsAbout} />
          <PartnerTabs organisation={organisation} />
          <Filters>
            <Choice
              name="box"
              label={words.box}
              choices={{ sent: words.proposalsSent }}
              any={words.proposalsReceived}
            />
            <Choice
              name="state"
              label={words.state}
              choices={statesOf("PENDING", "ACCEPTED", "DECLINED", "WITHDRAWN", "EXPIRED")}
            />
          </Filters>
          <List
            label={words.proposals}
            of={isSent ? found.proposalsSent : found.proposalsReceived}
            isLoading={isLoading}
            empty={words.noProposals}
            columns={[
              {
                label: words.reseller,
                cell: (one) => (
                  <a href={path(organisation, "proposal", one.id)}>{one.reseller?.name ?? one.addressedTo}</a>
                ),
              },
              { label: words.client, cell: (one) => one.client?.name ?? one.addressedTo },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.sent, cell: (one) => day(one.createdAt) },
              { label: words.validUntil, cell: (one) => day(one.expiresAt) },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

export function ProposalPage({ organisation, object }: PageProps) {
  return (
    <Ask
      query={Proposal}
      variables={{ id: object, here: organisation }}
      title={words.proposal}
      of={(data) => oneAndHere(data, "PartnershipProposal")}
    >
      {({ one, here }) => (
        <>
          <Head
            title={words.proposalOf(one.maker.name)}
            above={{ label: words.proposals, href: path(organisation, "proposals") }}
            about={words.proposalBetween(
              one.reseller?.name ?? one.addressedTo ?? "",
              one.client?.name ?? one.addressedTo ?? "",
            )}
          >
            {one.state === "PENDING" && <Answers one={one} here={here} />}
          </Head>
          {one.message && <blockquote>{one.message}</blockquote>}
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.sent} of={one.createdAt}>
              {day}
            </Fact>
            <Fact label={words.validUntil} of={one.expiresAt}>
              {day}
            </Fact>
            <Fact label={words.endsOn} of={one.terms.endsAt}>
              {day}
            </Fact>
            <Fact label={words.upstream} of={one.terms.includesUpstream}>
              {(yes) => (yes ? words.yes : words.no)}
            </Fact>
          </Facts>
          <div class="columns">
            <Part title={words.opens} of={one.terms.opens}>
              {(opens) => (
                <div class="box">
                  <PermissionList permissions={opens} />
                </div>
              )}
            </Part>
            <Part title={words.mayDoAtClients} of={one.terms.opensAtClients}>
              {(opens) => (
                <div class="box">
                  <PermissionList permissions={opens} />
                </div>
              )}
            </Part>
          </div>
        </>
      )}
    </Ask>
  );
}

function Answers({ one, here }: { one: WholeProposalFragment; here: HereFragment }) {
  const needs = one.proposedBy === "RESELLER" ? "PARTNERSHIP_MANAGE" : "CLIENT_UPDATE";
  if (one.maker.organisationId === here.id) {
    return (
      <Do
        label={words.withdraw}
        operation={WithdrawProposal}
        variables={{ input: { proposalId: one.id } }}
        needs={needs === "CLIENT_UPDATE" ? "PARTNERSHIP_MANAGE" : "CLIENT_UPDATE"}
        here={here}
      />
    );
  }
  return (
    <>
      <Act label={words.decline} needs={needs} here={here}>
        {(close) => (
          <Form
            operation={DeclinePartnership}
            variables={() => ({ input: { proposalId: one.id } })}
            submit={words.decline}
            isDangerous
            done={words.declined}
            onDone={close}
          >
            <p>{words.declineProposal(one.maker.name)}</p>
          </Form>
        )}
      </Act>
      <Act label={words.accept} needs={needs} here={here} isMain isWide>
        {(close) => (
          <Form
            operation={AcceptPartnership}
            variables={(values) => ({
              input: {
                proposalId: one.id,
                organisationId: here.id,
                delegation: delegationOf(values),
                endsAt: values.endOf("endsAt"),
              },
            })}
            submit={words.accept}
            onDone={close}
          >
            <p class="soft">{words.acceptLess}</p>
            <DelegationFields chosen={one.terms} />
            <Field
              name="endsAt"
              label={words.endsOn}
              hint={words.emptyForEver}
              type="date"
              value={one.terms.endsAt?.slice(0, 10)}
            />
          </Form>
        )}
      </Act>
    </>
  );
}
