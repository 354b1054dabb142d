// Log-in. After it, the person is where the address says.
import { useEffect, useState } from "preact/hooks";
import type { UserError } from "../api/request";
import { Card } from "../parts/card";
import { Field, PlainForm, type Values } from "../parts/form";
import { path, useTitle } from "../router";
import { type DemoPerson, logIn, type Settings, settings } from "../session";
import { words } from "../words/words";

export function LogIn({ onDone }: { onDone: () => void }) {
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [asksCode, setAsksCode] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [known, setKnown] = useState<Settings>();
  const [person, setPerson] = useState<DemoPerson>();
  useEffect(() => void settings.then(setKnown), []);
  useTitle(words.logIn);

  async function submit(values: Values) {
    setBusy(true);
    const found = await attempt(values);
    setBusy(false);
    if (found.length === 0) return onDone();
    setAsksCode((asked) => asked || found.some((error) => error.code === "CODE_REQUIRED"));
    setErrors(found);
  }

  async function attempt(values: Values): Promise<readonly UserError[]> {
    const code = values.text("code");
    try {
      const input = { email: values.text("email"), password: values.secret("password"), ...(code && { code }) };
      return await logIn(input);
    } catch {
      return [{ code: "NO_ANSWER", message: words.noAnswer }];
    }
  }

  return (
    <Card title={words.logIn} brand={known?.name ?? ""}>
      <PlainForm errors={errors} isBusy={isBusy} submit={words.logIn} onSubmit={submit}>
        <Field
          key={person?.email}
          name="email"
          label={words.email}
          type="email"
          autocomplete="username"
          required
          autofocus
          value={person?.email}
        />
        <Field
          key={person?.name}
          name="password"
          label={words.password}
          type="password"
          autocomplete="current-password"
          required
          value={person?.password}
        />
        {asksCode && (
          <Field name="code" label={words.code} hint={words.codeHint} autocomplete="one-time-code" required autofocus />
        )}
      </PlainForm>
      <p class="links">
        <a href={path("forgotten")}>{words.forgotten}</a>
        {known && known.signUp !== false && <a href={path("sign-up")}>{words.signUp}</a>}
      </p>
      {known?.demo && (
        <details class="demo">
          <summary>{words.demoPeople}</summary>
          <ul>
            {known.demo.map((one) => (
              <li key={one.email}>
                <button type="button" class="link" onClick={() => setPerson(one)}>
                  {one.name}
                </button>
                <small>{one.story}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
