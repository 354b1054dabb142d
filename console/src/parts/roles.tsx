// Roles to choose: the built-in ones, and those that the organisation made.
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type { BuiltinRole, EffectFragment, RoleChoice } from "../api/schema";
import { list, words } from "../words/words";
import { Check, Group } from "./form";
import { Guard, GuardedPart } from "./guard";
import { roleName } from "./role-name";
import { PreviewMemberRoles, RolesToGive } from "./roles.operations";

interface Role {
  readonly id: string;
  readonly name: string;
  readonly builtIn: BuiltinRole | null;
}

export const RoleNames = ({ of }: { of: readonly Role[] }) => <>{list(of.map((role) => roleName(role.name)))}</>;

/** How a chosen role is named in an input. */
export const choiceOf = (value: string): RoleChoice =>
  value in words.roleNames ? { builtIn: value as BuiltinRole } : { roleId: value };

const roleId = (role: Role) => role.builtIn ?? role.id;

interface PickerProps {
  organisation: string;
  chosen?: readonly Role[];
  isReseller: boolean;
  onChange?: (chosen: string[]) => void;
}

export function RolePicker({ organisation, chosen = [], isReseller, onChange }: PickerProps) {
  const own = granted(granted(useQuery(RolesToGive, { id: organisation }).data?.organisation)?.roles ?? null);
  const checked = chosen.map(roleId);
  const choices = [
    ...Object.entries(words.roleNames).filter(
      ([id]) => isReseller || !id.startsWith("PARTNER_") || checked.includes(id),
    ),
    ...(own?.edges.map(({ node }) => [node.id, node.name] as const) ?? []),
  ];
  return (
    <div
      onChange={(event) => {
        const form = (event.target as HTMLInputElement).form;
        if (form) onChange?.(new FormData(form).getAll("roles") as string[]);
      }}
    >
      <Group name="roles" label={words.roles}>
        <div class="picker two">
          {choices.map(([id, name]) => (
            <Check key={id} name="roles" value={id} isChecked={checked.includes(id)} label={name} />
          ))}
        </div>
      </Group>
    </div>
  );
}

/** What a person would gain and lose by other roles. */
export function RolesPreview({ membership, roles }: { membership: string; roles: readonly string[] }) {
  const { data } = useQuery(PreviewMemberRoles, { membership, roles: roles.map(choiceOf) });
  if (!data) return <p class="soft">{words.loading}</p>;
  return <GuardedPart of={data.previewMemberRoles}>{(effect) => <Effect {...effect} />}</GuardedPart>;
}

export function Effect({ gained, lost, gainedAtClients, lostAtClients }: EffectFragment) {
  const parts = [
    [words.gains, gained, "good"],
    [words.loses, lost, "bad"],
    [words.gainsAtClients, gainedAtClients, "good"],
    [words.losesAtClients, lostAtClients, "bad"],
  ] as const;
  const shown = parts.filter(([, of]) => granted(of)?.length !== 0);
  return (
    <div class="effect" role="status">
      {shown.length === 0 && <p class="soft">{words.changesNothing}</p>}
      {shown.map(([label, of, tone]) => (
        <p key={label}>
          <strong class={tone}>{label}</strong>{" "}
          <Guard of={of}>
            {(permissions) => permissions.map((permission) => <code key={permission}>{permission} </code>)}
          </Guard>
        </p>
      ))}
    </div>
  );
}
