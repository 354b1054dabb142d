// Webhooks: addresses to which the server sends what happens, each within permissions of its own.
import type { WebhookFragment, WebhookState } from "../api/schema";
import { Act } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { SecretForm } from "../parts/secret";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, moment, number, words } from "../words/words";
import { type Place, scopeOf, WebhookFields } from "./webhook-fields";
import { CreateWebhook, Webhooks } from "./webhooks.operations";

export function WebhooksPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = {
    id: organisation,
    ...usePaging(),
    state: (get("state") || null) as WebhookState | null,
    search: get("search") || null,
  };
  return (
    <Ask query={Webhooks} variables={variables} title={words.pageNames.webhooks} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.webhooks} about={words.webhooksAbout}>
            <Act label={words.newWebhook} needs="WEBHOOK_MANAGE" here={found} isMain isWide>
              {() => <NewWebhook here={found} />}
            </Act>
          </Head>
          <Filters>
            <SearchField />
            <Choice name="state" label={words.state} choices={statesOf("ENABLED", "DISABLED")} />
          </Filters>
          <List
            label={words.pageNames.webhooks}
            of={found.webhooks}
            isLoading={isLoading}
            empty={get("state") || get("search") ? words.nothingFound : words.noWebhooks}
            columns={[
              {
                label: words.name,
                cell: (one) => (
                  <>
                    <a href={path(organisation, "webhook", one.id)}>{one.name}</a>
                    <small class="address">{one.url}</small>
                  </>
                ),
              },
              {
                label: words.state,
                cell: (one) => (
                  <>
                    <State of={one.state} />
                    <Trouble of={one} />
                  </>
                ),
              },
              { label: words.events, cell: (one) => (one.types ? number(one.types.length) : words.allItMayRead) },
              found.kind === "RESELLER" && {
                label: words.pageNames.clients,
                cell: (one) => (one.includesClients ? words.yes : words.no),
              },
              { label: words.createdBy, cell: (one) => one.createdBy?.name ?? <None /> },
              { label: words.madeOn, cell: (one) => day(one.createdAt) },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

function Trouble({ of: { disabledAt, failingSince } }: { of: WebhookFragment }) {
  if (disabledAt) return <small>{moment(disabledAt)}</small>;
  return failingSince && <small class="mistake">{words.failingSince(moment(failingSince))}</small>;
}

const NewWebhook = ({ here }: { here: Place }) => (
  <SecretForm
    operation={CreateWebhook}
    variables={(values) => ({ input: { organisationId: here.id, ...scopeOf(values) } })}
    submit={words.create}
    done={words.webhookCreated}
    secret={({ secret }) => secret}
    about={words.signingSecretOnce}
  >
    <WebhookFields here={here} />
  </SecretForm>
);
