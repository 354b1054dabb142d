// A file of the bank: its entries become payments. It is sent as it is, and the answer counts what was new.
import { useState } from "preact/hooks";
import { refreshAll } from "../api/hooks";
import { type RequestError, sendFile } from "../api/request";
import { Field, PlainForm } from "../parts/form";
import { announce } from "../parts/toast";
import { number, words } from "../words/words";

interface Recorded {
  readonly entries: number;
  readonly new: number;
  readonly matched: number;
  readonly returned: number;
  readonly unknownReturns: number;
  readonly known: number;
}

const counts = (of: Recorded) =>
  [
    [words.bankEntries, of.entries],
    [words.bankNew, of.new],
    [words.bankMatched, of.matched],
    [words.bankWaiting, of.new - of.matched],
    [words.bankKnown, of.known],
    [words.bankReturned, of.returned],
  ] as const;

export function BankFile() {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestError>();
  const [recorded, setRecorded] = useState<Recorded>();

  async function send(file: File) {
    setBusy(true);
    setFailure(undefined);
    setRecorded(undefined);
    try {
      setRecorded(await sendFile<Recorded>("/operator/bank-statements", file, "application/xml"));
      announce(words.bankFileRead);
      await refreshAll();
    } catch (error) {
      setFailure(error as RequestError);
    }
    setBusy(false);
  }

  return (
    <PlainForm
      errors={[]}
      failure={failure}
      isBusy={isBusy}
      submit={words.send}
      onSubmit={(values) => void send(values.file("file"))}
    >
      <Field
        name="file"
        label={words.file}
        hint={words.bankFileHint}
        type="file"
        accept=".xml,application/xml,text/xml"
        required
      />
      {recorded && (
        <div class="box" role="status">
          <ul class="pairs">
            {counts(recorded).map(([label, count]) => (
              <li key={label}>
                {label}
                <span class="number">{number(count)}</span>
              </li>
            ))}
          </ul>
          {recorded.unknownReturns > 0 && <p class="mistake">{words.bankUnknownReturns(recorded.unknownReturns)}</p>}
        </div>
      )}
    </PlainForm>
  );
}
