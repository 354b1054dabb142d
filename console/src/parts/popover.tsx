// A button with a panel that opens beside it, in the browser's own top layer. The browser handles Escape, clicks outside
// and the way back of the focus. The content is made when the panel opens, so a hundred locks cost little.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { words } from "../words/words";
import { Icon } from "./icon";

interface Props {
  class?: string;
  /** Read aloud instead of the face. */
  label?: string;
  title: string;
  face: ComponentChildren;
  children: (close: () => void) => ComponentChildren;
}

export function Popover({ class: name, label, title, face, children }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const close = () => document.getElementById(id)?.hidePopover();
  return (
    <>
      <button
        type="button"
        class={name}
        aria-label={label}
        aria-haspopup="dialog"
        popovertarget={id}
        onClick={() => setOpen(true)}
      >
        {face}
      </button>
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label={title}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && (
          <>
            <div class="panel-head">
              <h2>{title}</h2>
              <button type="button" class="quiet icon" aria-label={words.close} autofocus onClick={close}>
                <Icon name="close" />
              </button>
            </div>
            {children(close)}
          </>
        )}
      </div>
    </>
  );
}
