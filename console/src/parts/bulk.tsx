// Many rows by paste. They are tried first; the person sees what would happen to each, and then does it.
import { useState } from "preact/hooks";
import { type PayloadOf, type Payloads, useChange } from "../api/hooks";
import type { Operation, UserError } from "../api/request";
import { number, words } from "../words/words";
import { Failed } from "./states";
import { announce } from "./toast";

interface Result {
  readonly index: number;
  readonly userErrors: readonly UserError[];
}

interface Props<Data, Variables> {
  label: string;
  hint: string;
  placeholder: string;
  operation: Operation<Data, Variables>;
  /** The rows of the text, each split at tabs, semicolons or commas. */
  variables: (rows: readonly string[][], dryRun: boolean) => Variables;
  results: (payload: PayloadOf<Data>) => readonly Result[];
  done: string;
}

const MOST = 500;

const rowsOf = (text: string) =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split(line.includes("\t") ? "\t" : /[;,]/).map((cell) => cell.trim()));

export function Bulk<Data extends Payloads, Variables>(props: Props<Data, Variables>) {
  const { label, hint, placeholder, operation, variables, results, done } = props;
  const { run, isBusy, errors, failure } = useChange(operation);
  const [text, setText] = useState("");
  const [tried, setTried] = useState<readonly Result[]>();
  const [isDone, setDone] = useState(false);
  const rows = rowsOf(text);
  const good = tried?.filter((result) => result.userErrors.length === 0).length ?? 0;

  async function send(dryRun: boolean) {
    const payload = await run(variables(rows, dryRun));
    if (!payload) return;
    setTried(results(payload));
    setDone(!dryRun);
    if (!dryRun) announce(done);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(tried === undefined || isDone);
      }}
    >
      <div class="field">
        <label for="bulk">{label}</label>
        <textarea
          id="bulk"
          rows={8}
          placeholder={placeholder}
          aria-describedby="bulk-hint"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setTried(undefined);
            setDone(false);
          }}
        />
        <p id="bulk-hint" class="hint">
          {hint} {words.mostRows(MOST)}
        </p>
      </div>
      {errors.map((error) => (
        <p key={error.message} class="mistake" role="alert">
          {error.message}
        </p>
      ))}
      {failure && <Failed error={failure} />}
      {tried && (
        <div role="status">
          <p>
            {isDone
              ? words.rowsDone(number(good), number(rows.length))
              : words.rowsFine(number(good), number(rows.length))}
          </p>
          <ul class="results">
            {tried
              .filter((result) => result.userErrors.length > 0)
              .map((result) => (
                <li key={result.index}>
                  <strong>{rows[result.index]?.[0]}</strong>
                  <span class="mistake">{result.userErrors.map((error) => error.message).join(" ")}</span>
                </li>
              ))}
          </ul>
        </div>
      )}
      <div class="submit">
        <button
          type="submit"
          class="main"
          disabled={isBusy || isDone || rows.length === 0 || rows.length > MOST || (tried && good === 0)}
        >
          {tried && !isDone ? words.doRows(number(good)) : words.tryRows}
        </button>
      </div>
    </form>
  );
}
