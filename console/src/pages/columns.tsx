// The reseller's own columns in its table of clients.
import { useState } from "preact/hooks";
import type { PropertyFragment, PropertyType } from "../api/schema";
import { Act } from "../parts/act";
import { Check, Field, Form, Select, TextField, type Values } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { None } from "../parts/states";
import { usePaging } from "../router";
import { list, words } from "../words/words";
import { ClientTabs } from "./client-tabs";
import { Columns, CreateProperty, DeleteProperty, UpdateProperty } from "./columns.operations";

export function ColumnsPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Columns} variables={variables} title={words.ownColumns} of={(data) => data.organisation}>
      {(here, isLoading) => (
        <>
          <Head title={words.ownColumns} about={words.ownColumnsAbout}>
            <Act label={words.newColumn} needs="CLIENT_PROPERTY_MANAGE" here={here} isMain>
              {(close) => (
                <Form
                  operation={CreateProperty}
                  variables={(values) => ({
                    input: { resellerId: here.reseller?.id ?? "", key: values.text("key"), ...column(values) },
                  })}
                  submit={words.create}
                  onDone={close}
                >
                  <Field name="key" label={words.key} hint={words.keyHint} required autofocus />
                  <ColumnFields />
                </Form>
              )}
            </Act>
          </Head>
          <ClientTabs organisation={organisation} />
          <List
            label={words.ownColumns}
            of={here.reseller?.propertyDefinitions ?? null}
            isLoading={isLoading}
            empty={words.noColumns}
            columns={[
              { label: words.name, cell: (one) => one.label },
              { label: words.key, cell: (one) => <code>{one.key}</code> },
              { label: words.kind, cell: (one) => words.propertyTypes[one.type] },
              { label: words.choices, cell: (one) => (one.choices.length > 0 ? list(one.choices) : <None />) },
              { label: words.required, cell: (one) => (one.required ? words.yes : words.no) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) => (
                  <div class="acts">
                    <Act label={words.change} needs="CLIENT_PROPERTY_MANAGE" here={here} title={one.label}>
                      {(close) => (
                        <Form
                          operation={UpdateProperty}
                          variables={(values) => ({ input: { propertyDefinitionId: one.id, ...column(values) } })}
                          submit={words.save}
                          onDone={close}
                        >
                          <ColumnFields of={one} />
                        </Form>
                      )}
                    </Act>
                    <Act label={words.remove} needs="CLIENT_PROPERTY_MANAGE" here={here} title={one.label}>
                      {(close) => (
                        <Form
                          operation={DeleteProperty}
                          variables={() => ({ input: { propertyDefinitionId: one.id } })}
                          submit={words.remove}
                          isDangerous
                          onDone={close}
                        >
                          <p>{words.removeColumnAbout}</p>
                        </Form>
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

function column(values: Values) {
  const type = values.text("type") as PropertyType;
  const choices = values.text("choices").split("\n");
  return {
    label: values.text("label"),
    type,
    required: values.flag("required"),
    choices: type === "CHOICE" ? choices.map((choice) => choice.trim()).filter(Boolean) : null,
  };
}

function ColumnFields({ of }: { of?: PropertyFragment }) {
  const [type, setType] = useState<string>(of?.type ?? "TEXT");
  return (
    <>
      <Field name="label" label={words.heading} value={of?.label} required />
      <Select name="type" label={words.kind} choices={words.propertyTypes} value={type} onChange={setType} />
      {type === "CHOICE" && (
        <TextField
          name="choices"
          label={words.choices}
          hint={words.oneOnEachLine}
          value={of?.choices.join("\n")}
          required
        />
      )}
      <Check name="required" label={words.required} isChecked={of?.required ?? false} />
    </>
  );
}
