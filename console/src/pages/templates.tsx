// Classes of clients: what each class is asked for, where clients differ from it, and the tree of clients of clients.
import type { HereFragment, Permission } from "../api/schema";
import { Act } from "../parts/act";
import { DelegationFields, delegationOf } from "../parts/delegation";
import { Filters, SearchField } from "../parts/filters";
import { Field, Form, TextField } from "../parts/form";
import { Download, List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { number, words } from "../words/words";
import { ClientTabs } from "./client-tabs";
import { DeleteTemplate, Drifts, ProposeTemplates, SaveTemplate, Templates, Tree } from "./templates.operations";

interface Template {
  readonly id: string;
  readonly name: string;
  readonly terms: {
    readonly permissions: readonly Permission[];
    readonly clientPermissions: readonly Permission[];
    readonly includesUpstream: boolean;
  };
}

export function TemplatesPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Templates} variables={variables} title={words.templates} of={(data) => data.organisation}>
      {(here, isLoading) => (
        <>
          <Head title={words.templates} about={words.templatesAbout}>
            <SaveAct here={here} label={words.newTemplate} />
          </Head>
          <ClientTabs organisation={organisation} />
          <List
            label={words.templates}
            of={here.reseller?.delegationTemplates ?? null}
            isLoading={isLoading}
            empty={words.noTemplates}
            columns={[
              { label: words.name, cell: (one) => one.name },
              { label: words.permissions, isNumber: true, cell: (one) => number(one.terms.permissions.length) },
              { label: words.upstream, cell: (one) => (one.terms.includesUpstream ? words.yes : words.no) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) => (
                  <div class="acts">
                    <SaveAct here={here} label={words.change} template={one} />
                    <Act label={words.remove} needs="CLIENT_UPDATE" here={here} title={one.name}>
                      {(close) => (
                        <Form
                          operation={DeleteTemplate}
                          variables={() => ({ input: { delegationTemplateId: one.id } })}
                          submit={words.remove}
                          isDangerous
                          onDone={close}
                        />
                      )}
                    </Act>
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

const SaveAct = ({ here, label, template }: { here: HereFragment; label: string; template?: Template }) => (
  <Act label={label} needs="CLIENT_UPDATE" here={here} isMain={!template} isWide>
    {(close) => (
      <Form
        operation={SaveTemplate}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            delegationTemplateId: template?.id ?? null,
            name: values.text("name"),
            delegation: delegationOf(values),
          },
        })}
        submit={words.save}
        onDone={close}
      >
        <Field name="name" label={words.name} value={template?.name} required autofocus />
        <DelegationFields {...(template && { chosen: template.terms })} />
      </Form>
    )}
  </Act>
);

export function DriftPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Drifts} variables={variables} title={words.drift} of={(data) => data.organisation}>
      {(here, isLoading) => (
        <>
          <Head title={words.drift} about={words.driftAbout}>
            <Act label={words.proposeAll} needs="CLIENT_UPDATE" here={here}>
              {(close) => (
                <Form
                  operation={ProposeTemplates}
                  variables={(values) => ({ input: { organisationId: here.id, message: values.optional("message") } })}
                  submit={words.propose}
                  done={words.proposed}
                  onDone={close}
                >
                  <p>{words.proposeAllAbout}</p>
                  <TextField name="message" label={words.message} />
                </Form>
              )}
            </Act>
          </Head>
          <ClientTabs organisation={organisation} />
          <List
            label={words.drift}
            of={here.reseller?.drift ?? null}
            isLoading={isLoading}
            empty={words.noDrift}
            columns={[
              {
                label: words.client,
                cell: (one) => <a href={path(organisation, "client", one.partnership.id)}>{one.client.name}</a>,
              },
              { label: words.template, cell: (one) => one.template.name },
              { label: words.missing, cell: (one) => <Codes of={one.missing} /> },
              { label: words.excess, cell: (one) => <Codes of={one.excess} /> },
              { label: words.isProposed, cell: (one) => (one.proposed ? words.yes : words.no) },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

const Codes = ({ of }: { of: readonly Permission[] }) => (of.length === 0 ? <None /> : <code>{of.join(" ")}</code>);

export function TreePage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = { id: organisation, ...usePaging(), search: get("search") || null };
  return (
    <Ask query={Tree} variables={variables} title={words.tree} of={(data) => data.organisation}>
      {(here, isLoading) => (
        <>
          <Head title={words.tree} about={words.treeAbout}>
            {here.reseller && <Download href={`/resellers/${here.reseller.id}/tree.ndjson`} label={words.exportTree} />}
          </Head>
          <ClientTabs organisation={organisation} />
          <Filters>
            <SearchField />
          </Filters>
          <List
            label={words.tree}
            of={here.reseller?.descendants ?? null}
            isLoading={isLoading}
            empty={get("search") ? words.nothingFound : words.noClients}
            columns={[
              {
                label: words.client,
                cell: ({ organisation: found }) =>
                  found ? <a href={path(found.id)}>{found.name}</a> : <span class="none">{words.hidden}</span>,
              },
              { label: words.kind, cell: ({ organisation: found }) => (found ? words.kinds[found.kind] : <None />) },
              {
                label: words.state,
                cell: ({ organisation: found }) => (found ? <State of={found.state} /> : <None />),
              },
              { label: words.way, cell: (one) => one.path.map((card) => card.name).join(" → ") },
            ]}
          />
        </>
      )}
    </Ask>
  );
}
