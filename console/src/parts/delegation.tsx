// What a client lets its partner do: one of the presets, or single permissions.
import { useState } from "preact/hooks";
import type { DelegationInput, DelegationPreset, Permission } from "../api/schema";
import { words } from "../words/words";
import { Check, Select, type Values } from "./form";
import { PermissionPicker } from "./permissions";

interface Chosen {
  readonly permissions: readonly Permission[];
  readonly clientPermissions: readonly Permission[];
  readonly includesUpstream: boolean;
}

const OWN = "OWN";

/** With `chosen`, single permissions are shown from the start. */
export function DelegationFields({ chosen }: { chosen?: Chosen }) {
  const [preset, setPreset] = useState<string>(chosen ? OWN : "SUPPORT");
  const [hasClients, setHasClients] = useState((chosen?.clientPermissions.length ?? 0) > 0);
  return (
    <>
      <Select
        name="preset"
        label={words.partnerMay}
        hint={preset === OWN ? undefined : words.presetAbout[preset as DelegationPreset]}
        value={preset}
        choices={{ ...words.presets, [OWN]: words.ownChoice }}
        onChange={setPreset}
      />
      {preset === OWN && (
        <PermissionPicker
          name="permissions"
          label={words.permissions}
          chosen={chosen?.permissions ?? []}
          isDelegation
        />
      )}
      <Check
        name="includesUpstream"
        label={words.includesUpstream}
        hint={words.includesUpstreamAbout}
        isChecked={chosen?.includesUpstream ?? false}
      />
      <Check name="hasClients" label={words.alsoAtClients} isChecked={hasClients} onChange={setHasClients} />
      {hasClients && (
        <PermissionPicker
          name="clientPermissions"
          label={words.permissionsAtClients}
          chosen={chosen?.clientPermissions ?? []}
          isDelegation
        />
      )}
    </>
  );
}

export function delegationOf(values: Values): DelegationInput {
  const preset = values.text("preset");
  return {
    ...(preset === OWN
      ? { permissions: values.all<Permission>("permissions") }
      : { preset: preset as DelegationPreset }),
    clientPermissions: values.all<Permission>("clientPermissions"),
    includesUpstream: values.flag("includesUpstream"),
  };
}
