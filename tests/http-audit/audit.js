// Runs the public GraphQL-over-HTTP audit against a running server: every MUST, SHOULD and MAY has to be ok.
// Usage: node audit.js [http://127.0.0.1:8000]   (or BASE_URL)

import { serverAudits } from "graphql-http";

const EXPECTED = 61;
const PATIENCE_MS = 10_000;
const base = process.argv[2] ?? process.env.BASE_URL ?? "http://127.0.0.1:8000";
const audits = serverAudits({
  url: new URL("/graphql", base).href,
  fetchFn: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }),
});

let passed = 0;
for (const audit of audits) {
  const result = await audit.fn().catch((error) => ({ status: "error", reason: String(error) }));
  passed += result.status === "ok";
  console.log(`${result.status.padEnd(5)} ${audit.id} ${audit.name}${result.reason ? `: ${result.reason}` : ""}`);
}
if (audits.length !== EXPECTED) console.log(`The audit has ${audits.length} points, expected ${EXPECTED}.`);
console.log(`${passed} passed, ${audits.length - passed} failed`);
process.exit(passed === EXPECTED && audits.length === EXPECTED ? 0 : 1);
