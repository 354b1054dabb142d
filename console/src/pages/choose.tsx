// All organisations that a person may see, and what is offered to their address.
import { useEffect } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type { NewOrganisationKind } from "../api/schema";
import { Act } from "../parts/act";
import { Filters, SearchField } from "../parts/filters";
import { Field, Form, Select } from "../parts/form";
import { List } from "../parts/list";
import { More } from "../parts/more";
import { Ask, Head } from "../parts/page";
import { PermissionList } from "../parts/permissions";
import { Failed, State } from "../parts/states";
import { go, path, usePaging, useParameters } from "../router";
import { Places } from "../shell.operations";
import { day, words } from "../words/words";
import { AcceptOffer, Choose, CreateOrganisation, DeclineOffer } from "./choose.operations";
import { OwnershipAnswers } from "./ownership";

export function ChoosePage() {
  const { get } = useParameters();
  const variables = { ...usePaging(), search: get("search") || null };
  return (
    <Ask query={Choose} variables={variables} title={words.chooseOrganisation} of={(data) => data.viewer}>
      {(viewer, isLoading) => (
        <>
          <OnlyPlace of={viewer} />
          <Head title={words.chooseOrganisation} about={words.loggedInAs(viewer.name)}>
            <NewOrganisation />
          </Head>
          {viewer.ownershipOffers && (
            <More
              label={words.ownership}
              of={viewer.ownershipOffers}
              name="ownership"
              query={Choose}
              variables={variables}
              listOf={(data) => granted(data.viewer)?.ownershipOffers}
            >
              {({ edges }, foot) => (
                <>
                  {edges.map(({ node }) => (
                    <div class="notice" key={node.id}>
                      <p>{words.ownershipOfferFrom(node.offeredBy.name, node.card.name, day(node.expiresAt))}</p>
                      <div class="acts">
                        <OwnershipAnswers offer={{ transferId: node.id }} name={node.card.name} />
                      </div>
                    </div>
                  ))}
                  {foot}
                </>
              )}
            </More>
          )}
          {viewer.partnershipOffers && (
            <More
              label={words.proposals}
              of={viewer.partnershipOffers}
              name="partnership"
              query={Choose}
              variables={variables}
              listOf={(data) => granted(data.viewer)?.partnershipOffers}
            >
              {({ edges }, foot) => (
                <>
                  {edges.map(({ node }) => (
                    <div class="notice" key={node.id}>
                      <p>{words.partnershipOfferFrom(node.maker.name, day(node.expiresAt))}</p>
                      <div class="acts">
                        <Offer
                          id={node.id}
                          maker={node.maker.name}
                          message={node.message}
                          opens={node.terms.opens ?? []}
                        />
                      </div>
                    </div>
                  ))}
                  {foot}
                </>
              )}
            </More>
          )}
          <Filters>
            <SearchField />
          </Filters>
          <List
            label={words.organisations}
            of={viewer.organisations}
            isLoading={isLoading}
            empty={get("search") ? words.nothingFound : words.noOrganisations}
            columns={[
              { label: words.name, cell: (place) => <a href={path(place.id)}>{place.name}</a> },
              { label: words.kind, cell: (place) => words.kinds[place.kind] },
              { label: words.state, cell: (place) => <State of={place.state} /> },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

interface Offered {
  readonly organisations: {
    readonly totalCount: number | null;
    readonly edges: readonly { node: { id: string } }[];
  } | null;
  readonly ownershipOffers: { readonly edges: readonly unknown[] } | null;
  readonly partnershipOffers: { readonly edges: readonly unknown[] } | null;
}

/** A person with a single organisation goes on at once, unless they asked for the list. */
function OnlyPlace({ of }: { of: Offered }) {
  const { all } = useParameters();
  const [only] = of.organisations?.edges ?? [];
  const hasOffers = (of.ownershipOffers?.edges.length ?? 0) + (of.partnershipOffers?.edges.length ?? 0) > 0;
  const goesOn = of.organisations?.totalCount === 1 && !hasOffers && all.size === 0;
  useEffect(() => {
    if (goesOn && only) go(path(only.node.id), "replace");
  }, [goesOn, only?.node.id]);
  return null;
}

const NewOrganisation = () => (
  <Act label={words.newOrganisation}>
    {() => (
      <Form
        operation={CreateOrganisation}
        variables={(values) => ({
          input: { name: values.text("name"), kind: values.text("kind") as NewOrganisationKind },
        })}
        submit={words.create}
        onDone={(payload) => payload.organisation && go(path(payload.organisation.id))}
      >
        <Field name="name" label={words.name} required autofocus />
        <Select
          name="kind"
          label={words.kind}
          choices={{ COMPANY: words.kinds.COMPANY, PERSON: words.kinds.PERSON, PROJECT: words.kinds.PROJECT }}
        />
      </Form>
    )}
  </Act>
);

interface OfferProps {
  id: string;
  maker: string;
  message: string | null;
  opens: Parameters<typeof PermissionList>[0]["permissions"];
}

/** A proposal to a person's address. The person chooses for which organisation it is accepted. */
function Offer({ id, maker, message, opens }: OfferProps) {
  return (
    <>
      <Act label={words.look} class="main" title={words.proposalOf(maker)} isWide>
        {(close) => (
          <Form
            operation={AcceptOffer}
            variables={(values) => ({ input: { proposalId: id, organisationId: values.text("organisationId") } })}
            submit={words.accept}
            onDone={close}
          >
            {message && <blockquote>{message}</blockquote>}
            <h3>{words.opens}</h3>
            <PermissionList permissions={opens} />
            <OwnOrganisations />
          </Form>
        )}
      </Act>
      <Act label={words.decline}>
        {(close) => (
          <Form
            operation={DeclineOffer}
            variables={() => ({ input: { proposalId: id } })}
            submit={words.decline}
            isDangerous
            done={words.declined}
            onDone={close}
          >
            <p>{words.declineProposal(maker)}</p>
          </Form>
        )}
      </Act>
    </>
  );
}

function OwnOrganisations() {
  const { data, error } = useQuery(Places, {});
  if (error) return <Failed error={error} />;
  const places = granted(data?.viewer)?.organisations?.edges ?? [];
  const choices = Object.fromEntries(places.map(({ node }) => [node.id, node.name]));
  return <Select name="organisationId" label={words.forOrganisation} choices={choices} />;
}
