// The services of an organisation, and one of them with what can be asked of it.
import { granted } from "../api/request";
import type { HereFragment, ServiceKind, ServiceState, WholeServiceFragment } from "../api/schema";
import { Act, may } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps } from "../parts/page";
import { ACTIONS, ATTRIBUTES } from "../parts/service-attributes";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, moment, words } from "../words/words";
import { OneService, RequestServiceAction, Services, UpdateService } from "./services.operations";
import { ProductTabs } from "./subscriptions";

export function ServicesPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: {
      search: get("search") || null,
      kind: (get("kind") || null) as ServiceKind | null,
      state: (get("state") || null) as ServiceState | null,
    },
  };
  return (
    <Ask query={Services} variables={variables} title={words.pageNames.services} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.services} />
          <ProductTabs organisation={organisation} />
          <Filters>
            <SearchField />
            <Choice name="kind" label={words.kind} choices={words.serviceKinds} />
            <Choice name="state" label={words.state} choices={statesOf("PENDING", "ACTIVE", "SUSPENDED", "ENDED")} />
          </Filters>
          <List
            label={words.pageNames.services}
            of={found.services}
            isLoading={isLoading}
            empty={get("search") || get("kind") || get("state") ? words.nothingFound : words.noServices}
            columns={[
              {
                label: words.name,
                cell: (one) => (
                  <>
                    <a href={path(organisation, "service", one.id)}>{one.name}</a>
                    {one.problem && <small class="mistake">{one.problem}</small>}
                  </>
                ),
              },
              { label: words.kind, cell: (one) => words.serviceKinds[one.kind] },
              { label: words.state, cell: (one) => <NowAndWanted state={one.state} wanted={one.desiredState} /> },
              {
                label: words.subscription,
                cell: (one) => (
                  <Guard of={one.subscription}>
                    {({ id, productName }) => <a href={path(organisation, "subscription", id)}>{productName}</a>}
                  </Guard>
                ),
              },
              { label: words.since, cell: (one) => day(one.createdAt) },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

function NowAndWanted({ state, wanted }: { state: ServiceState; wanted: "ACTIVE" | "SUSPENDED" | "ENDED" }) {
  return (
    <>
      <State of={state} />
      {state !== wanted && <small>{words.shallBe(words.states[wanted])}</small>}
    </>
  );
}

export function ServicePage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation };
  return (
    <Ask query={OneService} variables={variables} title={words.service} of={(data) => oneAndHere(data, "Service")}>
      {({ one, here }) => (
        <>
          <Head
            title={one.name}
            above={{ label: words.pageNames.services, href: path(organisation, "services") }}
            about={words.serviceKinds[one.kind]}
          >
            <Acts one={one} here={here} />
          </Head>
          {one.problem && <p class="notice">{one.problem}</p>}
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <NowAndWanted state={state} wanted={one.desiredState} />}
            </Fact>
            <Fact label={words.since} of={one.createdAt}>
              {day}
            </Fact>
            <Fact label={words.subscription} of={one.subscription}>
              {({ id, productName }) => <a href={path(organisation, "subscription", id)}>{productName}</a>}
            </Fact>
            <Fact label={words.externalId} of={one.externalId} />
            {one.attributes.map(({ name, value }) => (
              <Fact key={name} label={attributeName(name)} of={value} />
            ))}
          </Facts>
          <MorePart
            title={words.tasks}
            of={one.tasks}
            name="tasks"
            query={OneService}
            variables={variables}
            listOf={(data) => granted(asType(data.node, "Service"))?.tasks}
          >
            {(tasks, foot) => (
              <List
                foot={foot}
                label={words.tasks}
                of={tasks}
                empty={words.noTasks}
                columns={[
                  {
                    label: words.task,
                    cell: (task) => (task.action ? words.serviceActions[task.action] : words.taskKinds[task.kind]),
                  },
                  { label: words.state, cell: (task) => <State of={task.state} /> },
                  { label: words.asked, cell: (task) => moment(task.createdAt) },
                  { label: words.finished, cell: (task) => (task.finishedAt ? moment(task.finishedAt) : <None />) },
                ]}
              />
            )}
          </MorePart>
        </>
      )}
    </Ask>
  );
}

const attributeName = (name: string) => (words.attributes as Record<string, string>)[name] ?? name;

function Acts({ one, here }: { one: WholeServiceFragment; here: HereFragment }) {
  const needs = one.kind === "DOMAIN" && !may(here, "SERVICE_MANAGE") ? "DOMAIN_MANAGE" : "SERVICE_MANAGE";
  const value = (name: string) => one.attributes.find((attribute) => attribute.name === name)?.value;
  if (one.state === "ENDED") return null;
  return (
    <>
      {ACTIONS[one.kind].map((action) => (
        <Act key={action} label={words.serviceActions[action]} needs={needs} here={here}>
          {(close) => (
            <Form
              operation={RequestServiceAction}
              variables={() => ({ input: { serviceId: one.id, action } })}
              submit={words.serviceActions[action]}
              done={words.requested}
              onDone={close}
            >
              <p>{words.actionAbout(one.name)}</p>
            </Form>
          )}
        </Act>
      ))}
      <Act label={words.change} needs={needs} here={here} isMain>
        {(close) => (
          <Form
            operation={UpdateService}
            variables={(values) => ({
              input: {
                serviceId: one.id,
                attributes: ATTRIBUTES[one.kind]
                  .map((name) => ({ name, value: values.text(`attribute.${name}`) }))
                  .filter((attribute) => attribute.value !== (value(attribute.name) ?? "")),
              },
            })}
            submit={words.save}
            onDone={close}
          >
            {ATTRIBUTES[one.kind].map((name) => (
              <Field key={name} name={`attribute.${name}`} label={attributeName(name)} value={value(name)} />
            ))}
          </Form>
        )}
      </Act>
    </>
  );
}
