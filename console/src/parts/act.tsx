// A button for an act. The main act of a page is always drawn, with a lock if the person may not do it. Lesser acts are
// left out then.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Payloads, useChange } from "../api/hooks";
import type { Operation } from "../api/request";
import type { HereFragment, Permission } from "../api/schema";
import { words } from "../words/words";
import { Dialog } from "./dialog";
import { WhyButton } from "./guard";
import { Icon } from "./icon";
import { announce } from "./toast";

export const may = (here: HereFragment, permission: Permission) => here.viewerPermissions.includes(permission);

interface Needs {
  label: string;
  /** The permission that the act needs, and where. */
  needs?: Permission;
  here?: HereFragment;
  isMain?: boolean;
}

function Locked({ label, needs, here }: Needs) {
  const reason = { code: "FORBIDDEN", message: "", permission: needs, organisation: here?.id };
  return (
    <WhyButton
      reason={reason}
      class="locked"
      label={words.lackingForAct(label, needs ?? "")}
      face={
        <>
          <Icon name="lock" />
          {label}
        </>
      }
    />
  );
}

const isAllowed = ({ needs, here }: Needs) => !needs || !here || may(here, needs);

interface ActProps extends Needs {
  title?: string;
  class?: string;
  isWide?: boolean;
  children: (close: () => void) => ComponentChildren;
}

/** A button that opens a dialog with a form. */
export function Act({ title, class: name, isWide, children, ...needs }: ActProps) {
  const [isOpen, setOpen] = useState(false);
  if (!isAllowed(needs)) return needs.isMain ? <Locked {...needs} /> : null;
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" class={name ?? (needs.isMain ? "main" : undefined)} onClick={() => setOpen(true)}>
        {needs.label}
      </button>
      <Dialog title={title ?? needs.label} isOpen={isOpen} onClose={close} isWide={isWide ?? false}>
        {children(close)}
      </Dialog>
    </>
  );
}

/** A link to a page where something is done. */
export const ActLink = ({ href, ...needs }: Needs & { href: string }) =>
  isAllowed(needs) ? (
    <a class={needs.isMain ? "button main" : "button"} href={href}>
      {needs.label}
    </a>
  ) : needs.isMain ? (
    <Locked {...needs} />
  ) : null;

interface DoProps<Data, Variables> extends Needs {
  operation: Operation<Data, Variables>;
  variables: Variables;
  class?: string;
  done?: string;
  onDone?: () => void;
}

/** A button that does something at once, because it can be undone or harms nothing. */
export function Do<Data extends Payloads, Variables>(props: DoProps<Data, Variables>) {
  const { operation, variables, class: name, done = words.done, onDone, ...needs } = props;
  const { run, isBusy, errors, failure } = useChange(operation);
  if (!isAllowed(needs)) return needs.isMain ? <Locked {...needs} /> : null;
  const problem = errors[0]?.message ?? failure?.message;
  return (
    <>
      <button
        type="button"
        class={name ?? (needs.isMain ? "main" : undefined)}
        disabled={isBusy}
        onClick={async () => {
          if (!(await run(variables))) return;
          announce(done);
          onDone?.();
        }}
      >
        {needs.label}
      </button>
      {problem !== undefined && (
        <span class="mistake" role="alert">
          {problem || words.failed}
        </span>
      )}
    </>
  );
}
