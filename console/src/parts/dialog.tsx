// The browser's own modal dialog. Its content is made when it opens and thrown away when it closes.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../words/words";
import { Icon } from "./icon";

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  isWide?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, isOpen, onClose, isWide, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen && !element.current?.open) element.current?.showModal();
    if (!isOpen && element.current?.open) element.current.close();
  }, [isOpen]);
  return (
    <dialog ref={element} class={isWide ? "wide" : undefined} aria-label={title} onClose={onClose}>
      {isOpen && (
        <>
          <div class="panel-head">
            <h2>{title}</h2>
            <button type="button" class="quiet icon" aria-label={words.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </div>
          {children}
        </>
      )}
    </dialog>
  );
}
