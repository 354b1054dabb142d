// Reads every `.graphql` file in `src` and writes its types. Each file gets a neighbour `*.operations.ts` with its queries
// and mutations, and its subscriptions. `src/api/schema.ts` gets the fragments, enums and inputs that they share.
// A field that the schema marks with `@requires` becomes `Guarded<…>`: the server may refuse it, and no page can forget that.
// `src/api/event-types.ts` says which permission opens the events of each type, if a document uses these types.
// `documents.json` lists the text of every document, for servers that run trusted documents only.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  buildSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  print,
  TypeInfo,
  typeFromAST,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";

const SCALARS = { ID: "string", String: "string", Int: "number", Float: "number", Boolean: "boolean" };
const schema = buildSchema(readFileSync(process.env.TENANTRY_SCHEMA ?? "../schema.graphql", "utf8"));
const paths = readdirSync("src", { recursive: true })
  .filter((path) => path.endsWith(".graphql"))
  .sort();
const documents = paths.map((path) => parse(readFileSync(`src/${path}`, "utf8")));
const document = { kind: Kind.DOCUMENT, definitions: documents.flatMap((one) => one.definitions) };
const mistakes = validate(schema, document);
if (mistakes.length > 0) throw new Error(mistakes.map(String).join("\n"));

const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
const followsEvents = operations.some((one) => one.operation === "subscription");
const fragments = new Map(
  document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
);
const declared = new Set();

// The TypeScript name of a leaf type. Enums and inputs are remembered, so that they get a declaration.
function named(type) {
  if (!isEnumType(type) && !isInputObjectType(type)) return SCALARS[type.name] ?? "string";
  declared.add(type);
  return type.name;
}

const isGuarded = (parent, field) =>
  parent === schema.getQueryType() || field.astNode?.directives?.some((one) => one.name.value === "requires");

function output(type, leaf) {
  if (isNonNullType(type)) return output(type.ofType, leaf).replace(/ \| null$/, "");
  if (isListType(type)) return `readonly (${output(type.ofType, leaf)})[] | null`;
  return `${leaf(type)} | null`;
}

function input(type) {
  if (isNonNullType(type)) return input(type.ofType).replace(/ \| null$/, "");
  if (isListType(type)) return `readonly (${input(type.ofType)})[] | null`;
  return `${named(type)} | null`;
}

function argument(name, type, hasDefault) {
  const isOptional = hasDefault || !isNonNullType(type);
  return `${name}${isOptional ? "?" : ""}: ${input(type)}${isOptional ? " | undefined" : ""}`;
}

// The fields of a selection on one concrete type, by their key in the answer, and the fragments it spreads.
function collect(type, set, into = new Map(), spread = []) {
  for (const one of set.selections) {
    if (one.kind === Kind.FIELD) {
      const key = one.alias?.value ?? one.name.value;
      into.set(key, {
        field: one,
        sets: [...(into.get(key)?.sets ?? []), ...(one.selectionSet ? [one.selectionSet] : [])],
      });
    } else {
      const on =
        one.kind === Kind.INLINE_FRAGMENT
          ? one.typeCondition?.name.value
          : fragments.get(one.name.value).typeCondition.name.value;
      const condition = on ? schema.getType(on) : type;
      if (condition !== type && !(isAbstractType(condition) && schema.isSubType(condition, type))) continue;
      if (one.kind === Kind.INLINE_FRAGMENT) collect(type, one.selectionSet, into, spread);
      else spread.push(one.name.value);
    }
  }
  return { into, spread };
}

function shape(type, sets) {
  if (isAbstractType(type))
    return schema
      .getPossibleTypes(type)
      .map((one) => shape(one, sets))
      .join(" | ");
  const into = new Map();
  const spread = [];
  for (const set of sets) collect(type, set, into, spread);
  const fields = [...into].map(([key, { field, sets }]) => {
    if (field.name.value === "__typename") return `${key}: "${type.name}"`;
    const definition = type.getFields()[field.name.value];
    const text = output(definition.type, (leaf) => (sets.length > 0 ? shape(leaf, sets) : named(leaf)));
    return `${key}: ${isGuarded(type, definition) ? `Guarded<${text.replace(/ \| null$/, "")}>` : text}`;
  });
  return [`{ ${fields.map((one) => `readonly ${one}`).join("; ")} }`, ...spread.map((name) => `${name}Fragment`)].join(
    " & ",
  );
}

// The names of all fragments that a definition uses, directly or through another fragment.
function used(definition, into = new Set()) {
  visit(definition, {
    FragmentSpread({ name }) {
      if (into.has(name.value)) return;
      into.add(name.value);
      used(fragments.get(name.value), into);
    },
  });
  return into;
}

// A mutation whose input takes an idempotency key is safe to repeat: `useChange` adds the key.
const takesKey = (one) =>
  one.variableDefinitions.some(({ type }) => {
    const found = typeFromAST(schema, type);
    const input = isNonNullType(found) ? found.ofType : found;
    return isInputObjectType(input) && "idempotencyKey" in input.getFields();
  });

const eventType = schema.getType("EventType");
// What an event is about is the first word of its type: INVOICE_PAID tells of an invoice.
const SUBJECTS = [...new Set(eventType.getValues().map(({ name }) => name.split("_")[0]))];
const RIGHTS = ["viewerpermissions"];
// The words in the names of fields and types by which a query shows a subject, besides the subject itself.
const SHOWN_BY = {
  ACCESS: RIGHTS,
  OWNERSHIP: RIGHTS,
  ROLE: RIGHTS,
  RESELLER: RIGHTS,
  PARTNERSHIP: [...RIGHTS, "client"],
  MEMBER: ["invitation", "licence"],
  CREDIT: ["invoice"],
  BALANCE: ["invoice"],
  PAYMENT: ["invoice"],
  REFUND: ["invoice"],
  CATALOGUE: ["product", "price"],
  ORDER: ["subscription", "service"],
  SUBSCRIPTION: ["order", "service", "licence", "recurring"],
  SERVICE: ["order", "subscription"],
  DOMAIN: ["service", "order", "subscription"],
  DIRECTORY: ["licence"],
};

// The subjects of the events that can change the answer of a query, where events are followed. The audit log shows all
// events.
function shows(one) {
  const words = new Set();
  const info = new TypeInfo(schema);
  const visitor = {
    Field({ name }) {
      const type = getNamedType(info.getType())?.name ?? "";
      words.add(name.value.toLowerCase());
      for (const word of `${name.value} ${type}`.match(/[A-Z]?[a-z]+/g)) words.add(word.toLowerCase());
    },
  };
  for (const part of [one, ...[...used(one)].map((name) => fragments.get(name))])
    visit(part, visitWithTypeInfo(info, visitor));
  if (words.has("audit")) return "*";
  const isShown = (subject) =>
    [subject.toLowerCase(), ...(SHOWN_BY[subject] ?? [])].some((stem) =>
      [...words].some((word) => word.startsWith(stem)),
    );
  return SUBJECTS.filter(isShown).join(" ");
}

const textOf = (one) =>
  [one, ...[...used(one)].map((name) => fragments.get(name))].map(print).join(" ").replace(/\s+/g, " ");

function operation(one) {
  const root = schema.getRootType(one.operation);
  const variables = one.variableDefinitions.map(({ variable, type, defaultValue }) =>
    argument(variable.name.value, typeFromAST(schema, type), defaultValue !== undefined),
  );
  const text = JSON.stringify(textOf(one));
  const name = one.name.value;
  const types = `Operation<\n  ${shape(root, [one.selectionSet])},\n  { ${variables.join("; ")} }\n>`;
  const subjects = followsEvents && one.operation === "query" ? shows(one) : "";
  const more = (takesKey(one) ? "\n  takesKey: true," : "") + (subjects && `\n  shows: "${subjects}",`);
  return `export const ${name}: ${types} = {\n  name: "${name}",\n  text: ${text},${more}\n};\n`;
}

const files = new Map();
paths.forEach((path, index) => {
  const operations = documents[index].definitions
    .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
    .map(operation);
  if (operations.length > 0) files.set(`src/${path.replace(/graphql$/, "operations.ts")}`, operations.join("\n"));
});
const declarations = [...fragments.values()].map(
  (one) =>
    `export type ${one.name.value}Fragment = ${shape(schema.getType(one.typeCondition.name.value), [one.selectionSet])};`,
);
const usesEventTypes = declared.has(eventType);
if (usesEventTypes) declared.add(schema.getType("Permission"));
// The set grows during the loop: an input adds the types of its fields.
for (const type of declared) {
  if (isEnumType(type)) {
    declarations.push(
      `export type ${type.name} = ${type
        .getValues()
        .map((value) => `"${value.name}"`)
        .join(" | ")};`,
    );
  } else {
    const fields = Object.values(type.getFields()).map((field) =>
      argument(field.name, field.type, field.defaultValue !== undefined),
    );
    declarations.push(`export interface ${type.name} { ${fields.join("; ")} }`);
  }
}
files.set("src/api/schema.ts", `${declarations.sort().join("\n")}\n`);

// The permission that opens the events of each type. Those that only the person reads have none.
if (usesEventTypes) {
  const readWith = eventType
    .getValues()
    .map(({ name, description }) => [name, /Read with ([A-Z_]+)\./.exec(description)?.[1]])
    .filter(([, permission]) => permission);
  files.set(
    "src/api/event-types.ts",
    `export const eventTypes: readonly (readonly [EventType, Permission])[] = ${JSON.stringify(readWith)};\n`,
  );
}

writeFileSync("documents.json", `${JSON.stringify(operations.map(textOf), null, 1)}\n`);

for (const [path, code] of files) {
  const imports = ["Guarded", "Operation"].filter((one) => code.includes(`${one}<`));
  const names = [...declared].map((one) => one.name).concat([...fragments.keys()].map((one) => `${one}Fragment`));
  const named = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code.replace(/text: ".*"/g, ""))).sort();
  const up = "../".repeat(path.split("/").length - 2) || "./";
  const to = path === "src/api/schema.ts" ? "./" : `${up}api/`;
  const head = ["// Generated by `npm run generate`."];
  if (imports.length > 0) head.push(`import type { ${imports.join(", ")} } from "${to}request";`);
  if (named.length > 0 && path !== "src/api/schema.ts")
    head.push(`import type { ${named.join(", ")} } from "${to}schema";`);
  const whole = `${head.join("\n")}\n\n${code}`;
  if (existsSync(path) && readFileSync(path, "utf8") === whole) continue;
  writeFileSync(path, whole);
}
