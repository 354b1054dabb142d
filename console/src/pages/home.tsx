// The first page of an organisation: what needs attention, and its figures.
import type { ComponentChildren } from "preact";
import { granted } from "../api/request";
import { may } from "../parts/act";
import { Bars } from "../parts/chart";
import { ClientSummary } from "../parts/client-summary";
import { OverviewFigures } from "../parts/figures";
import { Icon } from "../parts/icon";
import { Ask, Head, type PageProps } from "../parts/page";
import { path } from "../router";
import { money, relative, words } from "../words/words";
import { Home } from "./home.operations";

type Found = Exclude<NonNullable<NonNullable<typeof Home.types>["data"]["organisation"]>, symbol>;

export function HomePage({ organisation }: PageProps) {
  return (
    <Ask query={Home} variables={{ id: organisation }} title={words.pageNames.home} of={(data) => data.organisation}>
      {(found) => (
        <>
          <Head title={found.name} about={words.kinds[found.kind]} />
          {found.viewerSwitchObstacle && <p class="notice">{found.viewerSwitchObstacle}</p>}
          <section class="part">
            <h2>{words.attention}</h2>
            <Attention found={found} />
          </section>
          <FirstSteps steps={firstSteps(found)} />
          <section class="part">
            <h2>{words.overview}</h2>
            <OverviewFigures of={found.overview} organisation={organisation} />
          </section>
          {found.reseller && (
            <section class="part">
              <h2>{words.pageNames.clients}</h2>
              <ClientSummary of={found.reseller.summary} organisation={organisation} />
            </section>
          )}
          <Seats found={found} />
        </>
      )}
    </Ask>
  );
}

const SOON = 60 * 86_400_000;

/** What a person here can do something about, most pressing first. What they may not see is left out. */
function attention(found: Found): { tone: "bad" | "warn" | "calm"; href: string; text: ComponentChildren }[] {
  const to = (...parts: string[]) => path(found.id, ...parts);
  const overdue = granted(found.overdue)?.edges ?? [];
  const endings = (granted(found.partnerships)?.edges ?? []).filter(
    ({ node }) => node.endsAt && Date.parse(node.endsAt) - Date.now() < SOON,
  );
  const pools = granted(found.licencePools)?.edges ?? [];
  const invited = granted(found.invitations)?.totalCount ?? 0;
  const late = granted(found.reseller?.summary ?? null)?.overdueInvoices?.clients ?? 0;
  return [
    ...overdue.map(({ node }) => ({
      tone: "bad" as const,
      href: to("invoice", node.id),
      text: words.invoiceOverdue(node.number ?? "", money(node.balance), relative(node.dueOn ?? "")),
    })),
    ...pools
      .filter(({ node }) => node.over !== "0")
      .map(({ node }) => ({
        tone: "bad" as const,
        href: to("licences"),
        text: words.poolOver(node.feature.name, Number(node.over)),
      })),
    ...(late > 0 ? [{ tone: "bad" as const, href: to("clients"), text: words.clientsOverdue(late) }] : []),
    ...(granted(found.proposalsReceived)?.edges ?? []).map(({ node }) => ({
      tone: "warn" as const,
      href: to("proposal", node.id),
      text: words.proposalWaits(node.maker.name, relative(node.expiresAt)),
    })),
    ...(granted(found.requestsToPay)?.edges ?? []).map(({ node }) => ({
      tone: "warn" as const,
      href: to("payers"),
      text: words.requestToPayWaits(node.organisation.name),
    })),
    ...endings.map(({ node }) => ({
      tone: "warn" as const,
      href: to("partner", node.id),
      text: words.partnershipEnds(node.reseller.name, relative(node.endsAt ?? "")),
    })),
    ...(invited > 0 ? [{ tone: "calm" as const, href: to("invitations"), text: words.invitationsOpen(invited) }] : []),
  ];
}

/** What a new organisation begins with. */
function firstSteps(found: Found): { href: string; text: string }[] {
  const isNew = granted(found.overview.subscriptionCount) === 0;
  const isAlone = granted(found.overview.memberCount) === 1;
  return [
    ...(isNew && may(found, "BILLING_UPDATE") ? [{ href: path(found.id, "billing"), text: words.stepBilling }] : []),
    ...(isNew && may(found, "SUBSCRIPTION_ORDER")
      ? [{ href: path(found.id, "catalogue"), text: words.stepOrder }]
      : []),
    ...(isAlone && may(found, "MEMBER_INVITE") ? [{ href: path(found.id, "members"), text: words.stepInvite }] : []),
  ];
}

function Attention({ found }: { found: Found }) {
  const items = attention(found);
  if (items.length === 0) {
    return (
      <p class="calm-line">
        <Icon name="done" />
        {words.nothingToDo}
      </p>
    );
  }
  return (
    <ul class="attention">
      {items.map(({ tone, href, text }) => (
        <li key={href + text} class={tone}>
          <Icon name="warning" />
          <a href={href}>{text}</a>
        </li>
      ))}
    </ul>
  );
}

function FirstSteps({ steps }: { steps: readonly { href: string; text: string }[] }) {
  if (steps.length === 0) return null;
  return (
    <section class="part">
      <h2>{words.firstSteps}</h2>
      <ul class="attention">
        {steps.map(({ href, text }) => (
          <li key={text} class="calm">
            <Icon name="next" />
            <a href={href}>{text}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Seats({ found }: { found: Found }) {
  const pools = granted(found.licencePools)?.edges.map(({ node }) => node) ?? [];
  if (pools.length === 0) return null;
  return (
    <section class="part">
      <h2>{words.pageNames.licences}</h2>
      <div class="box">
        <Bars
          label={words.usedOfGranted}
          bars={pools.map(({ feature, granted, used, over }) => ({
            label: feature.name,
            value: Number(granted) === 0 ? 100 : (100 * Number(used)) / Number(granted),
            text: words.usedOf(used, granted),
            tone: over !== "0" ? ("bad" as const) : ("good" as const),
          }))}
          most={100}
        />
      </div>
    </section>
  );
}
