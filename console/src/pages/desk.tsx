// The operator's desk: find organisations and people, and approve resellers.
import type { HereFragment, ResellerRequestState } from "../api/schema";
import { Act, ActLink, Do } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Field, Form, TextField } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { AndMore } from "../parts/more";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, moment, words } from "../words/words";
import {
  ApproveReseller,
  DeclineReseller,
  Desk,
  DeskPeople,
  DeskRequests,
  DisableUser,
  EnableUser,
  ResumeOrganisation,
  SuspendOrganisation,
} from "./desk.operations";
import { DeskTabs, deskOf } from "./desk-frame";

export function DeskPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    here: organisation,
    ...usePaging(),
    search: get("search") || null,
    withoutOwner: get("owner") === "none",
  };
  return (
    <Ask query={Desk} variables={variables} title={words.pageNames.desk} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.pageNames.desk} about={words.deskAbout}>
            <ActLink
              label={words.newOrder}
              needs="CLIENT_CREATE"
              here={here}
              isMain
              href={path(organisation, "new-order")}
            />
          </Head>
          <DeskTabs organisation={organisation} />
          <Filters>
            <SearchField />
            <Choice name="owner" label={words.roleNames.OWNER} choices={{ none: words.withoutOwner }} />
          </Filters>
          <List
            label={words.organisations}
            of={operator.organisations}
            isLoading={isLoading}
            empty={words.nothingFound}
            columns={[
              {
                label: words.name,
                cell: (one) => (one.organisation ? <a href={path(one.organisation.id)}>{one.name}</a> : one.name),
              },
              { label: words.kind, cell: (one) => words.kinds[one.kind] },
              {
                label: words.state,
                cell: (one) => (one.organisation ? <State of={one.organisation.state} /> : <None />),
              },
              {
                label: words.pricePlan,
                cell: (one) => <Guard of={one.organisation?.pricePlan}>{(plan) => plan.name}</Guard>,
              },
              {
                label: words.acts,
                isNumber: true,
                cell: ({ organisation: place }) => place && <StateActs here={here} id={place.id} state={place.state} />,
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

function StateActs({ here, id, state }: { here: HereFragment; id: string; state: string }) {
  return (
    <div class="acts">
      {state === "SUSPENDED" && (
        <Do
          label={words.resume}
          operation={ResumeOrganisation}
          variables={{ input: { organisationId: id } }}
          needs="ORGANISATION_SUSPEND"
          here={here}
        />
      )}
      {state === "ACTIVE" && (
        <Act label={words.suspend} needs="ORGANISATION_SUSPEND" here={here}>
          {(close) => (
            <Form
              operation={SuspendOrganisation}
              variables={(values) => ({ input: { organisationId: id, reason: values.text("reason") } })}
              submit={words.suspend}
              isDangerous
              onDone={close}
            >
              <p>{words.suspendAbout}</p>
              <TextField name="reason" label={words.reason} required />
            </Form>
          )}
        </Act>
      )}
    </div>
  );
}

export function DeskPeoplePage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = { here: organisation, ...usePaging(), search: get("search") || null };
  return (
    <Ask query={DeskPeople} variables={variables} title={words.sections.people} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.sections.people} about={words.searchesAreLogged} />
          <DeskTabs organisation={organisation} />
          <Filters>
            <SearchField />
          </Filters>
          <List
            label={words.sections.people}
            of={operator.users}
            isLoading={isLoading}
            empty={words.nothingFound}
            columns={[
              {
                label: words.name,
                cell: (one) => (
                  <>
                    {one.user.name}
                    <small>{one.email}</small>
                  </>
                ),
              },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              {
                label: words.organisations,
                cell: ({ memberships }) => (
                  <>
                    {memberships?.edges.map(({ node }, index) => (
                      <div key={index}>
                        {node.organisation ? (
                          <a href={path(node.organisation.organisationId)}>{node.organisation.name}</a>
                        ) : (
                          <None />
                        )}
                      </div>
                    ))}
                    <AndMore of={memberships} />
                  </>
                ),
              },
              { label: words.verified, cell: (one) => (one.emailVerifiedAt ? words.yes : words.no) },
              { label: words.lastSeen, cell: (one) => (one.lastSeenAt ? moment(one.lastSeenAt) : <None />) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) => (
                  <div class="acts">
                    {one.state === "DISABLED" ? (
                      <Do
                        label={words.enable}
                        operation={EnableUser}
                        variables={{ input: { userId: one.id } }}
                        needs="USER_MANAGE"
                        here={here}
                      />
                    ) : (
                      <Act label={words.disable} needs="USER_MANAGE" here={here} title={one.user.name}>
                        {(close) => (
                          <Form
                            operation={DisableUser}
                            variables={(values) => ({ input: { userId: one.id, reason: values.text("reason") } })}
                            submit={words.disable}
                            isDangerous
                            onDone={close}
                          >
                            <p>{words.disableAbout}</p>
                            <TextField name="reason" label={words.reason} required />
                          </Form>
                        )}
                      </Act>
                    )}
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

export function DeskRequestsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as ResellerRequestState;
  const variables = { here: organisation, ...usePaging(), states: state ? [state] : null };
  return (
    <Ask query={DeskRequests} variables={variables} title={words.requests} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.requests} about={words.requestsAbout} />
          <DeskTabs organisation={organisation} />
          <Filters>
            <Choice
              name="state"
              label={words.state}
              choices={statesOf("PENDING", "ACCEPTED", "DECLINED", "WITHDRAWN")}
            />
          </Filters>
          <List
            label={words.requests}
            of={operator.resellerRequests}
            isLoading={isLoading}
            empty={words.noResellerRequests}
            columns={[
              { label: words.organisation, cell: (one) => one.organisation.name },
              { label: words.message, cell: (one) => one.message },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.sent, cell: (one) => day(one.createdAt) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) =>
                  one.state === "PENDING" && (
                    <div class="acts">
                      <Answer here={here} request={one.id} name={one.organisation.name} />
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

function Answer({ here, request, name }: { here: HereFragment; request: string; name: string }) {
  return (
    <>
      <Act label={words.decline} needs="RESELLER_MANAGE" here={here} title={name}>
        {(close) => (
          <Form
            operation={DeclineReseller}
            variables={(values) => ({ input: { resellerRequestId: request, reason: values.text("reason") } })}
            submit={words.decline}
            isDangerous
            done={words.declined}
            onDone={close}
          >
            <TextField name="reason" label={words.reason} required />
          </Form>
        )}
      </Act>
      <Act label={words.approve} needs="RESELLER_MANAGE" here={here} title={name} class="main">
        {(close) => (
          <Form
            operation={ApproveReseller}
            variables={(values) => ({
              input: {
                resellerRequestId: request,
                commissionBasisPoints: Math.round(values.number("commissionBasisPoints") * 100),
                terms: values.text("terms"),
              },
            })}
            submit={words.approve}
            onDone={close}
          >
            <Field
              name="commissionBasisPoints"
              label={words.rateInPercent}
              type="number"
              min={0}
              max={100}
              value={10}
              required
            />
            <TextField name="terms" label={words.termsOfProgramme} />
          </Form>
        )}
      </Act>
    </>
  );
}
