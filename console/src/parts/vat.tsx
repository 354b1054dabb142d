// Why an invoice has this VAT: the rule, and the facts that led to it.
import type { VatFragment } from "../api/schema";
import { percent, words } from "../words/words";

export function Vat({ rule, basisPoints, isNumberUnconfirmed, facts }: VatFragment) {
  return (
    <div class="box">
      <p>
        <strong>{percent(basisPoints)}</strong> {words.vatRules[rule]}
      </p>
      {isNumberUnconfirmed && <p class="mistake">{words.vatNumberUnconfirmed}</p>}
      <details>
        <summary>{words.facts}</summary>
        <ul class="pairs">
          {facts.map((fact) => (
            <li key={fact.name}>
              <span class="soft">{(words.vatFacts as Record<string, string>)[fact.name] ?? fact.name}</span>
              <span>{fact.value === "true" ? words.yes : fact.value === "false" ? words.no : fact.value}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
