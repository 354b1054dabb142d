// Finds the page of an address. Each page is a file of its own, loaded when somebody goes there.
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { forget, refreshAll, useQuery } from "./api/hooks";
import { context, granted, type RequestError } from "./api/request";
import { LogIn } from "./pages/log-in";
import { Head, type PageProps } from "./parts/page";
import { Failed, Loading } from "./parts/states";
import { Toast } from "./parts/toast";
import { BASE, useAddress } from "./router";
import { logOut } from "./session";
import type { Shell } from "./shell";
import { Shell as ShellQuery } from "./shell.operations";
import { hasChosenLocale, loadInsideWords, locale, showLocale, whenLocaleChanges, words } from "./words/words";

type Page = ComponentType<PageProps>;

/** The pages of an organisation, by their name in the address: `/console/{organisation}/{name}/{object}`. */
const PAGES: Record<string, () => Promise<Page>> = {
  "": () => import("./pages/home").then((file) => file.HomePage),
  members: () => import("./pages/members").then((file) => file.MembersPage),
  invitations: () => import("./pages/invitations").then((file) => file.InvitationsPage),
  roles: () => import("./pages/roles").then((file) => file.RolesPage),
  access: () => import("./pages/access").then((file) => file.AccessPage),
  asked: () => import("./pages/asked").then((file) => file.AskedPage),
  partners: () => import("./pages/partners").then((file) => file.PartnersPage),
  partner: () => import("./pages/partner").then((file) => file.PartnerPage),
  proposals: () => import("./pages/proposals").then((file) => file.ProposalsPage),
  proposal: () => import("./pages/proposals").then((file) => file.ProposalPage),
  clients: () => import("./pages/clients").then((file) => file.ClientsPage),
  client: () => import("./pages/client").then((file) => file.ClientPage),
  "new-clients": () => import("./pages/new-clients").then((file) => file.NewClientsPage),
  "new-order": () => import("./pages/new-order").then((file) => file.NewOrderPage),
  columns: () => import("./pages/columns").then((file) => file.ColumnsPage),
  templates: () => import("./pages/templates").then((file) => file.TemplatesPage),
  drift: () => import("./pages/templates").then((file) => file.DriftPage),
  tree: () => import("./pages/templates").then((file) => file.TreePage),
  catalogue: () => import("./pages/catalogue").then((file) => file.CataloguePage),
  subscriptions: () => import("./pages/subscriptions").then((file) => file.SubscriptionsPage),
  orders: () => import("./pages/subscriptions").then((file) => file.OrdersPage),
  subscription: () => import("./pages/subscription").then((file) => file.SubscriptionPage),
  services: () => import("./pages/services").then((file) => file.ServicesPage),
  service: () => import("./pages/services").then((file) => file.ServicePage),
  licences: () => import("./pages/licences").then((file) => file.LicencesPage),
  seats: () => import("./pages/licences").then((file) => file.SeatsPage),
  unused: () => import("./pages/licences").then((file) => file.UnusedPage),
  directory: () => import("./pages/licences").then((file) => file.DirectoryPage),
  groups: () => import("./pages/groups").then((file) => file.GroupsPage),
  group: () => import("./pages/groups").then((file) => file.GroupPage),
  assets: () => import("./pages/assets").then((file) => file.AssetsPage),
  rules: () => import("./pages/rules").then((file) => file.RulesPage),
  rule: () => import("./pages/rules").then((file) => file.RulePage),
  invoices: () => import("./pages/invoices").then((file) => file.InvoicesPage),
  invoice: () => import("./pages/invoices").then((file) => file.InvoicePage),
  billing: () => import("./pages/billing").then((file) => file.BillingPage),
  payers: () => import("./pages/payers").then((file) => file.PayersPage),
  commission: () => import("./pages/commission").then((file) => file.CommissionPage),
  statement: () => import("./pages/commission").then((file) => file.StatementPage),
  log: () => import("./pages/log").then((file) => file.LogPage),
  keys: () => import("./pages/keys").then((file) => file.KeysPage),
  webhooks: () => import("./pages/webhooks").then((file) => file.WebhooksPage),
  webhook: () => import("./pages/webhook").then((file) => file.WebhookPage),
  settings: () => import("./pages/settings").then((file) => file.SettingsPage),
  desk: () => import("./pages/desk").then((file) => file.DeskPage),
  "people-desk": () => import("./pages/desk").then((file) => file.DeskPeoplePage),
  requests: () => import("./pages/desk").then((file) => file.DeskRequestsPage),
  runs: () => import("./pages/desk-runs").then((file) => file.DeskRunsPage),
  payments: () => import("./pages/payments").then((file) => file.PaymentsPage),
  months: () => import("./pages/months").then((file) => file.MonthsPage),
  tasks: () => import("./pages/desk-runs").then((file) => file.DeskTasksPage),
};

/** Pages for people who need not be logged in; links in mails lead to them. */
const OPEN_PAGES: Record<string, () => Promise<ComponentType>> = {
  "sign-up": () => import("./pages/sign-up").then((file) => file.SignUpPage),
  forgotten: () => import("./pages/forgotten").then((file) => file.ForgottenPage),
  "reset-password": () => import("./pages/forgotten").then((file) => file.ResetPage),
  "verify-address": () => import("./pages/addresses").then((file) => file.VerifyAddressPage),
  "undo-address": () => import("./pages/addresses").then((file) => file.UndoAddressPage),
  invitation: () => import("./pages/invitation").then((file) => file.InvitationPage),
};

/** Pages for people who are logged in, outside of any organisation. */
const PERSONAL_PAGES: Record<string, () => Promise<ComponentType<{ object: string }>>> = {
  "": () => import("./pages/choose").then((file) => file.ChoosePage),
  account: () => import("./pages/account").then((file) => file.AccountPage),
  "confirm-address": () => import("./pages/addresses").then((file) => file.ConfirmAddressPage),
  ownership: () => import("./pages/ownership").then((file) => file.OwnershipPage),
  partnership: () => import("./pages/choose").then((file) => file.ChoosePage),
};

const isOrganisation = (part: string | undefined) => part?.startsWith("organisation_") ?? false;

/** A part of the address. A malformed one stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function App() {
  const [round, setRound] = useState(0);
  const again = () => setRound((one) => one + 1);
  useEffect(() => whenLocaleChanges(again), []);
  return (
    <>
      <Inside key={round} again={again} />
      <Toast />
    </>
  );
}

function Inside({ again }: { again: () => void }) {
  const address = useAddress();
  const [isEnded, setEnded] = useState(false);
  context.whenEnded = () => setEnded(true);
  const [first = "", name = "", object = ""] = address.pathname.slice(BASE.length).split("/").map(decoded);
  const organisation = isOrganisation(first) ? first : undefined;
  if (context.organisation !== organisation) forget();
  context.organisation = organisation;

  const open = OPEN_PAGES[first];
  if (open) return <Loaded key={first} load={open} />;
  if (isEnded) return <LogIn onDone={again} />;
  const key = `${locale()}/${first}/${name}/${object}`;
  return (
    <Logged organisation={organisation} page={organisation ? name : first} again={again}>
      <Body key={key} organisation={organisation} first={first} name={name} object={object} />
    </Logged>
  );
}

interface LoggedProps {
  organisation: string | undefined;
  page: string;
  again: () => void;
  children: ComponentChildren;
}

function Logged({ organisation, page, again, children }: LoggedProps) {
  const [shell, setShell] = useState<{ Shell: typeof Shell }>();
  const { data, error } = useQuery(ShellQuery, { id: organisation ?? "", isInside: organisation !== undefined });
  const viewer = data && granted(data.viewer);
  const isKnown = viewer !== null && viewer !== undefined;
  useEffect(() => {
    if (isKnown) void Promise.all([import("./shell"), loadInsideWords()]).then(([file]) => setShell(file));
  }, [isKnown]);
  useEffect(() => {
    if (viewer?.locale && !hasChosenLocale() && viewer.locale.toLowerCase() !== locale()) {
      void showLocale(viewer.locale);
    }
  }, [viewer?.locale]);
  if (error?.code === "UNAUTHENTICATED") return <LogIn onDone={again} />;
  if (!viewer || !shell) return <Waiting error={error} />;
  return (
    <shell.Shell viewer={viewer} inside={granted(data.organisation)} page={page} onLogOut={() => logOut().then(again)}>
      {children}
    </shell.Shell>
  );
}

const Waiting = ({ error }: { error: RequestError | undefined }) => (
  <main class="card" id="main">
    {error ? (
      <>
        <h1>{words.failed}</h1>
        <Failed error={error} retry={refreshAll} />
      </>
    ) : (
      <Loading />
    )}
  </main>
);

interface BodyProps {
  organisation: string | undefined;
  first: string;
  name: string;
  object: string;
}

function Body({ organisation, first, name, object }: BodyProps) {
  const [fault] = useErrorBoundary((error) => console.error(error));
  if (fault) return <Broken />;
  if (organisation) return <Loaded load={PAGES[name]} organisation={organisation} object={object} />;
  return <Loaded load={PERSONAL_PAGES[first]} object={name} />;
}

interface LoadedProps extends Partial<PageProps> {
  // biome-ignore lint/suspicious/noExplicitAny: pages outside of an organisation take fewer properties.
  load: (() => Promise<ComponentType<any>>) | undefined;
}

function Loaded({ load, ...props }: LoadedProps) {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const [found, setFound] = useState<{ Page?: ComponentType<any>; isMissing?: boolean }>({});
  useEffect(() => {
    // A file can be gone after an update of the server: then the whole application is loaded anew.
    load?.().then(
      (Page) => setFound({ Page }),
      () => setFound({ isMissing: true }),
    );
  }, [load]);
  if (!load) {
    return (
      <>
        <Head title={words.noSuchPage} />
        <p class="empty">{words.noSuchPageAbout}</p>
      </>
    );
  }
  if (found.isMissing) return <Broken />;
  return found.Page ? <found.Page {...props} /> : <Loading />;
}

/** A page that could not be loaded or drawn. Loading everything anew mends most of it. */
const Broken = () => (
  <>
    <Head title={words.failed} />
    <div class="failed" role="alert">
      <p>{words.pageMissing}</p>
      <button type="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </div>
  </>
);
