// The clients of a reseller, with its own columns, filters, order and saved views. All of it stands in the address.
import type { ComponentChildren } from "preact";
import { type Guarded, granted, isRefused } from "../api/request";
import type {
  ClientFilter,
  ClientFragment,
  ClientOrder,
  HereFragment,
  PartnershipState,
  PropertyFragment,
} from "../api/schema";
import { Act, ActLink, may } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { Guard } from "../parts/guard";
import { type Column, type Connection, List } from "../parts/list";
import { Sums } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { PropertyCell, showProperty } from "../parts/property";
import { Empty, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { number, words } from "../words/words";
import { ClientTabs } from "./client-tabs";
import { Clients, DeleteClientView, SaveClientView } from "./clients.operations";
import { CreateClientAct } from "./create-client";
import { Propose } from "./partners";

export function ClientsPage({ organisation }: PageProps) {
  const { get, all, set } = useParameters();
  const view = get("view");
  const filter = filterOf(all);
  const orderBy = orderOf(get("sort"));
  const variables = { id: organisation, ...usePaging(), ...(view ? { view } : { filter, orderBy }) };
  return (
    <Ask query={Clients} variables={variables} title={words.pageNames.clients} of={(data) => data.organisation}>
      {(found, isLoading) => {
        const reseller = found.reseller;
        if (!reseller) {
          return (
            <>
              <Head title={words.pageNames.clients} />
              <Empty>{words.notReseller}</Empty>
            </>
          );
        }
        const properties = granted(reseller.propertyDefinitions)?.edges.map(({ node }) => node) ?? [];
        const views = granted(reseller.clientViews)?.edges.map(({ node }) => node) ?? [];
        const chosen = views.find((one) => one.id === view);
        const columns = chosen?.columns.length
          ? properties.filter(({ key }) => chosen.columns.includes(key))
          : properties;
        const isFiltered = [...all.keys()].some((name) => !["after", "before", "sort"].includes(name));
        return (
          <>
            <Head title={words.pageNames.clients} about={words.clientsAbout}>
              <Propose here={found} side="RESELLER" />
              <ActLink
                label={words.newOrder}
                needs="CLIENT_CREATE"
                here={found}
                href={path(organisation, "new-order")}
              />
              <ActLink
                label={words.createMany}
                needs="CLIENT_CREATE"
                here={found}
                href={path(organisation, "new-clients")}
              />
              <CreateClientAct here={found} />
            </Head>
            <ClientTabs organisation={organisation} />
            <Filters>
              {views.length > 0 && (
                <Choice
                  name="view"
                  label={words.view}
                  any={words.ownFilter}
                  choices={Object.fromEntries(views.map(({ id, name }) => [id, name]))}
                />
              )}
              {!view && (
                <>
                  <SearchField />
                  <Choice
                    name="state"
                    label={words.state}
                    choices={statesOf("ACTIVE", "SCHEDULED", "EXPIRED", "ENDED")}
                  />
                  {properties
                    .filter(({ type }) => type === "CHOICE")
                    .map(({ key, label, choices }) => (
                      <Choice
                        key={key}
                        name={`p.${key}`}
                        label={label}
                        choices={Object.fromEntries(choices.map((choice) => [choice, choice]))}
                      />
                    ))}
                </>
              )}
              {may(found, "CLIENT_PROPERTY_MANAGE") &&
                (view ? (
                  <RemoveView view={view} name={chosen?.name ?? ""} onDone={() => set({ view: "" })} />
                ) : (
                  isFiltered && (
                    <SaveView reseller={reseller.id} here={found} filter={filter} orderBy={orderBy} columns={columns} />
                  )
                ))}
            </Filters>
            <List
              label={words.pageNames.clients}
              of={asRows(reseller.clients)}
              isLoading={isLoading}
              closed={{ from: 3 + columns.length, is: ({ node }) => node === null, text: words.clientHidden }}
              empty={isFiltered ? words.nothingFound : words.noClients}
              columns={[
                {
                  label: words.client,
                  ...(!view && { sort: "name" }),
                  cell: ({ client, partnership }) => (
                    <a href={path(organisation, "client", partnership.id)}>{client.name}</a>
                  ),
                },
                {
                  label: words.reference,
                  cell: ({ partnership }) => <Guard of={partnership.reference}>{(text) => text}</Guard>,
                },
                { label: words.state, cell: ({ partnership }) => <State of={partnership.state} /> },
                ...columns.map((property) => propertyColumn(property, found, !view)),
                ...figures(),
              ]}
            />
          </>
        );
      }}
    </Ask>
  );
}

/** An edge of this list is more than its node: the partnership and the card of the client belong to the row. */
function asRows(of: Guarded<{ readonly edges: readonly ClientFragment[] }>): Guarded<Connection<ClientFragment>> {
  if (isRefused(of)) return of;
  const clients = granted(of);
  return clients && { ...clients, edges: clients.edges.map((node) => ({ node })) };
}

function propertyColumn(property: PropertyFragment, here: HereFragment, isSortable: boolean): Column<ClientFragment> {
  return {
    label: property.label,
    isNumber: property.type === "NUMBER",
    ...(isSortable && { sort: `p.${property.key}` }),
    cell: ({ client, partnership }) => {
      const value = granted(partnership.properties)?.find((one) => one.key === property.key)?.value ?? null;
      if (may(here, "CLIENT_PROPERTY_MANAGE") && property.type === "CHOICE") {
        return <PropertyCell property={property} partnership={partnership.id} client={client.name} value={value} />;
      }
      return <Guard of={partnership.properties}>{() => showProperty(property, value)}</Guard>;
    },
  };
}

/** The figures of a client. */
const figures = (): Column<ClientFragment>[] => {
  type Node = NonNullable<ClientFragment["node"]>;
  const column = (label: string, cell: (node: Node) => ComponentChildren): Column<ClientFragment> => ({
    label,
    isNumber: true,
    cell: ({ node }) => node && cell(node),
  });
  return [
    column(words.members, ({ overview }) => <Guard of={overview.memberCount}>{number}</Guard>),
    column(words.subscriptions, ({ overview }) => <Guard of={overview.subscriptionCount}>{number}</Guard>),
    column(words.monthly, ({ overview }) => (
      <Guard of={overview.monthlyRecurring}>{(amounts) => <Sums of={amounts} />}</Guard>
    )),
    column(words.overdue, ({ overview }) => (
      <Guard of={overview.overdueInvoices}>{({ amounts }) => <Sums of={amounts} />}</Guard>
    )),
  ];
};

function filterOf(parameters: URLSearchParams): ClientFilter {
  const state = parameters.get("state") as PartnershipState | null;
  const properties = [...parameters].filter(([name, value]) => name.startsWith("p.") && value);
  return {
    search: parameters.get("search") || null,
    partnershipState: state ? [state] : null,
    properties: properties.map(([name, value]) => ({ key: name.slice(2), eq: value })),
  };
}

function orderOf(sort: string): ClientOrder | null {
  if (!sort) return null;
  const name = sort.replace(/^-/, "");
  const direction = sort.startsWith("-") ? "DESC" : "ASC";
  return name.startsWith("p.") ? { property: name.slice(2), direction } : { field: "NAME", direction };
}

interface SaveProps {
  reseller: string;
  here: HereFragment;
  filter: ClientFilter;
  orderBy: ClientOrder | null;
  columns: readonly PropertyFragment[];
}

const SaveView = ({ reseller, here, filter, orderBy, columns }: SaveProps) => (
  <Act label={words.saveView} needs="CLIENT_PROPERTY_MANAGE" here={here}>
    {(close) => (
      <Form
        operation={SaveClientView}
        variables={(values) => ({
          input: {
            resellerId: reseller,
            name: values.text("name"),
            filter,
            orderBy,
            columns: columns.map(({ key }) => key),
          },
        })}
        submit={words.save}
        onDone={close}
      >
        <p class="soft">{words.saveViewAbout}</p>
        <Field name="name" label={words.name} required autofocus />
      </Form>
    )}
  </Act>
);

const RemoveView = ({ view, name, onDone }: { view: string; name: string; onDone: () => void }) => (
  <Act label={words.removeView} title={words.removeViewNamed(name)}>
    {() => (
      <Form
        operation={DeleteClientView}
        variables={() => ({ input: { viewId: view } })}
        submit={words.remove}
        isDangerous
        onDone={onDone}
      />
    )}
  </Act>
);
