// A person's own account: name and language, address and password, second factor, sessions and log-ins.
import { useEffect, useState } from "preact/hooks";
import { useChange } from "../api/hooks";
import type { Locale } from "../api/schema";
import { Act, Do } from "../parts/act";
import { Dialog } from "../parts/dialog";
import { Tabs } from "../parts/filters";
import { Check, Field, Form, Select } from "../parts/form";
import { Download, List } from "../parts/list";
import { Ask, Fact, Facts, Head } from "../parts/page";
import { QrCode } from "../parts/qr";
import { Secret } from "../parts/secret";
import { Failed, Loading, None } from "../parts/states";
import { path, usePaging } from "../router";
import { logOut, settings } from "../session";
import { KEYS_OFF } from "../shell";
import { chooseLocale, LOCALES, moment, number, words } from "../words/words";
import {
  Account,
  BeginSecondFactor,
  ChangeAddress,
  ChangePassword,
  ConfirmSecondFactor,
  EraseAccount,
  RemoveSecondFactor,
  RenewRecoveryCodes,
  RevokeOtherSessions,
  RevokeSession,
  UpdateProfile,
} from "./account.operations";

export function AccountPage({ object: part }: { object: string }) {
  const variables = { ...usePaging(), isSessions: part === "sessions", isLogIns: part === "log-ins" };
  return (
    <Ask query={Account} variables={variables} title={words.account} of={(data) => data.viewer}>
      {(viewer, isLoading) => (
        <>
          <Head title={words.account} about={viewer.email} />
          <Tabs
            label={words.account}
            tabs={[
              { label: words.profile, href: path("account") },
              { label: words.security, href: path("account", "security") },
              { label: words.sessions, href: path("account", "sessions") },
              { label: words.logIns, href: path("account", "log-ins") },
            ]}
          />
          {part === "" && <Profile name={viewer.name} locale={viewer.locale} export={viewer.export} />}
          {part === "security" && <Security email={viewer.email ?? ""} factor={viewer.secondFactor} />}
          {part === "sessions" && (
            <section class="part">
              <div class="part-head">
                <p class="soft">{words.sessionsAbout}</p>
                <div class="acts">
                  <Do label={words.endOthers} operation={RevokeOtherSessions} variables={{}} />
                </div>
              </div>
              <List
                label={words.sessions}
                of={viewer.sessions ?? null}
                isLoading={isLoading}
                empty={words.nothing}
                columns={[
                  { label: words.device, cell: (one) => device(one.userAgent) },
                  { label: words.network, cell: (one) => one.clientAddress ?? <None /> },
                  { label: words.since, cell: (one) => moment(one.createdAt) },
                  { label: words.lastUsed, cell: (one) => moment(one.lastUsedAt) },
                  {
                    label: words.acts,
                    isNumber: true,
                    cell: (one) =>
                      one.isCurrent ? (
                        <span class="soft">{words.thisSession}</span>
                      ) : (
                        <div class="acts">
                          <Do
                            label={words.end}
                            operation={RevokeSession}
                            variables={{ input: { sessionId: one.id } }}
                          />
                        </div>
                      ),
                  },
                ]}
              />
            </section>
          )}
          {part === "log-ins" && (
            <List
              label={words.logIns}
              of={viewer.logIns ?? null}
              isLoading={isLoading}
              empty={words.nothing}
              columns={[
                { label: words.at, cell: (one) => moment(one.at) },
                { label: words.outcome, cell: (one) => words.logInOutcomes[one.outcome] },
                { label: words.network, cell: (one) => one.clientAddress ?? <None /> },
                { label: words.device, cell: (one) => device(one.userAgent) },
              ]}
            />
          )}
        </>
      )}
    </Ask>
  );
}

/** The browser and the system, without the noise. */
function device(agent: string | null) {
  if (!agent) return <None />;
  const browser = /(Firefox|Edg|OPR|Chrome|Safari|curl|Python)[^\s/]*/.exec(agent)?.[1] ?? agent.slice(0, 40);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  return <span title={agent}>{system ? `${browser}, ${system}` : browser}</span>;
}

interface ProfileProps {
  name: string;
  locale: Locale | null;
  export: string | null;
}

function Profile({ name, locale, export: file }: ProfileProps) {
  const [isOff, setOff] = useState(localStorage.getItem(KEYS_OFF) !== null);
  let chosen = "";
  return (
    <div class="columns">
      <section class="part">
        <div class="part-head">
          <h2>{words.profile}</h2>
        </div>
        <div class="box">
          <Form
            operation={UpdateProfile}
            variables={(values) => {
              chosen = values.text("locale");
              return { input: { name: values.text("name"), locale: chosen as Locale } };
            }}
            submit={words.save}
            onDone={() => void chooseLocale(chosen)}
          >
            <Field name="name" label={words.yourName} value={name} autocomplete="name" required />
            <Select
              name="locale"
              label={words.languageOfMails}
              value={locale}
              choices={Object.fromEntries(Object.entries(LOCALES).map(([id, word]) => [id.toUpperCase(), word]))}
            />
          </Form>
        </div>
      </section>
      <section class="part">
        <div class="part-head">
          <h2>{words.more}</h2>
        </div>
        <div class="box">
          <Check
            name="keys"
            label={words.shortcuts}
            hint={words.shortcutsAbout}
            isChecked={!isOff}
            onChange={(isOn) => {
              if (isOn) localStorage.removeItem(KEYS_OFF);
              else localStorage.setItem(KEYS_OFF, "off");
              setOff(!isOn);
            }}
          />
          {file && <Download href={file} label={words.exportData} />}
          <div class="acts">
            <Act label={words.eraseAccount}>
              {() => (
                <Form
                  operation={EraseAccount}
                  variables={() => ({})}
                  submit={words.eraseAccount}
                  isDangerous
                  onDone={() => void logOut().then(() => location.assign(path()))}
                >
                  <p>{words.eraseAccountAbout}</p>
                </Form>
              )}
            </Act>
          </div>
        </div>
      </section>
    </div>
  );
}

interface SecurityProps {
  email: string;
  factor: { readonly isOn: boolean; readonly recoveryCodesLeft: number } | null;
}

function Security({ email, factor }: SecurityProps) {
  const [codes, setCodes] = useState<readonly string[]>();
  const [shortest, setShortest] = useState(10);
  useEffect(() => void settings.then((known) => setShortest(known.shortestPassword)), []);
  return (
    <div class="columns">
      <Dialog title={words.recoveryCodes} isOpen={codes !== undefined} onClose={() => setCodes(undefined)}>
        <Secret text={codes?.join("\n") ?? ""} about={words.codesOnce} />
      </Dialog>
      <section class="part">
        <div class="part-head">
          <h2>{words.secondFactor}</h2>
        </div>
        <div class="box">
          {factor?.isOn ? (
            <>
              <p>{words.factorOn(number(factor.recoveryCodesLeft))}</p>
              <div class="acts">
                <Act key="renew" label={words.renewCodes}>
                  {(end) => <RenewCodes onDone={setCodes} onEnd={end} />}
                </Act>
                <Act key="off" label={words.turnOff}>
                  {(close) => (
                    <Form
                      operation={RemoveSecondFactor}
                      variables={() => ({})}
                      submit={words.turnOff}
                      isDangerous
                      onDone={close}
                    >
                      <p>{words.turnOffAbout}</p>
                    </Form>
                  )}
                </Act>
              </div>
            </>
          ) : (
            <>
              <p>{words.factorAbout}</p>
              <div class="acts">
                <Act key="on" label={words.turnOn} class="main" title={words.secondFactor}>
                  {() => <TurnOn onDone={setCodes} />}
                </Act>
              </div>
            </>
          )}
        </div>
      </section>
      <section class="part">
        <div class="part-head">
          <h2>{words.password}</h2>
        </div>
        <div class="box">
          <Form
            operation={ChangePassword}
            variables={(values) => ({
              input: { currentPassword: values.secret("currentPassword"), newPassword: values.secret("newPassword") },
            })}
            submit={words.setPassword}
            done={words.passwordChanged}
          >
            <Field
              name="currentPassword"
              label={words.currentPassword}
              type="password"
              autocomplete="current-password"
              required
            />
            <Field
              name="newPassword"
              label={words.newPassword}
              hint={words.passwordHint(shortest)}
              type="password"
              autocomplete="new-password"
              minLength={shortest}
              required
            />
          </Form>
        </div>
      </section>
      <section class="part">
        <div class="part-head">
          <h2>{words.email}</h2>
        </div>
        <div class="box">
          <Facts>
            <Fact label={words.email} of={email} />
          </Facts>
          <Form
            operation={ChangeAddress}
            variables={(values) => ({ input: { newEmail: values.text("newEmail") } })}
            submit={words.sendLink}
            done={words.linkSent}
          >
            <Field name="newEmail" label={words.newAddress} hint={words.newAddressHint} type="email" required />
          </Form>
        </div>
      </section>
    </div>
  );
}

type Codes = readonly string[];

/** Turning it on: the secret as a picture, then a code of the app. The recovery codes are shown by the page. */
function TurnOn({ onDone }: { onDone: (codes: Codes) => void }) {
  const { run, failure, errors } = useChange(BeginSecondFactor);
  const [begun, setBegun] = useState<{ secret: string; uri: string }>();
  useEffect(() => {
    void run({}).then((payload) => payload && setBegun({ secret: payload.secret ?? "", uri: payload.uri ?? "" }));
  }, []);
  if (failure) return <Failed error={failure} />;
  if (errors.length > 0) return <p class="mistake">{errors[0]?.message}</p>;
  if (!begun) return <Loading />;
  return (
    <Form
      operation={ConfirmSecondFactor}
      variables={(values) => ({ input: { code: values.text("code") } })}
      submit={words.turnOn}
      done={words.factorDone}
      onDone={(payload) => onDone(payload.recoveryCodes ?? [])}
    >
      <p>{words.scan}</p>
      <QrCode text={begun.uri} label={words.qr} />
      <details>
        <summary>{words.cannotScan}</summary>
        <pre>{begun.secret}</pre>
      </details>
      <Field name="code" label={words.codeOfApp} inputmode="numeric" autocomplete="one-time-code" required autofocus />
    </Form>
  );
}

const RenewCodes = ({ onDone, onEnd }: { onDone: (codes: Codes) => void; onEnd: () => void }) => (
  <Form
    operation={RenewRecoveryCodes}
    variables={() => ({})}
    submit={words.renewCodes}
    onDone={(payload) => {
      onEnd();
      onDone(payload.recoveryCodes ?? []);
    }}
  >
    <p>{words.renewCodesAbout}</p>
  </Form>
);
