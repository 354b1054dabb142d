// The roles that an organisation made, and what the built-in ones open.
import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type { BuiltinRole, HereFragment, OwnRoleFragment, Permission } from "../api/schema";
import { Act, may } from "../parts/act";
import { Field, Form } from "../parts/form";
import { Guard, GuardedPart } from "../parts/guard";
import { List } from "../parts/list";
import { AndMore } from "../parts/more";
import { Ask, Head, type PageProps, Part } from "../parts/page";
import { NamedPermissions, PermissionList, PermissionPicker } from "../parts/permissions";
import { Effect } from "../parts/roles";
import { usePaging } from "../router";
import { number, words } from "../words/words";
import { PeopleTabs } from "./members";
import { CreateRole, DeleteRole, PreviewRole, Roles, UpdateRole } from "./roles.operations";

export function RolesPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Roles} variables={variables} title={words.roles} of={(data) => granted(data.organisation) && data}>
      {({ organisation: place, permissionCatalogue }, isLoading) => (
        <Guard of={place}>
          {(found) => (
            <>
              <Head title={words.roles} about={words.rolesAbout}>
                <Act label={words.newRole} needs="ROLE_MANAGE" here={found} isMain isWide>
                  {(close) => (
                    <Form
                      operation={CreateRole}
                      variables={(values) => ({
                        input: {
                          organisationId: found.id,
                          name: values.text("name"),
                          permissions: values.all<Permission>("permissions"),
                          clientPermissions: values.all<Permission>("clientPermissions"),
                        },
                      })}
                      submit={words.create}
                      onDone={close}
                    >
                      <RoleFields isReseller={found.kind === "RESELLER"} />
                    </Form>
                  )}
                </Act>
              </Head>
              <PeopleTabs organisation={organisation} />
              <Part title={words.ownRoles} of={found.roles}>
                {(roles) => (
                  <List
                    label={words.ownRoles}
                    of={roles}
                    isLoading={isLoading}
                    empty={words.noRoles}
                    columns={[
                      { label: words.name, cell: (role) => role.name },
                      {
                        label: words.permissions,
                        isNumber: true,
                        cell: (role) => <Guard of={role.permissions}>{(all) => number(all.length)}</Guard>,
                      },
                      {
                        label: words.acts,
                        isNumber: true,
                        cell: (role) => <RoleActs here={found} isReseller={found.kind === "RESELLER"} role={role} />,
                      },
                    ]}
                  />
                )}
              </Part>
              <Part title={words.builtInRoles} of={permissionCatalogue}>
                {(catalogue) => (
                  <ul class="cards">
                    {Object.entries(words.roleNames).map(([id, name]) => (
                      <li key={id} class="box">
                        <h3>{name}</h3>
                        <p class="soft">{words.roleAbout[id as BuiltinRole]}</p>
                        <Act label={words.look} class="link" title={name} isWide>
                          {() => (
                            <PermissionList
                              permissions={catalogue.filter((one) => one.builtInRoles.includes(id as BuiltinRole))}
                            />
                          )}
                        </Act>
                      </li>
                    ))}
                  </ul>
                )}
              </Part>
            </>
          )}
        </Guard>
      )}
    </Ask>
  );
}

function RoleFields({ role, isReseller }: { role?: OwnRoleFragment; isReseller: boolean }) {
  return (
    <>
      <Field name="name" label={words.name} value={role?.name} required autofocus />
      <PermissionPicker name="permissions" label={words.permissionsHere} chosen={granted(role?.permissions) ?? []} />
      {isReseller && (
        <PermissionPicker
          name="clientPermissions"
          label={words.permissionsAtClients}
          chosen={granted(role?.clientPermissions) ?? []}
          isDelegation
        />
      )}
    </>
  );
}

function RoleActs({ here, isReseller, role }: { here: HereFragment; isReseller: boolean; role: OwnRoleFragment }) {
  return (
    <div class="acts">
      <Act label={words.look} title={role.name} isWide>
        {() => (
          <>
            <h3>{words.permissionsHere}</h3>
            <Guard of={role.permissions}>{(all) => <NamedPermissions names={all} />}</Guard>
            {isReseller && <h3>{words.permissionsAtClients}</h3>}
            {isReseller && <Guard of={role.clientPermissions}>{(all) => <NamedPermissions names={all} />}</Guard>}
          </>
        )}
      </Act>
      {may(here, "ROLE_MANAGE") && (
        <Act label={words.change} title={role.name} isWide>
          {(close) => <ChangeRole role={role} isReseller={isReseller} onDone={close} />}
        </Act>
      )}
      <Act label={words.remove} needs="ROLE_MANAGE" here={here} title={words.removeRole(role.name)}>
        {(close) => (
          <Form
            operation={DeleteRole}
            variables={() => ({ input: { roleId: role.id } })}
            submit={words.remove}
            isDangerous
            onDone={close}
          >
            <p>{words.removeRoleAbout}</p>
          </Form>
        )}
      </Act>
    </div>
  );
}

interface Chosen {
  permissions: Permission[];
  clientPermissions: Permission[];
}

function ChangeRole({ role, isReseller, onDone }: { role: OwnRoleFragment; isReseller: boolean; onDone: () => void }) {
  const [chosen, setChosen] = useState<Chosen>();
  return (
    <Form
      operation={UpdateRole}
      variables={(values) => ({
        input: {
          roleId: role.id,
          name: values.text("name"),
          permissions: values.all<Permission>("permissions"),
          ...(isReseller && { clientPermissions: values.all<Permission>("clientPermissions") }),
        },
      })}
      submit={words.save}
      onDone={onDone}
    >
      <div
        class="stack"
        onChange={(event) => {
          const form = (event.target as HTMLInputElement).form;
          if (!form) return;
          const data = new FormData(form);
          setChosen({
            permissions: data.getAll("permissions") as Permission[],
            clientPermissions: data.getAll("clientPermissions") as Permission[],
          });
        }}
      >
        <RoleFields role={role} isReseller={isReseller} />
      </div>
      {chosen && <Preview role={role.id} chosen={chosen} />}
    </Form>
  );
}

/** Who gains and who loses what. */
function Preview({ role, chosen }: { role: string; chosen: Chosen }) {
  const { data } = useQuery(PreviewRole, { role, ...chosen });
  return (
    <GuardedPart of={data?.previewRoleChange}>
      {({ effects }) => (
        <GuardedPart of={effects}>
          {({ edges, totalCount }) => (
            <section class="box" aria-label={words.effects}>
              <h3>{words.effectOn(totalCount ?? edges.length)}</h3>
              {edges.map(({ node }) => (
                <div key={node.user.id}>
                  <strong>{node.user.name}</strong>
                  <Effect {...node} />
                </div>
              ))}
              <AndMore of={{ edges, totalCount }} />
            </section>
          )}
        </GuardedPart>
      )}
    </GuardedPart>
  );
}
