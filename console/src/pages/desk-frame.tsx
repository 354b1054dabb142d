// What the pages of the operator's desk share.
import { type Guarded, granted } from "../api/request";
import { Tabs } from "../parts/filters";
import { path } from "../router";
import { words } from "../words/words";

export const DeskTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.pageNames.desk}
    tabs={[
      { label: words.organisations, href: path(organisation, "desk") },
      { label: words.sections.people, href: path(organisation, "people-desk") },
      { label: words.requests, href: path(organisation, "requests") },
      { label: words.runs, href: path(organisation, "runs") },
      { label: words.payments, href: path(organisation, "payments") },
      { label: words.pageNames.commission, href: path(organisation, "months") },
      { label: words.tasks, href: path(organisation, "tasks") },
    ]}
  />
);

/** The operator's part of an answer, with the organisation where the person works. */
export function deskOf<Operator, Here>(data: {
  readonly operator: Guarded<Operator>;
  readonly organisation: Guarded<Here>;
}): Guarded<{ operator: Operator; here: Here }> {
  const here = granted(data.organisation);
  if (typeof data.operator === "symbol") return data.operator;
  return here && data.operator && { operator: data.operator as Operator, here };
}
