// Things that a quota counts, for example data loggers.
import { granted } from "../api/request";
import type { AssetOrderField, AssetState, HereFragment } from "../api/schema";
import { Act, may } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Field, Form, Select } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { usePaging, useParameters } from "../router";
import { day, number, words } from "../words/words";
import { Assets, CreateAsset, DeleteAssets, UpdateAsset } from "./assets.operations";
import { LicenceTabs } from "./licence-tabs";

const ORDERS: Record<string, AssetOrderField> = { name: "NAME", created: "CREATED_AT" };

export function AssetsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const sort = get("sort");
  const field = ORDERS[sort.replace(/^-/, "")];
  const variables = {
    id: organisation,
    ...usePaging(),
    filter: {
      search: get("search") || null,
      featureId: get("feature") || null,
      state: (get("state") || null) as AssetState | null,
    },
    orderBy: field ? { field, direction: sort.startsWith("-") ? ("DESC" as const) : ("ASC" as const) } : null,
  };
  return (
    <Ask query={Assets} variables={variables} title={words.assets} of={(data) => data.organisation}>
      {(found, isLoading) => {
        const pools = granted(found.licencePools)?.edges.map(({ node }) => node) ?? [];
        return (
          <>
            <Head title={words.assets} about={words.assetsAbout}>
              <NewAsset
                here={found}
                features={Object.fromEntries(
                  pools.map(({ feature, free }) => [feature.id, words.featureFree(feature.name, number(free))]),
                )}
              />
            </Head>
            <LicenceTabs organisation={organisation} />
            <Filters>
              <SearchField />
              <Choice
                name="feature"
                label={words.licence}
                choices={Object.fromEntries(pools.map(({ feature }) => [feature.id, feature.name]))}
              />
              <Choice name="state" label={words.state} choices={statesOf("ACTIVE", "DELETED")} />
            </Filters>
            <List
              label={words.assets}
              of={found.assets}
              isLoading={isLoading}
              empty={get("search") || get("feature") || get("state") ? words.nothingFound : words.noAssets}
              columns={[
                { label: words.name, sort: "name", cell: (one) => one.name },
                { label: words.kind, cell: (one) => one.kind },
                { label: words.licence, cell: (one) => one.feature?.name ?? <None /> },
                { label: words.externalId, cell: (one) => one.externalId ?? <None /> },
                { label: words.state, cell: (one) => <State of={one.state} /> },
                { label: words.since, sort: "created", cell: (one) => day(one.createdAt) },
                (may(found, "ASSET_CREATE") || may(found, "ASSET_DELETE")) && {
                  label: words.acts,
                  isNumber: true,
                  cell: (one) =>
                    one.state === "ACTIVE" && (
                      <div class="acts">
                        <Act label={words.change} needs="ASSET_CREATE" here={found} title={one.name}>
                          {(close) => (
                            <Form
                              operation={UpdateAsset}
                              variables={(values) => ({
                                input: {
                                  assetId: one.id,
                                  name: values.text("name"),
                                  kind: values.text("kind"),
                                  externalId: values.optional("externalId"),
                                },
                              })}
                              submit={words.save}
                              onDone={close}
                            >
                              <AssetFields {...one} />
                            </Form>
                          )}
                        </Act>
                        <Act label={words.remove} needs="ASSET_DELETE" here={found} title={one.name}>
                          {(close) => (
                            <Form
                              operation={DeleteAssets}
                              variables={() => ({ input: { organisationId: found.id, assetIds: [one.id] } })}
                              submit={words.remove}
                              isDangerous
                              onDone={close}
                            >
                              <p>{words.removeAssetAbout}</p>
                            </Form>
                          )}
                        </Act>
                      </div>
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

const AssetFields = (of: { name?: string; kind?: string; externalId?: string | null }) => (
  <>
    <Field name="name" label={words.name} value={of.name} required autofocus />
    <div class="beside">
      <Field name="kind" label={words.kind} hint={words.assetKindHint} value={of.kind} required />
      <Field name="externalId" label={words.externalId} value={of.externalId} />
    </div>
  </>
);

const NewAsset = ({ here, features }: { here: HereFragment; features: Record<string, string> }) => (
  <Act label={words.newAsset} needs="ASSET_CREATE" here={here} isMain>
    {(close) => (
      <Form
        operation={CreateAsset}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            featureId: values.text("featureId"),
            name: values.text("name"),
            kind: values.text("kind"),
            externalId: values.optional("externalId"),
          },
        })}
        submit={words.create}
        onDone={close}
      >
        <Select name="featureId" label={words.licence} choices={features} />
        <AssetFields />
      </Form>
    )}
  </Act>
);
