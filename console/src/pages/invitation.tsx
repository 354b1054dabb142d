// An invitation into an organisation. What comes next depends on whether the address has an account.
import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import { Act } from "../parts/act";
import { Card, CardDone, useToken } from "../parts/card";
import { Field, Form } from "../parts/form";
import { Fact, Facts } from "../parts/page";
import { roleName } from "../parts/role-name";
import { Failed, Loading } from "../parts/states";
import { path } from "../router";
import { day, list, words } from "../words/words";
import { AcceptInvitation, DeclineInvitation, ReadInvitation } from "./invitation.operations";
import { LogIn } from "./log-in";
import { SignUpForm } from "./sign-up";

export function InvitationPage() {
  const token = useToken();
  const [done, setDone] = useState<{ text: string; to?: string; href?: string }>();
  const [asksLogIn, setAsksLogIn] = useState(false);
  const { data, error } = useQuery(ReadInvitation, { token });
  const found = granted(data?.invitation);
  if (asksLogIn) return <LogIn onDone={() => setAsksLogIn(false)} />;
  if (done) {
    return (
      <Card title={words.invitation}>
        <CardDone {...done} />
      </Card>
    );
  }
  if (!found) {
    return (
      <Card title={words.invitation}>
        {error ? <Failed error={error} /> : data ? <p>{words.linkInvalid}</p> : <Loading />}
      </Card>
    );
  }
  const accepted = {
    text: words.joined(found.organisation.name),
    to: words.open,
    href: path(found.organisation.organisationId),
  };
  return (
    <Card title={words.invitedInto(found.organisation.name)}>
      <Facts>
        {found.invitedBy !== null && <Fact label={words.invitedBy} of={found.invitedBy} />}
        <Fact label={words.email} of={found.email} />
        <Fact label={words.roles} of={list(found.roles.map((role) => roleName(role)))} />
        <Fact label={words.validUntil} of={day(found.expiresAt)} />
        {found.membershipExpiresAt && <Fact label={words.memberUntil} of={day(found.membershipExpiresAt)} />}
      </Facts>
      {found.next === "SIGN_UP" ? (
        <SignUpForm
          invitation={{ token, email: found.email }}
          onDone={() => setDone({ text: words.joined(found.organisation.name) })}
        />
      ) : (
        <Form
          operation={AcceptInvitation}
          variables={(values) => ({
            input: { token, ...(found.next === "SET_PASSWORD" && { newPassword: values.secret("newPassword") }) },
          })}
          submit={words.accept}
          done=""
          onDone={() => setDone(accepted)}
        >
          {found.next === "SET_PASSWORD" ? (
            <Field name="newPassword" label={words.newPassword} type="password" autocomplete="new-password" required />
          ) : (
            <p>
              {words.logInFirst(found.email)}{" "}
              <button type="button" class="link" onClick={() => setAsksLogIn(true)}>
                {words.logIn}
              </button>
            </p>
          )}
        </Form>
      )}
      <p class="links">
        <Act label={words.decline} class="link">
          {() => (
            <Form
              operation={DeclineInvitation}
              variables={() => ({ input: { token } })}
              submit={words.decline}
              isDangerous
              done=""
              onDone={() => setDone({ text: words.declined })}
            >
              <p>{words.declineInvitation(found.organisation.name)}</p>
            </Form>
          )}
        </Act>
      </p>
    </Card>
  );
}
