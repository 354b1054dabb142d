// What a webhook gets, and where: the fields of the form that makes one and of the form that changes one.
import { useState } from "preact/hooks";
import { eventTypes } from "../api/event-types";
import type { EventType, HereFragment, Permission, WebhookFragment } from "../api/schema";
import { may } from "../parts/act";
import { Check, Field, Group, type Values } from "../parts/form";
import { PermissionPicker } from "../parts/permissions";
import { words } from "../words/words";

export type Place = HereFragment & { readonly kind: string };

/** The name of a type as the receiver gets it: `invoice.issued`. */
export const eventName = (type: EventType) => type.toLowerCase().replace(/_(?=[^_]*$)/, ".");

/** The permissions whose boxes are ticked, and what to do when one is ticked or not. */
function usePermissions(chosen: readonly Permission[] = []) {
  const [now, setNow] = useState<readonly Permission[]>(chosen);
  const change = (permission: Permission, isChecked: boolean) =>
    setNow((before) => (isChecked ? [...before, permission] : before.filter((one) => one !== permission)));
  return [now, change] as const;
}

const READERS = [...new Set(eventTypes.map(([, permission]) => permission))];

/** The values of the form, as both mutations take them. */
export function scopeOf(values: Values) {
  const includesClients = values.flag("includesClients");
  return {
    name: values.text("name"),
    url: values.text("url"),
    // None chosen is a mistake for the server to name. It must not become all of them.
    types: values.flag("onlySome") ? values.all<EventType>("types") : null,
    permissions: values.all<Permission>("permissions"),
    clientPermissions: includesClients ? values.all<Permission>("clientPermissions") : [],
    includesClients,
    isOrdered: values.flag("isOrdered"),
  };
}

export function WebhookFields({ of, here }: { of?: WebhookFragment; here: Place }) {
  const [own, changeOwn] = usePermissions(of?.permissions);
  const [atClients, changeAtClients] = usePermissions(of?.clientPermissions);
  const [includesClients, setIncludesClients] = useState(of?.includesClients ?? false);
  const [onlySome, setOnlySome] = useState(Boolean(of?.types));
  const isOpen = (permission: Permission) =>
    own.includes(permission) || (includesClients && atClients.includes(permission));
  const types = eventTypes.filter(([, permission]) => isOpen(permission));
  // What the webhook has stays to be chosen, also if the person does not hold it and has unticked it.
  const offered = READERS.filter((permission) => may(here, permission) || of?.permissions.includes(permission));
  return (
    <>
      <Field name="name" label={words.name} value={of?.name} required autofocus />
      <Field
        name="url"
        label={words.address}
        hint={words.webhookAddressHint}
        type="url"
        value={of?.url}
        placeholder="https://example.com/webhooks"
        required
      />
      <PermissionPicker
        name="permissions"
        label={words.readsHere}
        chosen={of?.permissions ?? []}
        only={offered}
        onChange={changeOwn}
      />
      {(here.kind === "RESELLER" || of?.includesClients) && (
        <Check
          name="includesClients"
          label={words.includesClients}
          hint={words.includesClientsAbout}
          isChecked={includesClients}
          onChange={setIncludesClients}
        />
      )}
      {includesClients && (
        <PermissionPicker
          name="clientPermissions"
          label={words.readsAtClients}
          chosen={of?.clientPermissions ?? []}
          only={READERS}
          isDelegation
          onChange={changeAtClients}
        />
      )}
      <Check name="onlySome" label={words.onlySomeEvents} isChecked={onlySome} onChange={setOnlySome} />
      {onlySome && (
        <Group name="types" label={words.events}>
          {types.length === 0 && <p class="hint">{words.choosePermissionsFirst}</p>}
          <div class="picker">
            {types.map(([type]) => (
              <Check
                key={type}
                name="types"
                value={type}
                isChecked={of?.types?.includes(type) ?? false}
                label={<code>{eventName(type)}</code>}
              />
            ))}
          </div>
        </Group>
      )}
      <Check
        name="isOrdered"
        label={words.strictOrder}
        hint={words.strictOrderAbout}
        isChecked={of?.isOrdered ?? false}
      />
    </>
  );
}
