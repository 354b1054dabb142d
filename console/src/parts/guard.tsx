// A guarded field on the page: its value, a dash, or a lock that explains the refusal.
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/hooks";
import { type Guarded, isRefused, type Reason, type Refusal, reasonOf } from "../api/request";
import type { MissFragment, Permission } from "../api/schema";
import { path } from "../router";
import { words } from "../words/words";
import { Form, TextField } from "./form";
import { Icon } from "./icon";
import { Popover } from "./popover";
import { Failed, None } from "./states";
import { RequestAccess, Why } from "./why.operations";

interface Props<T> {
  of: Guarded<T> | undefined;
  children: (value: T) => ComponentChildren;
  /** What stands there if the value is null. */
  empty?: ComponentChildren;
}

/** For a cell or a line. */
export function Guard<T>({ of, children, empty = <None /> }: Props<T>) {
  if (isRefused(of)) return <Lock refusal={of} />;
  return <>{of === null || of === undefined ? empty : children(of as T)}</>;
}

/** For a whole part of a page: the refusal is a sentence. */
export function GuardedPart<T>({ of, children, empty = null }: Props<T>) {
  if (isRefused(of)) return <Refused refusal={of} />;
  return <>{of === null || of === undefined ? empty : children(of as T)}</>;
}

export function Refused({ refusal }: { refusal: Refusal }) {
  const reason = reasonOf(refusal);
  if (reason?.code === "NOT_FOUND") return <p class="empty">{words.notThere}</p>;
  return (
    <div class="refused">
      <Icon name="lock" />
      <p>{reason?.permission ? words.refused(reason.permission) : reason?.message}</p>
      {reason?.code === "SECOND_FACTOR_REQUIRED" && <a href={path("account", "security")}>{words.secondFactor}</a>}
      {reason && <WhyButton reason={reason} face={words.why} />}
    </div>
  );
}

function Lock({ refusal }: { refusal: Refusal }) {
  const reason = reasonOf(refusal);
  return reason?.permission ? (
    <WhyButton reason={reason} class="lock" label={words.lacking(reason.permission)} face={<Icon name="lock" />} />
  ) : (
    <None />
  );
}

/** A button that explains why something is refused. */
export function WhyButton(props: {
  reason: Reason;
  face: ComponentChildren;
  class?: string;
  label?: string;
}): ComponentChildren {
  const { permission, organisation } = props.reason;
  if (!permission || !organisation) return null;
  return (
    <Popover {...props} title={words.whyTitle}>
      {() => <Explanation organisation={organisation} permission={permission as Permission} />}
    </Popover>
  );
}

function Explanation(variables: { organisation: string; permission: Permission }) {
  const { data, error } = useQuery(Why, variables);
  if (error) return <Failed error={error} />;
  if (!data) return <p aria-busy="true">{words.loading}</p>;
  return (
    <Guard of={data.explainAccess}>
      {({ granted, misses }) =>
        granted ? (
          <p>{words.grantedNow}</p>
        ) : (
          <>
            {misses.slice(0, 3).map((miss) => (
              <Miss {...miss} key={miss.sentence} />
            ))}
            {misses.some((miss) => miss.remedy) && <AskForAccess {...variables} />}
          </>
        )
      }
    </Guard>
  );
}

/** Tells those who can grant it. */
function AskForAccess({ organisation, permission }: { organisation: string; permission: Permission }) {
  return (
    <details>
      <summary>{words.askForAccess}</summary>
      <Form
        operation={RequestAccess}
        variables={(values) => ({
          input: { organisationId: organisation, permission, message: values.text("message") },
        })}
        submit={words.askForAccess}
        done={words.accessAsked}
      >
        <TextField name="message" label={words.accessMessage} required />
      </Form>
    </details>
  );
}

/** The way that does not reach: each step is a dot, and the last one is where it ends. */
function Miss({ sentence, steps, remedy }: MissFragment) {
  return (
    <section class="miss">
      <ol class="way">
        <li class="start">{words.you}</li>
        {steps.map((step) => (
          <li key={step.sentence}>{step.sentence}</li>
        ))}
        <li class="end">{sentence}</li>
      </ol>
      {remedy && <p class="remedy">{words.remedy(remedy.permission, remedy.organisation.name)}</p>}
    </section>
  );
}
