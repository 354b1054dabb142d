// One webhook: what it gets, what was sent to it, and how its receiver answered.
import { useEffect } from "preact/hooks";
import { refreshSome } from "../api/hooks";
import type { DeliveryFragment, WebhookDeliveryState, WebhookFragment } from "../api/schema";
import { Act, Do, may } from "../parts/act";
import { Choice, Filters, statesOf } from "../parts/filters";
import { Form, Select } from "../parts/form";
import { Icon } from "../parts/icon";
import { List } from "../parts/list";
import { oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { PermissionsPart } from "../parts/permissions";
import { SecretForm } from "../parts/secret";
import { None, State } from "../parts/states";
import { go, path, usePaging, useParameters } from "../router";
import { day, moment, number, words } from "../words/words";
import {
  DeleteWebhook,
  EnableWebhook,
  OneWebhook,
  ReplayWebhook,
  RotateWebhookSecret,
  TestWebhook,
  UpdateWebhook,
} from "./webhook.operations";
import { eventName, type Place, scopeOf, WebhookFields } from "./webhook-fields";

export function WebhookPage({ organisation, object }: PageProps) {
  const { get } = useParameters();
  const state = (get("state") || null) as WebhookDeliveryState | null;
  return (
    <Ask
      query={OneWebhook}
      variables={{ id: object, here: organisation, ...usePaging(), state }}
      title={words.webhook}
      of={(data) => oneAndHere(data, "Webhook")}
    >
      {({ one, here }, isLoading) => {
        const deliveries = one.deliveries?.edges.map(({ node }) => node) ?? [];
        return (
          <>
            <Head
              title={one.name}
              above={{ label: words.pageNames.webhooks, href: path(organisation, "webhooks") }}
              about={<span class="address">{one.url}</span>}
            >
              {may(here, "WEBHOOK_MANAGE") && <WebhookActs of={one} here={here} />}
            </Head>
            {one.state === "ENABLED" && <Watch isWaiting={deliveries.some(isOnItsWay)} />}
            <Trouble of={one} />
            <About of={one} />
            <section class="part">
              <div class="part-head">
                <h2>{words.deliveries}</h2>
              </div>
              <Filters>
                <Choice name="state" label={words.state} choices={statesOf("PENDING", "DELIVERED", "FAILED")} />
              </Filters>
              <List
                label={words.deliveries}
                of={one.deliveries}
                isLoading={isLoading}
                empty={state ? words.nothingFound : words.noDeliveries}
                columns={[
                  { label: words.event, cell: (sent) => <What of={sent} /> },
                  {
                    label: words.organisation,
                    cell: ({ event }) =>
                      event?.organisation ? (
                        <a href={path(event.organisation.id)}>{event.organisation.name}</a>
                      ) : (
                        <None />
                      ),
                  },
                  { label: words.state, cell: (sent) => <State of={sent.state} /> },
                  { label: words.lastAnswer, cell: (sent) => <LastAnswer of={sent} /> },
                  { label: words.queued, cell: (sent) => moment(sent.createdAt) },
                  {
                    label: words.nextAttempt,
                    cell: (sent) =>
                      sent.nextAttemptAt && one.state === "ENABLED" ? moment(sent.nextAttemptAt) : <None />,
                  },
                  {
                    label: words.acts,
                    isNumber: true,
                    cell: (sent) => <DeliveryActs of={sent} webhook={one} here={here} />,
                  },
                ]}
              />
            </section>
          </>
        );
      }}
    </Ask>
  );
}

/** Why nothing is sent, or soon will not be. */
function Trouble({ of: { state, disabledAt, disabledReason, failingSince } }: { of: WebhookFragment }) {
  if (state === "ENABLED" && !failingSince) return null;
  return (
    <div class="notice">
      <Icon name="warning" />
      {state === "DISABLED" ? (
        <p>
          {disabledAt && words.disabledSince(moment(disabledAt))}{" "}
          {disabledReason && words.webhookDisabled[disabledReason]} {words.enableAbout}
        </p>
      ) : (
        <p>{words.failingSinceAbout(moment(failingSince ?? ""))}</p>
      )}
    </div>
  );
}

const SOON_MS = 60_000;
const LOOK_MS = 1_500;

/** It was put into the queue a moment ago, and nobody has answered yet. */
const isOnItsWay = (sent: DeliveryFragment) =>
  sent.state === "PENDING" && sent.attempts.length === 0 && Date.now() - Date.parse(sent.createdAt) < SOON_MS;

/** No event tells of an attempt, so the page looks for itself while one is on its way. */
function Watch({ isWaiting }: { isWaiting: boolean }) {
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => void refreshSome((shows) => shows.split(" ").includes("WEBHOOK")), LOOK_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return null;
}

function What({ of: { isTest, event } }: { of: DeliveryFragment }) {
  if (isTest) return words.test;
  return event ? <code>{eventName(event.type)}</code> : words.hiddenEvent;
}

function LastAnswer({ of: { attempts } }: { of: DeliveryFragment }) {
  const last = attempts.at(-1);
  if (!last) return <None />;
  return (
    <>
      {last.status ?? words.noAnswerYet}
      <small>{words.attemptCount(attempts.length)}</small>
    </>
  );
}

function About({ of: one }: { of: WebhookFragment }) {
  return (
    <>
      <Facts>
        <Fact label={words.state} of={one.state}>
          {(state) => <State of={state} />}
        </Fact>
        <Fact label={words.strictOrder} of={one.isOrdered ? words.yes : words.no} />
        <Fact label={words.createdBy} of={one.createdBy?.name} />
        <Fact label={words.madeOn} of={day(one.createdAt)} />
        {one.previousSecretUntil && <Fact label={words.oldSecretSigns} of={moment(one.previousSecretUntil)} />}
      </Facts>
      <div class="columns">
        <PermissionsPart title={words.readsHere} of={one.permissions} />
        {one.includesClients && <PermissionsPart title={words.readsAtClients} of={one.clientPermissions} />}
        <Part title={words.events} of={one.types ?? []}>
          {(types) => (
            <div class="box">
              {types.length === 0 ? (
                <p>{words.allItMayRead}</p>
              ) : (
                <ul class="pairs">
                  {types.map((type) => (
                    <li key={type}>
                      <code>{eventName(type)}</code>
                    </li>
                  ))}
                </ul>
              )}
            </div>
          )}
        </Part>
      </div>
    </>
  );
}

function WebhookActs({ of, here }: { of: WebhookFragment; here: Place }) {
  const input = { webhookId: of.id };
  return (
    <>
      <Act label={words.deleteIt} title={words.deleteNamed(of.name)}>
        {() => (
          <Form
            operation={DeleteWebhook}
            variables={() => ({ input })}
            submit={words.deleteIt}
            isDangerous
            onDone={() => go(path(here.id, "webhooks"))}
          >
            <p>{words.deleteWebhookAbout}</p>
          </Form>
        )}
      </Act>
      <Act label={words.rotate} title={words.rotateKey(of.name)}>
        {() => <Rotate of={of} />}
      </Act>
      <Act label={words.change} title={of.name} isWide>
        {(close) => (
          <Form
            operation={UpdateWebhook}
            variables={(values) => ({ input: { ...input, ...scopeOf(values) } })}
            submit={words.save}
            onDone={close}
          >
            <WebhookFields of={of} here={here} />
          </Form>
        )}
      </Act>
      {of.state === "DISABLED" ? (
        <Do label={words.enable} operation={EnableWebhook} variables={{ input }} isMain />
      ) : (
        <Do label={words.sendTest} operation={TestWebhook} variables={{ input }} done={words.testSent} isMain />
      )}
    </>
  );
}

const Rotate = ({ of }: { of: WebhookFragment }) => (
  <SecretForm
    operation={RotateWebhookSecret}
    variables={(values) => ({ input: { webhookId: of.id, keepOldForHours: values.number("keepOldForHours") } })}
    submit={words.rotate}
    secret={({ secret }) => secret}
    about={words.signingSecretOnce}
  >
    <Select
      name="keepOldForHours"
      label={words.oldSecretSigns}
      value="24"
      choices={{ "0": words.notAnyMore, "1": words.anHour, "24": words.aDay, "168": words.aWeek }}
    />
  </SecretForm>
);

function DeliveryActs({ of, webhook, here }: { of: DeliveryFragment; webhook: WebhookFragment; here: Place }) {
  const canReplay = !of.isTest && webhook.state === "ENABLED" && may(here, "WEBHOOK_MANAGE");
  return (
    <div class="acts">
      {canReplay && (
        <Act label={words.replay} title={words.replayTitle}>
          {(close) => (
            <Form
              operation={ReplayWebhook}
              variables={() => ({ input: { webhookId: webhook.id, afterEventId: of.messageId } })}
              submit={words.replay}
              done={words.replayed}
              onDone={close}
            >
              <p>{words.replayAbout(moment(of.createdAt))}</p>
            </Form>
          )}
        </Act>
      )}
      <Act label={words.look} title={words.attemptsOf} isWide>
        {() => <Attempts of={of} />}
      </Act>
    </div>
  );
}

function Attempts({ of: { messageId, event, attempts } }: { of: DeliveryFragment }) {
  return (
    <div class="stack">
      <Facts>
        <Fact label="webhook-id" of={messageId} />
        <Fact label={words.object} of={event?.objectId} />
      </Facts>
      {attempts.length === 0 && <p class="empty">{words.noAttempts}</p>}
      {attempts.map((attempt) => (
        <section key={attempt.at}>
          <h3>
            {moment(attempt.at)}: {attempt.status ?? words.noAnswerYet}
          </h3>
          <p class="soft">{words.tookMilliseconds(number(attempt.milliseconds))}</p>
          {attempt.error && <p class="mistake">{attempt.error}</p>}
          {attempt.body && <pre>{attempt.body}</pre>}
        </section>
      ))}
    </div>
  );
}
