// A forgotten password: first a link by mail, then a new password.
import { useState } from "preact/hooks";
import { Card, CardDone, useToken } from "../parts/card";
import { Field, Form } from "../parts/form";
import { path } from "../router";
import { words } from "../words/words";
import { RequestPasswordReset, ResetPassword } from "./forgotten.operations";

export function ForgottenPage() {
  const [isDone, setDone] = useState(false);
  return (
    <Card title={words.forgotten}>
      {isDone ? (
        <CardDone text={words.resetSent} />
      ) : (
        <>
          <p>{words.forgottenAbout}</p>
          <Form
            operation={RequestPasswordReset}
            variables={(values) => ({ input: { email: values.text("email") } })}
            submit={words.sendLink}
            done=""
            onDone={() => setDone(true)}
          >
            <Field name="email" label={words.email} type="email" autocomplete="username" required autofocus />
          </Form>
          <p class="links">
            <a href={path()}>{words.toLogIn}</a>
          </p>
        </>
      )}
    </Card>
  );
}

export function ResetPage() {
  const token = useToken();
  const [isDone, setDone] = useState(false);
  return (
    <Card title={words.newPassword}>
      {isDone ? (
        <CardDone text={words.passwordSet} />
      ) : (
        <Form
          operation={ResetPassword}
          variables={(values) => ({ input: { token, newPassword: values.secret("newPassword") } })}
          submit={words.setPassword}
          done=""
          onDone={() => setDone(true)}
        >
          <Field
            name="newPassword"
            label={words.newPassword}
            type="password"
            autocomplete="new-password"
            required
            autofocus
          />
        </Form>
      )}
    </Card>
  );
}
