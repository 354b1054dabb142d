// Important acts need a fresh proof of identity. This dialog asks for it, and the act is sent again.
import { useEffect, useRef, useState } from "preact/hooks";
import { identity } from "../api/hooks";
import { words } from "../words/words";
import { Dialog } from "./dialog";
import { Field, Form } from "./form";
import { ConfirmIdentity } from "./identity.operations";

export function IdentityDialog() {
  const [isOpen, setOpen] = useState(false);
  const [isCode, setCode] = useState(false);
  const answer = useRef((_isConfirmed: boolean) => {});
  useEffect(() => {
    identity.confirm = () =>
      new Promise((resolve) => {
        answer.current = resolve;
        setOpen(true);
      });
  }, []);
  function end(isConfirmed: boolean) {
    answer.current(isConfirmed);
    setOpen(false);
  }
  return (
    <Dialog title={words.confirmIdentity} isOpen={isOpen} onClose={() => end(false)}>
      <p>{words.confirmIdentityAbout}</p>
      <Form
        key={String(isCode)}
        operation={ConfirmIdentity}
        submit={words.confirm}
        done=""
        variables={(values) => ({
          input: isCode ? { code: values.text("code") } : { password: values.secret("password") },
        })}
        onDone={() => end(true)}
      >
        {isCode ? (
          <Field name="code" label={words.code} required autofocus inputmode="numeric" autocomplete="one-time-code" />
        ) : (
          <Field
            name="password"
            label={words.password}
            type="password"
            required
            autofocus
            autocomplete="current-password"
          />
        )}
        <button type="button" class="link" onClick={() => setCode(!isCode)}>
          {isCode ? words.usePassword : words.useCode}
        </button>
      </Form>
    </Dialog>
  );
}
