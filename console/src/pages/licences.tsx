// Licences: the pools, who holds a seat and why, seats that nobody uses, and the people of the directory.
import { granted } from "../api/request";
import type { DirectoryPersonState, FeatureKind, HereFragment, LicenceAssignmentState } from "../api/schema";
import { Act, may } from "../parts/act";
import { Bulk } from "../parts/bulk";
import { Bars, Lines } from "../parts/chart";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Form, Select } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { Sum } from "../parts/money";
import { AndMore } from "../parts/more";
import { Ask, Head, type PageProps, Part } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, number, words } from "../words/words";
import { LicenceTabs } from "./licence-tabs";
import { AssignLicences, Directory, Pools, ReleaseLicences, Seats, SyncPerson, Unused } from "./licences.operations";

export function LicencesPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = { id: organisation, ...usePaging(), kind: (get("kind") || null) as FeatureKind | null };
  return (
    <Ask query={Pools} variables={variables} title={words.pageNames.licences} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.licences} about={words.licencesAbout} />
          <LicenceTabs organisation={organisation} />
          <Filters>
            <Choice name="kind" label={words.kind} choices={words.featureKinds} />
          </Filters>
          <List
            label={words.pools}
            of={found.licencePools}
            isLoading={isLoading}
            empty={words.noPools}
            columns={[
              { label: words.name, cell: (pool) => pool.feature.name },
              { label: words.kind, cell: (pool) => words.featureKinds[pool.feature.kind] },
              {
                label: words.used,
                cell: (pool) => (
                  <Bars
                    label={pool.feature.name}
                    most={Math.max(1, Number(pool.granted))}
                    bars={[
                      {
                        label: "",
                        value: Number(pool.used),
                        text: words.usedOf(number(pool.used), number(pool.granted)),
                        tone: pool.over === "0" ? "good" : "bad",
                      },
                    ]}
                  />
                ),
              },
              { label: words.free, isNumber: true, cell: (pool) => number(pool.free) },
              {
                label: words.givenBy,
                cell: ({ licences }) => (
                  <>
                    {licences?.edges.map(({ node }, index) => (
                      <div key={index}>
                        {number(node.quantity)} ×{" "}
                        <Guard of={node.subscription}>
                          {({ id, productName }) => <a href={path(organisation, "subscription", id)}>{productName}</a>}
                        </Guard>
                      </div>
                    ))}
                    <AndMore of={licences} />
                  </>
                ),
              },
            ]}
          />
          <Part title={words.useOverTime} of={found.usage}>
            {(days) => {
              const features = new Map(days.flatMap(({ feature }) => (feature ? [[feature.id, feature.name]] : [])));
              return features.size === 0 ? (
                <p class="empty">{words.noUsage}</p>
              ) : (
                <div class="columns">
                  {[...features].map(([id, name]) => {
                    const own = days.filter(({ feature }) => feature?.id === id);
                    return (
                      <div class="box" key={id}>
                        <Lines
                          label={name ?? ""}
                          from={day(own[0]?.day ?? "")}
                          until={day(own.at(-1)?.day ?? "")}
                          lines={[
                            { label: words.granted, tone: "soft", values: own.map((one) => Number(one.granted)) },
                            { label: words.assigned, tone: "main", values: own.map((one) => Number(one.assigned)) },
                            { label: words.active30, tone: "warn", values: own.map((one) => Number(one.active30)) },
                          ]}
                        />
                      </div>
                    );
                  })}
                </div>
              );
            }}
          </Part>
        </>
      )}
    </Ask>
  );
}

const Release = ({ here, assignment, person }: { here: HereFragment; assignment: string; person: string }) => (
  <Act label={words.release} needs="LICENCE_ASSIGN" here={here} title={words.releaseOf(person)}>
    {(close) => (
      <Form
        operation={ReleaseLicences}
        variables={() => ({ input: { organisationId: here.id, assignmentIds: [assignment] } })}
        submit={words.release}
        isDangerous
        onDone={close}
      >
        <p>{words.releaseAbout}</p>
      </Form>
    )}
  </Act>
);

export function SeatsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: { state: (get("state") || null) as LicenceAssignmentState | null },
  };
  return (
    <Ask query={Seats} variables={variables} title={words.seats} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.seats} about={words.seatsAbout} />
          <LicenceTabs organisation={organisation} />
          <Filters>
            <Choice name="state" label={words.state} choices={statesOf("ACTIVE", "ENDING", "ENDED")} />
          </Filters>
          <List
            label={words.seats}
            of={found.licenceAssignments}
            isLoading={isLoading}
            empty={words.noSeats}
            columns={[
              {
                label: words.person,
                cell: (seat) => (
                  <Guard of={seat.person}>
                    {({ name, email }) => (
                      <>
                        {name}
                        <small>{email}</small>
                      </>
                    )}
                  </Guard>
                ),
              },
              { label: words.licence, cell: (seat) => seat.feature?.name ?? <None /> },
              {
                label: words.state,
                cell: (seat) => (
                  <>
                    <State of={seat.state} />
                    {seat.endsOn && <small>{words.until(day(seat.endsOn))}</small>}
                    {seat.error && <small class="mistake">{seat.error}</small>}
                  </>
                ),
              },
              {
                label: words.because,
                cell: (seat) => <Guard of={seat.reason}>{({ sentence }) => sentence}</Guard>,
              },
              { label: words.since, cell: (seat) => day(seat.assignedAt) },
              may(found, "LICENCE_ASSIGN") && {
                label: words.acts,
                isNumber: true,
                cell: (seat) =>
                  seat.state === "ACTIVE" && (
                    <Release here={found} assignment={seat.id} person={granted(seat.person)?.name ?? ""} />
                  ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

export function UnusedPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const days = Number(get("days")) || 30;
  return (
    <Ask
      query={Unused}
      variables={{ id: organisation, ...usePaging(), days }}
      title={words.unused}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => (
        <>
          <Head title={words.unused} about={words.unusedAbout(days)} />
          <LicenceTabs organisation={organisation} />
          <Filters>
            <Choice
              name="days"
              label={words.notUsedFor}
              any={words.days(30)}
              choices={{ "7": words.days(7), "60": words.days(60), "90": words.days(90), "180": words.days(180) }}
            />
          </Filters>
          <List
            label={words.unused}
            of={found.unusedLicences}
            isLoading={isLoading}
            empty={words.noUnused}
            columns={[
              {
                label: words.person,
                cell: ({ assignment }) => (
                  <Guard of={assignment}>{({ person }) => <Guard of={person}>{({ name }) => name}</Guard>}</Guard>
                ),
              },
              {
                label: words.licence,
                cell: ({ assignment }) => <Guard of={assignment}>{({ feature }) => feature?.name ?? <None />}</Guard>,
              },
              {
                label: words.lastLogIn,
                cell: ({ lastLogInAt }) => <Guard of={lastLogInAt}>{day}</Guard>,
              },
              {
                label: words.costs,
                isNumber: true,
                cell: ({ price }) => (
                  <Guard of={price}>
                    {({ amount, interval }) => (
                      <>
                        <Sum of={amount} /> {words.per[interval]}
                      </>
                    )}
                  </Guard>
                ),
              },
              may(found, "LICENCE_ASSIGN") && {
                label: words.acts,
                isNumber: true,
                cell: ({ assignment }) => (
                  <Guard of={assignment}>
                    {({ id, person }) => <Release here={found} assignment={id} person={granted(person)?.name ?? ""} />}
                  </Guard>
                ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

export function DirectoryPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: {
      search: get("search") || null,
      unitPath: get("unit") || null,
      state: (get("state") || null) as DirectoryPersonState | null,
    },
  };
  return (
    <Ask query={Directory} variables={variables} title={words.directory} of={(data) => data.organisation}>
      {(found, isLoading) => {
        const pools = granted(found.licencePools)?.edges.map(({ node }) => node) ?? [];
        return (
          <>
            <Head title={words.directory} about={words.directoryAbout}>
              <AddPeople here={found} />
            </Head>
            <LicenceTabs organisation={organisation} />
            <Filters>
              <SearchField />
              <SearchField name="unit" label={words.unit} />
              <Choice name="state" label={words.state} choices={statesOf("ACTIVE", "SUSPENDED", "DELETED")} />
            </Filters>
            <List
              label={words.directory}
              of={found.people}
              isLoading={isLoading}
              empty={get("search") || get("unit") ? words.nothingFound : words.noPeople}
              columns={[
                {
                  label: words.name,
                  cell: (person) => (
                    <>
                      {person.name}
                      <small>{person.email}</small>
                    </>
                  ),
                },
                { label: words.unit, cell: (person) => person.unitPath || <None /> },
                { label: words.state, cell: (person) => <State of={person.state} /> },
                {
                  label: words.pageNames.licences,
                  cell: (person) => (
                    <Guard of={person.licences}>
                      {(licences) => (
                        <>
                          {licences.edges.map(({ node }) => node.feature?.name).join(", ") || <None />}
                          <AndMore of={licences} />
                        </>
                      )}
                    </Guard>
                  ),
                },
                {
                  label: words.lastLogIn,
                  cell: (person) => (person.lastLogInAt ? day(person.lastLogInAt) : <None />),
                },
                may(found, "LICENCE_ASSIGN") &&
                  pools.length > 0 && {
                    label: words.acts,
                    isNumber: true,
                    cell: (person) =>
                      person.state === "ACTIVE" && (
                        <Act label={words.giveLicence} title={words.giveLicenceTo(person.name)}>
                          {(close) => (
                            <Form
                              operation={AssignLicences}
                              variables={(values) => ({
                                input: {
                                  organisationId: found.id,
                                  featureId: values.text("featureId"),
                                  personIds: [person.id],
                                },
                              })}
                              submit={words.giveLicence}
                              onDone={close}
                            >
                              <Select
                                name="featureId"
                                label={words.licence}
                                choices={Object.fromEntries(
                                  pools.map(({ feature, free }) => [
                                    feature.id,
                                    words.featureFree(feature.name, number(free)),
                                  ]),
                                )}
                              />
                            </Form>
                          )}
                        </Act>
                      ),
                  },
              ]}
            />
          </>
        );
      }}
    </Ask>
  );
}

const AddPeople = ({ here }: { here: HereFragment }) => (
  <Act label={words.addPeople} needs="DIRECTORY_SYNC" here={here} isWide>
    {() => (
      <Bulk
        label={words.directory}
        hint={words.addPeopleHint}
        placeholder={"1001; Ada Nilsson; ada@example.org; /Sales/North"}
        operation={SyncPerson}
        variables={(rows, dryRun) => ({
          input: {
            organisationId: here.id,
            syncId: `console-${Date.now()}`,
            mode: "PATCH" as const,
            dryRun,
            people: rows.map(([externalId = "", name = "", email, unitPath]) => ({
              externalId,
              name,
              email: email || null,
              unitPath: unitPath ?? "",
            })),
          },
        })}
        results={(payload) => payload.people}
        done={words.peopleAdded}
      />
    )}
  </Act>
);
