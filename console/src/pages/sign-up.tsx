import { useEffect, useState } from "preact/hooks";
import type { NewOrganisationKind } from "../api/schema";
import { Card, CardDone } from "../parts/card";
import { Field, Form, Select } from "../parts/form";
import { path } from "../router";
import { settings } from "../session";
import { localeForApi, words } from "../words/words";
import { SignUp } from "./sign-up.operations";

export function SignUpPage() {
  const [sentTo, setSentTo] = useState("");
  if (sentTo) {
    return (
      <Card title={words.signUp}>
        <CardDone text={words.signedUp(sentTo)} />
      </Card>
    );
  }
  return (
    <Card title={words.signUp}>
      <p>{words.signUpAbout}</p>
      <SignUpForm onDone={setSentTo} />
      <p class="links">
        <a href={path()}>{words.haveAccount}</a>
      </p>
    </Card>
  );
}

interface FormProps {
  /** An invitation brings its address and its organisation. */
  invitation?: { token: string; email: string };
  onDone: (email: string) => void;
}

export function SignUpForm({ invitation, onDone }: FormProps) {
  const [shortest, setShortest] = useState(10);
  const [kind, setKind] = useState("PERSON");
  useEffect(() => void settings.then((known) => setShortest(known.shortestPassword)), []);
  let email = invitation?.email ?? "";
  return (
    <Form
      operation={SignUp}
      submit={words.signUp}
      done=""
      variables={(values) => {
        email = invitation?.email ?? values.text("email");
        return {
          input: {
            name: values.text("name"),
            email,
            password: values.secret("password"),
            locale: localeForApi(),
            ...(invitation
              ? { invitationToken: invitation.token }
              : {
                  organisationKind: values.text("organisationKind") as NewOrganisationKind,
                  organisationName: values.optional("organisationName"),
                }),
          },
        };
      }}
      onDone={() => onDone(email)}
    >
      <Field name="name" label={words.yourName} autocomplete="name" required autofocus />
      {!invitation && <Field name="email" label={words.email} type="email" autocomplete="username" required />}
      <Field
        name="password"
        label={words.password}
        hint={words.passwordHint(shortest)}
        type="password"
        autocomplete="new-password"
        minLength={shortest}
        required
      />
      {!invitation && (
        <>
          <Select
            name="organisationKind"
            label={words.kindOfOrganisation}
            choices={{ PERSON: words.kinds.PERSON, COMPANY: words.kinds.COMPANY, PROJECT: words.kinds.PROJECT }}
            onChange={setKind}
          />
          {kind !== "PERSON" && (
            <Field name="organisationName" label={words.nameOfOrganisation} autocomplete="organization" required />
          )}
        </>
      )}
    </Form>
  );
}
