// The groups of the directory: which there are, who belongs to one, and which groups belong to it.
import { granted } from "../api/request";
import { Filters, SearchField } from "../parts/filters";
import { List } from "../parts/list";
import { AndMore, MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Head, type PageProps, Part } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, number, words } from "../words/words";
import { Groups, OneGroup } from "./groups.operations";
import { LicenceTabs } from "./licence-tabs";

export function GroupsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = { id: organisation, ...usePaging(), search: get("search") || null };
  return (
    <Ask query={Groups} variables={variables} title={words.groups} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.groups} about={words.groupsAbout} />
          <LicenceTabs organisation={organisation} />
          <Filters>
            <SearchField />
          </Filters>
          <List
            label={words.groups}
            of={found.groups}
            isLoading={isLoading}
            empty={get("search") ? words.nothingFound : words.noGroups}
            columns={[
              {
                label: words.name,
                cell: (one) => (
                  <>
                    <a href={path(organisation, "group", one.id)}>{one.name}</a>
                    <small>{one.externalId}</small>
                  </>
                ),
              },
              {
                label: words.sections.people,
                isNumber: true,
                cell: (one) => number(one.people?.totalCount ?? 0),
              },
              {
                label: words.groupsInside,
                cell: (one) => <Inside of={one.groups} organisation={organisation} />,
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

interface InsideProps {
  of: { readonly totalCount: number | null; readonly edges: readonly { readonly node: Named }[] } | null;
  organisation: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function Inside({ of, organisation }: InsideProps) {
  if (!of || of.edges.length === 0) return <None />;
  return (
    <>
      {of.edges.map(({ node }, index) => (
        <span key={node.id}>
          {index > 0 && ", "}
          <a href={path(organisation, "group", node.id)}>{node.name}</a>
        </span>
      ))}
      <AndMore of={of} />
    </>
  );
}

export function GroupPage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation, ...usePaging() };
  return (
    <Ask query={OneGroup} variables={variables} title={words.group} of={(data) => oneAndHere(data, "DirectoryGroup")}>
      {({ one }, isLoading) => (
        <>
          <Head
            title={one.name}
            above={{ label: words.groups, href: path(organisation, "groups") }}
            about={`${words.externalId}: ${one.externalId}`}
          />
          {(one.groups?.edges.length ?? 0) > 0 && (
            <MorePart
              title={words.groupsInside}
              of={one.groups}
              name="groups"
              query={OneGroup}
              variables={variables}
              listOf={(data) => granted(asType(data.node, "DirectoryGroup"))?.groups}
            >
              {(inside, foot) => (
                <div class="box">
                  <ul class="pairs">
                    {inside.edges.map(({ node }) => (
                      <li key={node.id}>
                        <a href={path(organisation, "group", node.id)}>{node.name}</a>
                        <span class="soft">{words.peopleCount(node.people?.totalCount ?? 0)}</span>
                      </li>
                    ))}
                  </ul>
                  {foot}
                  <p class="hint">{words.groupsInsideAbout}</p>
                </div>
              )}
            </MorePart>
          )}
          <Part title={words.sections.people} of={one.people}>
            {(people) => (
              <List
                label={words.sections.people}
                of={people}
                isLoading={isLoading}
                empty={words.nobodyInGroup}
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
                    label: words.lastLogIn,
                    cell: (person) => (person.lastLogInAt ? day(person.lastLogInAt) : <None />),
                  },
                ]}
              />
            )}
          </Part>
        </>
      )}
    </Ask>
  );
}
