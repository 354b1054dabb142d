// Links in mails about the address of an account: proving it, moving to a new one, and undoing that.
import { useState } from "preact/hooks";
import { Card, CardDone, useToken } from "../parts/card";
import { Field, Form } from "../parts/form";
import { Head } from "../parts/page";
import { words } from "../words/words";
import { ConfirmAddress, UndoAddress, VerifyAddress } from "./addresses.operations";

export function VerifyAddressPage() {
  const token = useToken();
  const [isDone, setDone] = useState(false);
  return (
    <Card title={words.verifyAddress}>
      {isDone ? (
        <CardDone text={words.addressVerified} />
      ) : (
        <>
          <p>{words.verifyAddressAbout}</p>
          <Form
            operation={VerifyAddress}
            variables={(values) => ({ input: { token, password: values.secret("password") || null } })}
            submit={words.verifyAddress}
            done=""
            onDone={() => setDone(true)}
          >
            <Field name="password" label={words.password} type="password" autocomplete="current-password" autofocus />
          </Form>
        </>
      )}
    </Card>
  );
}

export function UndoAddressPage() {
  const token = useToken();
  const [isDone, setDone] = useState(false);
  return (
    <Card title={words.undoAddress}>
      {isDone ? (
        <CardDone text={words.addressUndone} />
      ) : (
        <>
          <p>{words.undoAddressAbout}</p>
          <Form
            operation={UndoAddress}
            variables={() => ({ input: { token } })}
            submit={words.undoAddress}
            done=""
            onDone={() => setDone(true)}
          />
        </>
      )}
    </Card>
  );
}

export function ConfirmAddressPage() {
  const token = useToken();
  const [isDone, setDone] = useState(false);
  return (
    <>
      <Head title={words.confirmAddress} />
      {isDone ? (
        <p role="status">{words.addressConfirmed}</p>
      ) : (
        <>
          <p>{words.confirmAddressAbout}</p>
          <Form
            operation={ConfirmAddress}
            variables={() => ({ input: { token } })}
            submit={words.confirmAddress}
            done=""
            onDone={() => setDone(true)}
          />
        </>
      )}
    </>
  );
}
