// A form for one mutation. Mistakes stand beside their fields, and the focus goes to the first of them.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useId, useRef } from "preact/hooks";
import { type PayloadOf, type Payloads, useChange } from "../api/hooks";
import type { Operation, RequestError, UserError } from "../api/request";
import { words } from "../words/words";
import { Failed } from "./states";
import { announce } from "./toast";

/** What was filled in. */
export class Values {
  constructor(private readonly data: FormData) {}
  text = (name: string) => String(this.data.get(name) ?? "").trim();
  /** A password may begin or end with a space. */
  secret = (name: string) => String(this.data.get(name) ?? "");
  /** Null if nothing was filled in. */
  optional = (name: string) => this.text(name) || null;
  number = (name: string) => Number(this.text(name));
  /** The end of a day, or null. */
  endOf = (name: string) => (this.text(name) ? new Date(`${this.text(name)}T23:59:59`).toISOString() : null);
  flag = (name: string) => this.data.has(name);
  file = (name: string) => this.data.get(name) as File;
  all = <T extends string>(name: string) => this.data.getAll(name) as T[];
}

interface Known {
  readonly errors: readonly UserError[];
  /** The fields of the form. A mistake of any other field is shown at the end. */
  readonly names: Set<string>;
}

const MistakesContext = createContext<Known>({ errors: [], names: new Set() });

/** The name of the field that an error is about: `["input", "email"]` is `email`. */
const fieldOf = (error: UserError) => error.field?.slice(1).join(".") ?? "";
function isAbout(error: UserError, name: string) {
  const field = fieldOf(error);
  return field === name || field.startsWith(`${name}.`) || field.endsWith(`.${name}`) || field.includes(`.${name}.`);
}

/** The mistakes of one field. If several fields could be meant, the longest name says it best. */
const mistakesOf = ({ errors, names }: Known, name: string) =>
  errors.filter((error) => {
    const meant = [...names].filter((one) => isAbout(error, one));
    return meant.includes(name) && meant.every((one) => one.length <= name.length);
  });

interface FieldsProps {
  errors: readonly UserError[];
  failure?: RequestError | undefined;
  isBusy: boolean;
  submit: string;
  isDangerous?: boolean;
  onSubmit: (values: Values) => void;
  children?: ComponentChildren;
}

/** The form itself, for an act that is not a mutation. */
export function PlainForm({ errors, failure, isBusy, submit, isDangerous, onSubmit, children }: FieldsProps) {
  const form = useRef<HTMLFormElement>(null);
  const names = useRef(new Set<string>());
  useEffect(() => {
    if (errors.length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new Values(new FormData(event.currentTarget)));
      }}
    >
      <MistakesContext.Provider value={{ errors, names: names.current }}>
        {children}
        <OtherMistakes />
        {failure && <Failed error={failure} />}
        <div class="submit">
          <button type="submit" class={isDangerous ? "danger" : "main"} disabled={isBusy} aria-busy={isBusy}>
            {submit}
          </button>
        </div>
      </MistakesContext.Provider>
    </form>
  );
}

function OtherMistakes() {
  const { errors, names } = useContext(MistakesContext);
  const others = errors.filter((error) => ![...names].some((name) => isAbout(error, name)));
  return (
    <div role="alert">
      {others.map((error) => (
        <p key={error.message} class="mistake">
          {error.message}
        </p>
      ))}
    </div>
  );
}

export interface FormProps<Data, Variables> {
  operation: Operation<Data, Variables>;
  variables: (values: Values) => Variables;
  submit: string;
  isDangerous?: boolean;
  /** Said after the change. */
  done?: string;
  onDone?: (payload: PayloadOf<Data>) => void;
  children?: ComponentChildren;
}

export function Form<Data extends Payloads, Variables>(props: FormProps<Data, Variables>) {
  const { operation, variables, done = words.saved, onDone, ...rest } = props;
  const { run, ...state } = useChange(operation);
  return (
    <PlainForm
      {...rest}
      {...state}
      onSubmit={async (values) => {
        const payload = await run(variables(values));
        if (!payload) return;
        if (done) announce(done);
        onDone?.(payload);
      }}
    />
  );
}

interface Common {
  name: string;
  label: string;
  hint?: ComponentChildren;
}

function useMistakes(name: string) {
  const mistakes = useContext(MistakesContext);
  mistakes.names.add(name);
  return mistakesOf(mistakes, name);
}

/** Label, field, hint and mistakes. `children` gets what ties them together. */
function Labelled(props: Common & { children: (tie: Record<string, unknown>) => ComponentChildren }) {
  const { name, label, hint, children } = props;
  const id = useId();
  const mine = useMistakes(name);
  const described = [hint && `${id}-hint`, mine.length > 0 && `${id}-mistake`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        "aria-describedby": described || undefined,
        "aria-invalid": mine.length > 0 ? "true" : undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {mine.length > 0 && (
        <p id={`${id}-mistake`} class="mistake">
          {mine.map((error) => error.message).join(" ")}
        </p>
      )}
    </div>
  );
}

interface FieldProps extends Common {
  type?: string;
  value?: string | number | null | undefined;
  required?: boolean;
  autofocus?: boolean;
  autocomplete?: string;
  inputmode?: "numeric" | "decimal" | "email" | "text";
  min?: string | number;
  max?: string | number;
  minLength?: number;
  maxLength?: number;
  placeholder?: string;
  pattern?: string;
  /** The kinds of files that a field for files takes. */
  accept?: string;
}

export const Field = ({ name, label, hint, value, ...input }: FieldProps) => (
  <Labelled name={name} label={label} hint={hint}>
    {(tie) => <input {...tie} {...(input as object)} defaultValue={value ?? ""} />}
  </Labelled>
);

interface TextProps extends Common {
  value?: string | null | undefined;
  rows?: number;
  required?: boolean;
  placeholder?: string;
}

export const TextField = ({ name, label, hint, value, ...input }: TextProps) => (
  <Labelled name={name} label={label} hint={hint}>
    {(tie) => <textarea rows={3} {...tie} {...input} defaultValue={value ?? ""} />}
  </Labelled>
);

interface SelectProps extends Common {
  value?: string | null | undefined;
  choices: Record<string, string>;
  /** The word for no choice, if there can be none. */
  none?: string;
  onChange?: (value: string) => void;
}

export const Select = ({ name, label, hint, value, choices, none, onChange }: SelectProps) => (
  <Labelled name={name} label={label} hint={hint}>
    {(tie) => (
      <select {...tie} onChange={(event) => onChange?.(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {Object.entries(choices).map(([id, word]) => (
          <option key={id} value={id} selected={id === value}>
            {word}
          </option>
        ))}
      </select>
    )}
  </Labelled>
);

interface CheckProps {
  name: string;
  label: ComponentChildren;
  value?: string;
  isChecked?: boolean;
  hint?: ComponentChildren;
  onChange?: (isChecked: boolean) => void;
}

export const Check = ({ name, label, value = "on", isChecked = false, hint, onChange }: CheckProps) => (
  <label class="check">
    <input
      type="checkbox"
      name={name}
      value={value}
      defaultChecked={isChecked}
      onChange={(event) => onChange?.(event.currentTarget.checked)}
    />
    <span>
      {label}
      {hint && <small>{hint}</small>}
    </span>
  </label>
);

/** Several checks or fields under one heading, with the mistakes of the whole. */
export const Group = ({ name, label, children }: { name: string; label: string; children: ComponentChildren }) => (
  <fieldset>
    <legend>{label}</legend>
    {children}
    <Mistakes of={name} />
  </fieldset>
);

/** The mistakes of something that is not a field: of several fields, or of what the form only shows. */
export const Mistakes = ({ of }: { of: string }) =>
  useMistakes(of).map((error) => (
    <p key={error.message} class="mistake" role="alert">
      {error.message}
    </p>
  ));
