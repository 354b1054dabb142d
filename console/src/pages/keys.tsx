// Keys for programs. Each opens what its scopes name, and no more than its maker holds.
import type { HereFragment, KeyFragment, Permission } from "../api/schema";
import { Act, may } from "../parts/act";
import { Field, Form, Select, TextField, type Values } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { PermissionPicker } from "../parts/permissions";
import { SecretForm } from "../parts/secret";
import { None, State } from "../parts/states";
import { usePaging } from "../router";
import { day, list, moment, number, words } from "../words/words";
import { CreateKey, Keys, RevokeKey, RotateKey, UpdateKey } from "./keys.operations";

export function KeysPage({ organisation }: PageProps) {
  return (
    <Ask
      query={Keys}
      variables={{ id: organisation, ...usePaging() }}
      title={words.pageNames.keys}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => {
        const isReseller = found.kind === "RESELLER";
        return (
          <>
            <Head title={words.pageNames.keys} about={words.keysAbout}>
              <Act label={words.newKey} needs="API_KEY_MANAGE" here={found} isMain isWide>
                {() => <NewKey here={found} isReseller={isReseller} />}
              </Act>
            </Head>
            <List
              label={words.pageNames.keys}
              of={found.apiKeys}
              isLoading={isLoading}
              empty={words.noKeys}
              columns={[
                {
                  label: words.name,
                  cell: (one) => (
                    <>
                      {one.name}
                      <small>
                        <code>{one.prefix}…</code>
                      </small>
                    </>
                  ),
                },
                { label: words.state, cell: (one) => <State of={one.state} /> },
                {
                  label: words.permissions,
                  isNumber: true,
                  cell: (one) => number(one.permissions.length + one.clientPermissions.length),
                },
                { label: words.networks, cell: (one) => (one.networks.length > 0 ? list(one.networks) : <None />) },
                { label: words.createdBy, cell: (one) => one.createdBy?.name ?? <None /> },
                { label: words.lastUsed, cell: (one) => (one.lastUsedAt ? moment(one.lastUsedAt) : <None />) },
                { label: words.endsOn, cell: (one) => (one.expiresAt ? day(one.expiresAt) : <None />) },
                may(found, "API_KEY_MANAGE") && {
                  label: words.acts,
                  isNumber: true,
                  cell: (one) => one.state === "ACTIVE" && <KeyActs of={one} isReseller={isReseller} />,
                },
              ]}
            />
          </>
        );
      }}
    </Ask>
  );
}

const scopes = (values: Values) => ({
  permissions: values.all<Permission>("permissions"),
  clientPermissions: values.all<Permission>("clientPermissions"),
  networks: values
    .text("networks")
    .split(/[\s,;]+/)
    .filter(Boolean),
  expiresAt: values.endOf("expiresAt"),
});

function KeyFields({ of, isReseller }: { of?: KeyFragment; isReseller: boolean }) {
  return (
    <>
      <Field name="name" label={words.name} value={of?.name} required autofocus />
      <PermissionPicker name="permissions" label={words.permissionsHere} chosen={of?.permissions ?? []} />
      {isReseller && (
        <PermissionPicker
          name="clientPermissions"
          label={words.permissionsAtClients}
          chosen={of?.clientPermissions ?? []}
          isDelegation
        />
      )}
      <div class="beside">
        <Field
          name="expiresAt"
          label={words.endsOn}
          hint={words.emptyForEver}
          type="date"
          value={of?.expiresAt?.slice(0, 10)}
        />
        <TextField
          name="networks"
          label={words.networks}
          hint={words.networksHint}
          rows={2}
          value={of?.networks.join("\n")}
        />
      </div>
    </>
  );
}

const NewKey = ({ here, isReseller }: { here: HereFragment; isReseller: boolean }) => (
  <SecretForm
    operation={CreateKey}
    variables={(values) => ({ input: { organisationId: here.id, name: values.text("name"), ...scopes(values) } })}
    submit={words.create}
    done={words.keyCreated}
    secret={({ secret }) => secret}
    about={words.secretOnce}
    more={({ warnings }) =>
      warnings.map((warning) => (
        <p key={warning.message} class="hint">
          {warning.message}
        </p>
      ))
    }
  >
    <KeyFields isReseller={isReseller} />
  </SecretForm>
);

function KeyActs({ of, isReseller }: { of: KeyFragment; isReseller: boolean }) {
  return (
    <div class="acts">
      <Act label={words.change} title={of.name} isWide>
        {(close) => (
          <Form
            operation={UpdateKey}
            variables={(values) => ({ input: { apiKeyId: of.id, name: values.text("name"), ...scopes(values) } })}
            submit={words.save}
            onDone={close}
          >
            <KeyFields of={of} isReseller={isReseller} />
          </Form>
        )}
      </Act>
      <Act label={words.rotate} title={words.rotateKey(of.name)}>
        {() => <Rotate of={of} />}
      </Act>
      <Act label={words.revoke} title={words.revokeKey(of.name)}>
        {(close) => (
          <Form
            operation={RevokeKey}
            variables={() => ({ input: { apiKeyId: of.id } })}
            submit={words.revoke}
            isDangerous
            onDone={close}
          >
            <p>{words.revokeKeyAbout}</p>
          </Form>
        )}
      </Act>
    </div>
  );
}

const Rotate = ({ of }: { of: KeyFragment }) => (
  <SecretForm
    operation={RotateKey}
    variables={(values) => ({ input: { apiKeyId: of.id, keepOldForMinutes: values.number("keepOldForMinutes") } })}
    submit={words.rotate}
    secret={({ secret }) => secret}
    about={words.secretOnce}
  >
    <Select
      name="keepOldForMinutes"
      label={words.oldSecretWorks}
      choices={{ "0": words.notAnyMore, "60": words.anHour, "1440": words.aDay }}
    />
  </SecretForm>
);
