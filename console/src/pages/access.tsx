// Who holds a permission here, and by which ways: members, partners, programs and the operator.
import { granted } from "../api/request";
import type { Permission } from "../api/schema";
import { Choice, Filters, SearchField } from "../parts/filters";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { usePaging, useParameters } from "../router";
import { words } from "../words/words";
import { Access } from "./access.operations";
import { PeopleTabs } from "./members";

const FIRST: Permission = "ORGANISATION_READ";

export function AccessPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const permission = (get("permission") || FIRST) as Permission;
  const variables = { id: organisation, ...usePaging(), search: get("search") || null, permission };
  return (
    <Ask
      query={Access}
      variables={variables}
      title={words.access}
      of={(data) => {
        const here = granted(data.organisation);
        return here && { here, catalogue: granted(data.permissionCatalogue) ?? [] };
      }}
    >
      {({ here, catalogue }, isLoading) => (
        <>
          <Head title={words.access} about={words.accessAbout} />
          <PeopleTabs organisation={organisation} />
          <Filters>
            <Choice
              name="permission"
              label={words.permission}
              any={catalogue.find((one) => one.permission === FIRST)?.description ?? FIRST}
              choices={Object.fromEntries(
                catalogue
                  .filter((one) => !one.platformOnly && one.permission !== FIRST)
                  .map((one) => [one.permission, one.description]),
              )}
            />
            <SearchField />
          </Filters>
          <List
            label={words.access}
            of={here.accessors}
            isLoading={isLoading}
            empty={words.nobody}
            columns={[
              {
                label: words.who,
                cell: ({ actor }) => (
                  <>
                    {actor?.name ?? words.somebody}
                    {actor?.__typename === "ApiKey" && <small>{words.actorKinds.API_KEY}</small>}
                  </>
                ),
              },
              {
                label: words.because,
                cell: ({ paths }) => (
                  <ul class="paths">
                    {paths.map((way) => (
                      <li key={way.sentence}>{way.sentence}</li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}
