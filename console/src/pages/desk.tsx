// The operator's desk: find organisations and people, approve resellers, bill, and look after tasks that hang.
import { type Guarded, granted } from "../api/request";
import type { BillingRunMode, HereFragment, ResellerRequestState, ServiceKind, ServiceTaskState } from "../api/schema";
import { Act, Do } from "../parts/act";
import { Choice, Filters, SearchField, statesOf, Tabs } from "../parts/filters";
import { Field, Form, Select, TextField } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { Sums } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, moment, number, words } from "../words/words";
import {
  ApproveReseller,
  DeclineReseller,
  Desk,
  DeskPeople,
  DeskRequests,
  DeskRuns,
  DeskTasks,
  DisableUser,
  EnableUser,
  ResumeOrganisation,
  RetryTask,
  RunBilling,
  SuspendOrganisation,
} from "./desk.operations";

const DeskTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.pageNames.desk}
    tabs={[
      { label: words.organisations, href: path(organisation, "desk") },
      { label: words.sections.people, href: path(organisation, "people-desk") },
      { label: words.requests, href: path(organisation, "requests") },
      { label: words.runs, href: path(organisation, "runs") },
      { label: words.tasks, href: path(organisation, "tasks") },
    ]}
  />
);

/** The operator's part of an answer, with the organisation where the person works. */
function deskOf<Operator, Here>(data: {
  readonly operator: Guarded<Operator>;
  readonly organisation: Guarded<Here>;
}): Guarded<{ operator: Operator; here: Here }> {
  const here = granted(data.organisation);
  if (typeof data.operator === "symbol") return data.operator;
  return here && data.operator && { operator: data.operator as Operator, here };
}

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
          <Head title={words.pageNames.desk} about={words.deskAbout} />
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
                cell: (one) =>
                  one.memberships?.edges.map(({ node }, index) => (
                    <div key={index}>
                      {node.organisation ? (
                        <a href={path(node.organisation.organisationId)}>{node.organisation.name}</a>
                      ) : (
                        <None />
                      )}
                    </div>
                  )),
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

export function DeskRunsPage({ organisation }: PageProps) {
  const variables = { here: organisation, ...usePaging() };
  return (
    <Ask query={DeskRuns} variables={variables} title={words.runs} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.runs} about={words.runsAbout}>
            <Act label={words.run} needs="INVOICE_ISSUE" here={here} isMain>
              {(close) => (
                <Form
                  operation={RunBilling}
                  variables={(values) => ({
                    input: { until: values.optional("until"), mode: values.text("mode") as BillingRunMode },
                  })}
                  submit={words.run}
                  done={words.runStarted}
                  onDone={close}
                >
                  <Select name="mode" label={words.kind} choices={words.runModes} />
                  <Field name="until" label={words.endsOn} hint={words.emptyForToday} type="date" />
                </Form>
              )}
            </Act>
          </Head>
          <DeskTabs organisation={organisation} />
          <List
            label={words.runs}
            of={operator.billingRuns}
            isLoading={isLoading}
            empty={words.noRuns}
            columns={[
              { label: words.endsOn, cell: (one) => day(one.until) },
              { label: words.kind, cell: (one) => words.runModes[one.mode] },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.pageNames.invoices, isNumber: true, cell: (one) => number(one.invoiceCount) },
              { label: words.creditNotes, isNumber: true, cell: (one) => number(one.creditNoteCount) },
              { label: words.net, isNumber: true, cell: (one) => <Sums of={one.net} /> },
              { label: words.started, cell: (one) => moment(one.startedAt) },
              {
                label: words.leftOut,
                isNumber: true,
                cell: (one) =>
                  one.problems.length === 0 ? (
                    number(one.leftOutCount)
                  ) : (
                    <Act label={number(one.leftOutCount)} title={words.leftOut} isWide>
                      {() => (
                        <ul class="pairs">
                          {one.problems.map((problem) => (
                            <li key={problem.organisationId}>
                              <a href={path(problem.organisationId, "billing")}>{problem.message}</a>
                            </li>
                          ))}
                        </ul>
                      )}
                    </Act>
                  ),
              },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) =>
                  one.state === "STOPPED" && (
                    <div class="acts">
                      <Do
                        label={words.goOn}
                        operation={RunBilling}
                        variables={{ input: { resumeId: one.id } }}
                        needs="INVOICE_ISSUE"
                        here={here}
                      />
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

export function DeskTasksPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as ServiceTaskState;
  const variables = {
    here: organisation,
    ...usePaging(),
    filter: { state: state ? [state] : null, kind: (get("kind") || null) as ServiceKind | null },
  };
  return (
    <Ask query={DeskTasks} variables={variables} title={words.tasks} of={(data) => deskOf(data)}>
      {({ operator, here }, isLoading) => (
        <>
          <Head title={words.tasks} about={words.tasksAbout} />
          <DeskTabs organisation={organisation} />
          <Filters>
            <Choice name="state" label={words.state} choices={statesOf("WAITING", "CLAIMED", "FAILED", "DONE")} />
            <Choice name="kind" label={words.kind} choices={words.serviceKinds} />
          </Filters>
          <List
            label={words.tasks}
            of={operator.serviceTasks}
            isLoading={isLoading}
            empty={words.noTasks}
            columns={[
              {
                label: words.task,
                cell: (one) => (
                  <>
                    {one.action ? words.serviceActions[one.action] : words.taskKinds[one.kind]}
                    <small>{one.wanted.name}</small>
                  </>
                ),
              },
              { label: words.kind, cell: (one) => (one.service ? words.serviceKinds[one.service.kind] : <None />) },
              {
                label: words.state,
                cell: (one) => (
                  <>
                    <State of={one.state} />
                    <Guard of={one.error} empty="">
                      {(error) => <small class="mistake">{error}</small>}
                    </Guard>
                  </>
                ),
              },
              { label: words.attempts, isNumber: true, cell: (one) => <Guard of={one.attempts}>{number}</Guard> },
              { label: words.asked, cell: (one) => moment(one.createdAt) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) =>
                  one.state === "FAILED" && (
                    <div class="acts">
                      <Do
                        label={words.retry}
                        operation={RetryTask}
                        variables={{ input: { taskId: one.id } }}
                        needs="SERVICE_PROVISION"
                        here={here}
                      />
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
