// Rules that give seats to people: written here, previewed, and applied only as previewed.
import { useState } from "preact/hooks";
import { useQuery } from "../api/hooks";
import { granted } from "../api/request";
import type {
  HereFragment,
  LicenceConditionKind,
  LicenceRuleInput,
  LicenceSchedule,
  RuleSetFragment,
} from "../api/schema";
import { Act } from "../parts/act";
import { Check, Field, Form, Group, Select, type Values } from "../parts/form";
import { Guard, GuardedPart } from "../parts/guard";
import { List } from "../parts/list";
import { Sum } from "../parts/money";
import { Ask, Head, type PageProps } from "../parts/page";
import { Empty, Failed, Loading, None } from "../parts/states";
import { path, usePaging } from "../router";
import { day, moment, number, percent, words } from "../words/words";
import { LicenceTabs } from "./licence-tabs";
import { ApplyRules, PreviewRules, Rules, SaveRules } from "./rules.operations";

interface Feature {
  readonly id: string;
  readonly name: string;
  readonly family: string | null;
}

/** What rules can name: kinds of seats, and groups of the directory by their ids. */
interface Choices {
  readonly features: readonly Feature[];
  readonly groups: Record<string, string>;
}

export function RulesPage({ organisation }: PageProps) {
  return (
    <Ask query={Rules} variables={{ id: organisation }} title={words.rules} of={(data) => data.organisation}>
      {(found) => {
        const choices: Choices = {
          features: granted(found.licencePools)?.edges.map(({ node }) => node.feature) ?? [],
          groups: Object.fromEntries(granted(found.groups)?.edges.map(({ node }) => [node.id, node.name]) ?? []),
        };
        return (
          <>
            <Head title={words.rules} about={words.rulesAbout}>
              <SaveAct here={found} choices={choices} />
            </Head>
            <LicenceTabs organisation={organisation} />
            <GuardedPart of={found.licenceRules}>
              {(sets) => (
                <>
                  {sets.length === 0 && <Empty>{words.noRules}</Empty>}
                  {sets.map((set) => (
                    <RuleSet key={set.id} set={set} here={found} choices={choices} />
                  ))}
                </>
              )}
            </GuardedPart>
          </>
        );
      }}
    </Ask>
  );
}

interface SetProps {
  here: HereFragment;
  set: RuleSetFragment;
  choices: Choices;
}

function RuleSet({ here, set, choices }: SetProps) {
  return (
    <section class="part">
      <div class="part-head">
        <h2>{set.family}</h2>
        <div class="acts">
          <SaveAct here={here} set={set} choices={choices} />
          <a class="button main" href={path(here.id, "rule", set.id)}>
            {words.preview}
          </a>
        </div>
      </div>
      <div class="box">
        <ol class="rule-list">
          {set.rules.map((rule) => (
            <li key={rule.name}>
              <strong>{rule.name}</strong>
              <span>
                {rule.conditions.map((one) => sentence(one, choices.groups)).join(` ${words.and} `) || words.everybody}
              </span>
              <span>
                → {rule.feature?.name ?? words.noLicence}
                {rule.ceiling !== null && `, ${words.atMost(number(rule.ceiling))}`}
              </span>
            </li>
          ))}
        </ol>
        <p class="soft">
          {words.schedules[set.schedule]} {words.grace(set.graceDays)} {words.guard(percent(set.guardBasisPoints))}{" "}
          {set.appliedAt ? words.appliedAt(moment(set.appliedAt)) : words.neverApplied}
        </p>
      </div>
    </section>
  );
}

interface Condition {
  readonly kind: LicenceConditionKind;
  readonly path?: string | null | undefined;
  readonly days?: number | null | undefined;
  readonly day?: string | null | undefined;
  readonly groupId?: string | null | undefined;
  readonly negated?: boolean | undefined;
}

const VALUES: Record<LicenceConditionKind, "path" | "groupId" | "days" | "day" | null> = {
  UNIT: "path",
  GROUP: "groupId",
  INACTIVE: "days",
  NEVER_LOGGED_IN: "days",
  FIRST_LOG_IN_BEFORE: "day",
  FIRST_LOG_IN_AFTER: "day",
};

function conditionValue(condition: Condition): string {
  const name = VALUES[condition.kind];
  return name ? String(condition[name] ?? "") : "";
}

function sentence(condition: Condition, groups: Record<string, string>): string {
  const value = conditionValue(condition);
  const text = words.conditions[condition.kind](groups[value] ?? value);
  return condition.negated ? `${words.not} ${text}` : text;
}

function SaveAct({ here, set, choices }: { here: HereFragment; set?: RuleSetFragment; choices: Choices }) {
  return (
    <Act label={set ? words.change : words.newRules} needs="LICENCE_RULE_MANAGE" here={here} isMain={!set} isWide>
      {(close) => <RulesForm here={here} {...(set && { set })} choices={choices} onDone={close} />}
    </Act>
  );
}

/** Each rule has room for one more condition than it has. */
const slotsOf = (rule: RuleSetFragment["rules"][number] | undefined) => Math.max(2, (rule?.conditions.length ?? 0) + 1);

interface FormProps {
  here: HereFragment;
  set?: RuleSetFragment;
  choices: Choices;
  onDone: () => void;
}

function RulesForm({ here, set, choices, onDone }: FormProps) {
  const [count, setCount] = useState(Math.max(1, set?.rules.length ?? 1));
  const families = [...new Set(choices.features.flatMap(({ family }) => family ?? []))];
  return (
    <Form
      operation={SaveRules}
      variables={(values) => ({
        input: {
          organisationId: here.id,
          family: set?.family ?? values.text("family"),
          version: set?.version ?? 0,
          graceDays: values.number("graceDays"),
          guardBasisPoints: Math.round(values.number("guard") * 100),
          schedule: values.text("schedule") as LicenceSchedule,
          rules: Array.from({ length: count }, (_, index) => ruleOf(values, index, slotsOf(set?.rules[index]))).filter(
            ({ name }) => name,
          ),
        },
      })}
      submit={words.save}
      onDone={onDone}
    >
      <p class="hint">{words.orderOfRules}</p>
      {!set && (
        <Select
          name="family"
          label={words.family}
          choices={Object.fromEntries(families.map((family) => [family, family]))}
        />
      )}
      {Array.from({ length: count }, (_, index) => (
        <RuleFields key={index} index={index} rule={set?.rules[index]} choices={choices} />
      ))}
      <button type="button" class="link" onClick={() => setCount(count + 1)}>
        {words.addRule}
      </button>
      <div class="beside">
        <Select name="schedule" label={words.when} choices={words.schedules} value={set?.schedule} />
        <Field name="graceDays" label={words.graceDays} type="number" min={0} value={set?.graceDays ?? 7} required />
        <Field
          name="guard"
          label={words.guardPercent}
          type="number"
          min={0}
          max={100}
          value={(set?.guardBasisPoints ?? 1000) / 100}
          required
        />
      </div>
    </Form>
  );
}

interface RuleProps {
  index: number;
  rule: RuleSetFragment["rules"][number] | undefined;
  choices: Choices;
}

function RuleFields({ index, rule, choices }: RuleProps) {
  const name = (field: string) => `rules.${index}.${field}`;
  return (
    <Group name={`rules.${index}`} label={words.ruleNumber(index + 1)}>
      <div class="box">
        <div class="beside">
          <Field name={name("name")} label={words.name} value={rule?.name} />
          <Select
            name={name("featureId")}
            label={words.licence}
            none={words.noLicence}
            value={rule?.feature?.id}
            choices={Object.fromEntries(choices.features.map((feature) => [feature.id, feature.name]))}
          />
          <Field name={name("ceiling")} label={words.ceiling} type="number" min={0} value={rule?.ceiling} />
        </div>
        {Array.from({ length: slotsOf(rule) }, (_, slot) => (
          <ConditionFields
            key={name(`conditions.${slot}`)}
            name={name(`conditions.${slot}`)}
            condition={rule?.conditions[slot]}
            groups={choices.groups}
          />
        ))}
      </div>
    </Group>
  );
}

interface ConditionProps {
  name: string;
  condition: Condition | undefined;
  groups: Record<string, string>;
}

const INPUTS = { path: "text", days: "number", day: "date" };

function ConditionFields({ name, condition, groups }: ConditionProps) {
  const [kind, setKind] = useState<string>(condition?.kind ?? "");
  const field = VALUES[kind as LicenceConditionKind];
  const value = condition?.kind === kind ? conditionValue(condition) : "";
  const kinds = Object.entries(words.conditions).map(([id, write]) => [id, write("…")]);
  return (
    <div class="beside">
      <Select
        name={`${name}.kind`}
        label={words.condition}
        none={words.noCondition}
        value={condition?.kind}
        choices={Object.fromEntries(kinds)}
        onChange={setKind}
      />
      {field === "groupId" && <Select name={`${name}.value`} label={words.group} choices={groups} value={value} />}
      {field && field !== "groupId" && (
        <Field key={kind} name={`${name}.value`} label={words.value} type={INPUTS[field]} value={value} required />
      )}
      {field && <Check name={`${name}.negated`} label={words.not} isChecked={condition?.negated ?? false} />}
    </div>
  );
}

function ruleOf(values: Values, index: number, slots: number): LicenceRuleInput {
  const name = (field: string) => `rules.${index}.${field}`;
  const conditions = Array.from({ length: slots }, (_, slot) => {
    const part = (field: string) => name(`conditions.${slot}.${field}`);
    const kind = values.text(part("kind")) as LicenceConditionKind;
    const value = values.text(part("value"));
    const field = VALUES[kind];
    return {
      kind,
      negated: values.flag(part("negated")),
      ...(field && { [field]: field === "days" ? Number(value) : value }),
    };
  });
  return {
    name: values.text(name("name")),
    featureId: values.optional(name("featureId")),
    ceiling: values.text(name("ceiling")) ? values.number(name("ceiling")) : null,
    conditions: conditions.filter(({ kind }) => kind),
  };
}

/** What the rules would do today. Applying them does exactly this, or nothing. */
export function RulePage({ organisation, object }: PageProps) {
  const { data: rules } = useQuery(Rules, { id: organisation });
  const { data, error, isLoading } = useQuery(PreviewRules, { id: object, ...usePaging() });
  const here = granted(rules?.organisation);
  const set = granted(here?.licenceRules ?? null)?.find(({ id }) => id === object);
  const above = { label: words.rules, href: path(organisation, "rules") };
  if (error) {
    return (
      <>
        <Head title={words.preview} above={above} />
        <Failed error={error} />
      </>
    );
  }
  if (!data || !here) {
    return (
      <>
        <Head title={words.preview} above={above} />
        <Loading />
      </>
    );
  }
  return (
    <GuardedPart of={data.previewLicenceRules} empty={<Empty>{words.notThere}</Empty>}>
      {({ digest, counts, guard, savings, rows }) => (
        <>
          <Head title={words.previewOf(set?.family ?? "")} above={above} about={words.previewAbout}>
            <Act label={words.apply} needs="LICENCE_ASSIGN" here={here} isMain>
              {(close) => (
                <Form
                  operation={ApplyRules}
                  variables={(values) => ({
                    input: {
                      organisationId: here.id,
                      family: set?.family ?? "",
                      digest,
                      confirmLosses: guard.stops ? values.number("confirmLosses") : null,
                    },
                  })}
                  submit={words.apply}
                  done={words.applied}
                  onDone={close}
                >
                  <p>{words.applyAbout(counts.assign, counts.reclaim)}</p>
                  {guard.stops && (
                    <Field
                      name="confirmLosses"
                      label={words.confirmLosses(guard.losing, guard.of)}
                      type="number"
                      required
                    />
                  )}
                </Form>
              )}
            </Act>
          </Head>
          <ul class="figures">
            {(["assign", "change", "resume", "reclaim", "unmet"] as const).map((name) => (
              <li key={name}>
                <p class="label">{words.planCounts[name]}</p>
                <p class={name === "unmet" && counts.unmet > 0 ? "value bad" : "value"}>{number(counts[name])}</p>
              </li>
            ))}
          </ul>
          <Guard of={savings} empty="">
            {(all) =>
              all.map((saving) => (
                <div class="notice" key={saving.feature.name}>
                  <p>
                    {words.saving(saving.licences, saving.feature.name, day(saving.from))} <Sum of={saving.amount} />{" "}
                    {words.per[saving.interval]}.
                  </p>
                </div>
              ))
            }
          </Guard>
          <section class="part">
            <List
              label={words.preview}
              of={rows}
              isLoading={isLoading}
              empty={words.changesNothing}
              columns={[
                { label: words.person, cell: (row) => <Guard of={row.person}>{({ name }) => name}</Guard> },
                { label: words.change, cell: (row) => words.planActions[row.action] },
                { label: words.before, cell: (row) => row.before?.name ?? <None /> },
                { label: words.after, cell: (row) => row.after?.name ?? <None /> },
                { label: words.because, cell: (row) => <Guard of={row.reason}>{(reason) => reason.sentence}</Guard> },
              ]}
            />
          </section>
        </>
      )}
    </GuardedPart>
  );
}
