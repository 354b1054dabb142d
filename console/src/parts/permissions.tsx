// Permissions to read and to choose. The server describes each of them.
import { useQuery } from "../api/hooks";
import { type Guarded, granted } from "../api/request";
import type { Permission } from "../api/schema";
import { words } from "../words/words";
import { Check, Group } from "./form";
import { Part } from "./page";
import { PermissionCatalogue } from "./permissions.operations";
import { Failed, Loading } from "./states";

interface Described {
  readonly permission: Permission;
  readonly description: string;
}

/** Permissions with what each of them opens. */
export function PermissionList({ permissions }: { permissions: readonly Described[] }) {
  if (permissions.length === 0) return <p class="soft">{words.noPermissions}</p>;
  return (
    <ul class="permissions">
      {permissions.map(({ permission, description }) => (
        <li key={permission}>
          {description}
          <code>{permission}</code>
        </li>
      ))}
    </ul>
  );
}

/** The same by name alone: the descriptions are looked up. */
export function NamedPermissions({ names }: { names: readonly Permission[] }) {
  const catalogue = granted(useQuery(PermissionCatalogue, {}).data?.permissionCatalogue) ?? [];
  const describe = (name: Permission) => catalogue.find((one) => one.permission === name)?.description ?? "";
  return (
    <PermissionList permissions={names.map((permission) => ({ permission, description: describe(permission) }))} />
  );
}

/** The same as a part of a page that the server may refuse. */
export function PermissionsPart({ title, of }: { title: string; of: Guarded<readonly Permission[]> | undefined }) {
  return (
    <Part title={title} of={of}>
      {(names) => (
        <div class="box">
          <NamedPermissions names={names} />
        </div>
      )}
    </Part>
  );
}

interface PickerProps {
  name: string;
  label: string;
  chosen?: readonly Permission[];
  /** Only those that a partner can get. */
  isDelegation?: boolean;
  /** Only these. The operator's own are among them if they are named. */
  only?: readonly Permission[];
  onChange?: (permission: Permission, isChecked: boolean) => void;
}

export function PermissionPicker({ name, label, chosen = [], isDelegation = false, only, onChange }: PickerProps) {
  const { data, error } = useQuery(PermissionCatalogue, {});
  if (error) return <Failed error={error} />;
  const offered = (granted(data?.permissionCatalogue) ?? []).filter(
    (one) => (only ? only.includes(one.permission) : !one.platformOnly) && (!isDelegation || one.delegable),
  );
  return (
    <Group name={name} label={label}>
      {!data && <Loading />}
      <div class="picker">
        {offered.map(({ permission, description }) => (
          <Check
            key={permission}
            name={name}
            value={permission}
            isChecked={chosen.includes(permission)}
            label={description}
            hint={<code>{permission}</code>}
            onChange={(isChecked) => onChange?.(permission, isChecked)}
          />
        ))}
      </div>
    </Group>
  );
}
