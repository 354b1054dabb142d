// The reseller's own data about a client: to read, to choose in a cell, and to fill in.
import { useState } from "preact/hooks";
import { useChange } from "../api/hooks";
import type { PropertyFragment } from "../api/schema";
import { SetClientProperties } from "../pages/clients.operations";
import { day, number, words } from "../words/words";
import { Field, Select } from "./form";
import { None } from "./states";

export function showProperty({ type }: PropertyFragment, value: string | null) {
  if (value === null) return <None />;
  if (type === "NUMBER") return number(value);
  if (type === "DATE") return day(value);
  if (type === "BOOLEAN") return value === "true" ? words.yes : words.no;
  if (type === "URL" && /^https?:/.test(value)) {
    return (
      <a href={value} rel="noreferrer">
        {value}
      </a>
    );
  }
  return value;
}

interface CellProps {
  property: PropertyFragment;
  partnership: string;
  client: string;
  value: string | null;
}

/** A choice right in the table. It shows at once and is saved behind. */
export function PropertyCell({ property, partnership, client, value }: CellProps) {
  const [chosen, setChosen] = useState<string>();
  const { run, errors, failure } = useChange(SetClientProperties);
  async function save(choice: string) {
    setChosen(choice);
    await run({ input: { partnershipId: partnership, properties: [{ key: property.key, value: choice || null }] } });
    setChosen(undefined);
  }
  const problem = errors[0]?.message ?? (failure && (failure.message || words.failed));
  return (
    <>
      <select
        aria-label={words.propertyOf(property.label, client)}
        value={chosen ?? value ?? ""}
        onChange={(event) => save(event.currentTarget.value)}
      >
        <option value="">–</option>
        {property.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
      {problem && (
        <span class="mistake" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

const INPUTS = { TEXT: "text", NUMBER: "text", DATE: "date", URL: "url" } as const;

export function PropertyField({ property, value }: { property: PropertyFragment; value: string | null }) {
  const { key, label, type, choices, required } = property;
  const name = `p.${key}`;
  if (type === "CHOICE" || type === "BOOLEAN") {
    const all =
      type === "CHOICE"
        ? Object.fromEntries(choices.map((choice) => [choice, choice]))
        : { true: words.yes, false: words.no };
    return <Select name={name} label={label} choices={all} value={value} none="–" />;
  }
  return <Field name={name} label={label} type={INPUTS[type]} value={value} required={required} />;
}
