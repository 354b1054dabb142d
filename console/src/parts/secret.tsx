// A secret that is shown once.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { PayloadOf, Payloads } from "../api/hooks";
import { words } from "../words/words";
import { Form, type FormProps } from "./form";
import { announce } from "./toast";

export function Secret({ text, about }: { text: string; about: string }) {
  return (
    <div class="stack">
      <p>{about}</p>
      <pre>{text}</pre>
      <div class="submit">
        <button
          type="button"
          class="main"
          onClick={() => navigator.clipboard.writeText(text).then(() => announce(words.copied))}
        >
          {words.copy}
        </button>
      </div>
    </div>
  );
}

interface Props<Data, Variables> extends Omit<FormProps<Data, Variables>, "onDone"> {
  secret: (payload: PayloadOf<Data>) => string | null;
  /** What the secret is for. */
  about: string;
  /** What else the answer says. */
  more?: (payload: PayloadOf<Data>) => ComponentChildren;
}

/** A form whose answer has a secret, which then stands in the place of the form. */
export function SecretForm<Data extends Payloads, Variables>(props: Props<Data, Variables>) {
  const { secret, about, more, ...form } = props;
  const [payload, setPayload] = useState<PayloadOf<Data>>();
  if (!payload) return <Form {...form} onDone={setPayload} />;
  return (
    <>
      <Secret text={secret(payload) ?? ""} about={about} />
      {more?.(payload)}
    </>
  );
}
