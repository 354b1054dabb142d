// What a page shows while it loads, when there is nothing to show, and when something failed.
import type { ComponentChildren } from "preact";
import type { RequestError } from "../api/request";
import { words } from "../words/words";
import { WhyButton } from "./guard";

export const Loading = () => (
  <p class="loading" role="status" aria-busy="true">
    {words.loading}
  </p>
);

export const None = () => <span class="none">–</span>;

export const Empty = ({ children }: { children: ComponentChildren }) => <div class="empty">{children}</div>;

export function Failed({ error, retry }: { error: RequestError; retry?: (() => void) | undefined }) {
  return (
    <div class="failed" role="alert">
      <p>{error.code === "NO_ANSWER" ? words.noAnswer : error.message || words.failed}</p>
      {error.reason && <WhyButton reason={error.reason} face={words.why} />}
      {error.requestId && (
        <p class="soft">
          {words.requestId} <code>{error.requestId}</code>
        </p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}

const TONES: Record<string, string> = {
  ACTIVE: "good",
  ACCEPTED: "good",
  PAID: "good",
  DONE: "good",
  COMPLETED: "good",
  OFFERED: "good",
  ENABLED: "good",
  DELIVERED: "good",
  OVERDUE: "bad",
  FAILED: "bad",
  STOPPED: "bad",
  UNMATCHED: "warn",
  SUSPENDED: "bad",
  REFUSED: "bad",
  DISABLED: "bad",
  PENDING: "warn",
  OPEN: "warn",
  DRAFT: "warn",
  SCHEDULED: "warn",
  CANCELLED: "warn",
  ENDING: "warn",
  WAITING: "warn",
  CLAIMED: "warn",
  RUNNING: "warn",
};

/** A state of anything. The states of all objects are one family, so each has one word. */
export const State = ({ of }: { of: keyof typeof words.states }) => (
  <span class={`state ${TONES[of] ?? "calm"}`}>{words.states[of]}</span>
);
