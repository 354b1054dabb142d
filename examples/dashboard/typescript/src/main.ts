// Prints the tree of all resellers that the person sees, with what each client lets through.
import { env, type Guarded, Refusal, send } from "./api/request.js";
import type { ClientFragment } from "./api/schema.js";
import { Clients, LogIn, Resellers } from "./dashboard.operations.js";

const { TENANTRY_TOKEN, TENANTRY_EMAIL, TENANTRY_PASSWORD } = env;
const email = TENANTRY_EMAIL ?? "kai@skandia.example";
const token = TENANTRY_TOKEN ?? (await logIn(email, TENANTRY_PASSWORD ?? "tenantry-demo"));

async function logIn(email: string, password: string): Promise<string> {
  const { logIn } = await send(LogIn, { input: { email, password } });
  const mistakes = logIn?.userErrors.map(({ message }) => message).join(" ");
  if (!logIn?.tokens) throw new Error(mistakes || "Nobody is logged in.");
  return logIn.tokens.accessToken;
}

interface Page<Edge> {
  readonly edges: readonly Edge[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All rows of a list, one page after the other. A refused list has no rows, and says so. */
async function* rows<Edge>(load: (after: string | null) => Promise<Guarded<Page<Edge>>>): AsyncGenerator<Edge> {
  let after: string | null = null;
  do {
    const page: Guarded<Page<Edge>> = await load(after);
    if (page instanceof Refusal) return console.log(`  (refused: ${page.permission})`);
    yield* page?.edges ?? [];
    after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
}

/** A refused value is shown as what it would need. */
const show = <T>(field: Guarded<T>, write: (value: T) => string): string =>
  field instanceof Refusal ? `(needs ${field.permission})` : field === null ? "–" : write(field);

function line({ client, partnership, node }: ClientFragment, depth: number): string {
  const name = `${"  ".repeat(depth)}${client.name}`.padEnd(34);
  if (!node) return `${name} ${partnership.state}, lets nothing be seen`;
  const { monthlyRecurring, overdueInvoices } = node.overview;
  const monthly = show(monthlyRecurring, (amounts) => amounts.map(({ formatted }) => formatted).join(" + ") || "–");
  return `${name} ${monthly.padEnd(26)} overdue: ${show(overdueInvoices, ({ count }) => String(count))}`;
}

async function walk(reseller: string, depth: number) {
  const clients = rows<ClientFragment>(async (after) => {
    const { reseller: found } = await send(Clients, { id: reseller, after }, token);
    return found instanceof Refusal ? found : (found?.clients ?? null);
  });
  for await (const edge of clients) {
    console.log(line(edge, depth));
    if (edge.node?.reseller) await walk(edge.node.reseller.id, depth + 1);
  }
}

const places = rows(async (after) => {
  const { viewer } = await send(Resellers, { after }, token);
  return viewer instanceof Refusal ? viewer : (viewer?.organisations ?? null);
});
for await (const { node } of places) {
  if (!node.reseller) continue;
  console.log(node.name);
  await walk(node.reseller.id, 1);
}
