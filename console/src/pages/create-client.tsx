// New clients: one by a form, many by paste.
import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type { HereFragment, NewClientInput, NewOrganisationKind } from "../api/schema";
import { Act } from "../parts/act";
import { DelegationFields, delegationOf } from "../parts/delegation";
import { Field, Form, Select, type Values } from "../parts/form";
import { go, path } from "../router";
import { localeForApi, words } from "../words/words";
import { ClientTemplates, CreateClient } from "./clients.operations";

export const CreateClientAct = ({ here }: { here: HereFragment }) => (
  <Act label={words.createClient} needs="CLIENT_CREATE" here={here} isMain isWide>
    {() => (
      <Form
        operation={CreateClient}
        variables={(values) => ({ input: { organisationId: here.id, client: newClient(values) } })}
        submit={words.create}
        done={words.clientCreated}
        onDone={(payload) => payload.partnership && go(path(here.id, "client", payload.partnership.id))}
      >
        <NewClientFields organisation={here.id} />
        <Select
          name="recipient"
          label={words.invoicesGoTo}
          choices={{ client: words.toTheClient, reseller: words.toUs }}
        />
      </Form>
    )}
  </Act>
);

/** Customers of the operator delegate nothing, so they have no fields for it. */
export function newClient(values: Values): NewClientInput {
  const template = values.optional("delegationTemplateId");
  return {
    name: values.text("name"),
    kind: values.text("kind") as NewOrganisationKind,
    reference: values.optional("reference"),
    ownerEmail: values.optional("ownerEmail"),
    locale: localeForApi(),
    endsAt: values.endOf("endsAt"),
    recipient: values.text("recipient") === "reseller" ? { reseller: true } : null,
    ...(template && { delegationTemplateId: template }),
    ...(values.flag("preset") && { delegation: delegationOf(values) }),
  };
}

export function NewClientFields({ organisation, isOperator = false }: { organisation: string; isOperator?: boolean }) {
  const { data } = useQuery(ClientTemplates, { id: organisation });
  const [template, setTemplate] = useState("");
  const templates = granted(granted(data?.organisation)?.reseller?.delegationTemplates ?? null)?.edges ?? [];
  return (
    <>
      <div class="beside">
        <Field name="name" label={words.name} required autofocus />
        <Select
          name="kind"
          label={words.kind}
          choices={{ COMPANY: words.kinds.COMPANY, PERSON: words.kinds.PERSON, PROJECT: words.kinds.PROJECT }}
        />
      </div>
      <div class="beside">
        <Field name="ownerEmail" label={words.ownerEmail} hint={words.ownerEmailHint} type="email" />
        <Field name="reference" label={words.reference} hint={words.referenceHint} />
      </div>
      {templates.length > 0 && (
        <Select
          name="delegationTemplateId"
          label={words.template}
          none={words.noTemplate}
          choices={Object.fromEntries(templates.map(({ node }) => [node.id, node.name]))}
          onChange={setTemplate}
        />
      )}
      {!template && !isOperator && <DelegationFields />}
      {!isOperator && <Field name="endsAt" label={words.endsOn} hint={words.emptyForEver} type="date" />}
    </>
  );
}
