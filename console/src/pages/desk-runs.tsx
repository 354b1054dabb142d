// The operator's desk: bill, and look after tasks that hang.
import type { BillingRunMode, ServiceKind, ServiceTaskState } from "../api/schema";
import { Act, Do } from "../parts/act";
import { Choice, Filters, statesOf } from "../parts/filters";
import { Field, Form, Select } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { Sums } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, moment, number, words } from "../words/words";
import { DeskTabs, deskOf } from "./desk-frame";
import { DeskRuns, DeskTasks, RetryTask, RunBilling } from "./desk-runs.operations";

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
