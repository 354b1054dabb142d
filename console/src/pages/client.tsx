// One client, as its reseller sees it: the reseller's own data, what the client lets through, and its figures.
import { granted } from "../api/request";
import type { ClientPartnershipFragment, HereFragment, PropertyFragment } from "../api/schema";
import { Act, may } from "../parts/act";
import { OverviewFigures } from "../parts/figures";
import { Field, Form, Select } from "../parts/form";
import { Guard } from "../parts/guard";
import { MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { PermissionsPart } from "../parts/permissions";
import { PropertyField, showProperty } from "../parts/property";
import { RoleNames } from "../parts/roles";
import { State } from "../parts/states";
import { path } from "../router";
import { day, number, words } from "../words/words";
import { AssignTemplate, OneClient, SetClientReference } from "./client.operations";
import { SetClientProperties } from "./clients.operations";
import { EndAct } from "./partner";

export function ClientPage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation };
  return (
    <Ask query={OneClient} variables={variables} title={words.client} of={(data) => oneAndHere(data, "Partnership")}>
      {({ one, here }) => {
        const inside = one.client.organisation;
        const properties = granted(here.reseller?.propertyDefinitions ?? null)?.edges.map(({ node }) => node) ?? [];
        return (
          <>
            <Head
              title={one.client.name}
              above={{ label: words.pageNames.clients, href: path(organisation, "clients") }}
              about={words.kinds[one.client.kind]}
            >
              {one.state !== "ENDED" && (
                <EndAct here={here} partnership={one.id} name={one.client.name} needs="CLIENT_UPDATE" />
              )}
              {inside && (
                <a class="button main" href={path(inside.id)}>
                  {words.openClient}
                </a>
              )}
            </Head>
            {inside ? (
              <>
                {inside.viewerSwitchObstacle && <p class="notice">{inside.viewerSwitchObstacle}</p>}
                <OverviewFigures of={inside.overview} organisation={inside.id} />
              </>
            ) : (
              <p class="empty">{words.clientHidden}</p>
            )}
            <div class="columns">
              <Own one={one} here={here} properties={properties} />
              {inside && (
                <Part title={words.productsInUse} of={inside.products} empty={words.noProducts}>
                  {(products) => (
                    <div class="box">
                      {products.length === 0 && <p class="soft">{words.noProducts}</p>}
                      <ul class="pairs">
                        {products.map((product) => (
                          <li key={product.code}>
                            {product.name}
                            <span class="number">{number(product.quantity)}</span>
                          </li>
                        ))}
                      </ul>
                      <p class="soft">
                        {words.pricePlan}: <Guard of={inside.pricePlan}>{(plan) => plan.name}</Guard>
                      </p>
                    </div>
                  )}
                </Part>
              )}
            </div>
            <div class="columns">
              <PermissionsPart title={words.letsThrough} of={one.delegatedPermissions} />
              <MorePart
                title={words.givenMemberships}
                of={one.givenMemberships}
                name="members"
                query={OneClient}
                variables={variables}
                listOf={(data) => granted(asType(data.node, "Partnership"))?.givenMemberships}
              >
                {({ edges }, foot) => (
                  <div class="box">
                    {edges.length === 0 && <p class="soft">{words.noGivenMemberships}</p>}
                    <ul class="pairs">
                      {edges.map(({ node }) => (
                        <li key={node.id}>
                          {node.user.name}
                          <span class="soft">
                            <RoleNames of={node.roles} />
                          </span>
                        </li>
                      ))}
                    </ul>
                    {foot}
                  </div>
                )}
              </MorePart>
            </div>
          </>
        );
      }}
    </Ask>
  );
}

type Here = HereFragment & {
  readonly reseller: {
    readonly delegationTemplates:
      | symbol
      | null
      | { readonly edges: readonly { readonly node: { id: string; name: string } }[] };
  } | null;
};

interface OwnProps {
  one: ClientPartnershipFragment;
  here: Here;
  properties: readonly PropertyFragment[];
}

/** What the reseller keeps about the client. The client never sees it. */
function Own({ one, here, properties }: OwnProps) {
  const values = granted(one.properties) ?? [];
  const propertyValue = (key: string) => values.find((value) => value.key === key)?.value ?? null;
  const templates = granted(here.reseller?.delegationTemplates ?? null)?.edges ?? [];
  return (
    <section class="part">
      <div class="part-head">
        <h2>{words.ourData}</h2>
        <div class="acts">
          <Act label={words.change} needs="CLIENT_PROPERTY_MANAGE" here={here}>
            {(close) => (
              <Form
                operation={SetClientProperties}
                variables={(form) => ({
                  input: {
                    partnershipId: one.id,
                    properties: properties.map(({ key }) => ({ key, value: form.optional(`p.${key}`) })),
                  },
                })}
                submit={words.save}
                onDone={close}
              >
                {properties.length === 0 && <p class="soft">{words.noColumns}</p>}
                {properties.map((property) => (
                  <PropertyField key={property.key} property={property} value={propertyValue(property.key)} />
                ))}
              </Form>
            )}
          </Act>
          {may(here, "CLIENT_UPDATE") && (
            <Act label={words.reference}>
              {(close) => (
                <Form
                  operation={SetClientReference}
                  variables={(form) => ({ input: { partnershipId: one.id, reference: form.optional("reference") } })}
                  submit={words.save}
                  onDone={close}
                >
                  <Field
                    name="reference"
                    label={words.reference}
                    hint={words.referenceHint}
                    value={granted(one.reference)}
                  />
                </Form>
              )}
            </Act>
          )}
          {templates.length > 0 && (
            <Act label={words.template} needs="CLIENT_UPDATE" here={here}>
              {(close) => (
                <Form
                  operation={AssignTemplate}
                  variables={(form) => ({
                    input: {
                      organisationId: here.id,
                      partnershipIds: [one.id],
                      delegationTemplateId: form.optional("delegationTemplateId"),
                    },
                  })}
                  submit={words.save}
                  onDone={close}
                >
                  <Select
                    name="delegationTemplateId"
                    label={words.template}
                    none={words.noTemplate}
                    value={granted(one.template)?.id}
                    choices={Object.fromEntries(templates.map(({ node }) => [node.id, node.name]))}
                  />
                </Form>
              )}
            </Act>
          )}
        </div>
      </div>
      <Facts>
        <Fact label={words.state} of={one.state}>
          {(state) => <State of={state} />}
        </Fact>
        <Fact label={words.since} of={one.startsAt}>
          {day}
        </Fact>
        <Fact label={words.endsOn} of={one.endedAt ?? one.endsAt}>
          {day}
        </Fact>
        <Fact label={words.reference} of={one.reference} />
        <Fact label={words.template} of={one.template}>
          {(template) => template.name}
        </Fact>
        {properties.map((property) => (
          <Fact key={property.key} label={property.label} of={one.properties}>
            {() => showProperty(property, propertyValue(property.key))}
          </Fact>
        ))}
      </Facts>
    </section>
  );
}
