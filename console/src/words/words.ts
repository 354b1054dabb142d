// The texts of the console in the person's language. A missing text does not compile. Only the chosen language is loaded,
// and what log-in does not need only after it.
import type { Words } from "./en";
import type { InsideWords } from "./en-inside";
import type { ProgramWords } from "./en-programs";
import type { SalesWords } from "./en-sales";

const KEY = "tenantry.locale";
const files = {
  en: () => import("./en").then((file) => file.en),
  sv: () => import("./sv").then((file) => file.sv),
  de: () => import("./de").then((file) => file.de),
};
const insideFiles = {
  en: () =>
    Promise.all([import("./en-inside"), import("./en-programs"), import("./en-sales")]).then(([one, two, three]) => ({
      ...one.inside,
      ...two.programs,
      ...three.sales,
    })),
  sv: () =>
    Promise.all([import("./sv-inside"), import("./sv-programs"), import("./sv-sales")]).then(([one, two, three]) => ({
      ...one.inside,
      ...two.programs,
      ...three.sales,
    })),
  de: () =>
    Promise.all([import("./de-inside"), import("./de-programs"), import("./de-sales")]).then(([one, two, three]) => ({
      ...one.inside,
      ...two.programs,
      ...three.sales,
    })),
};
export type LocaleName = keyof typeof files;
export const LOCALES: Record<LocaleName, string> = { en: "English", sv: "Svenska", de: "Deutsch" };

type AllWords = Words & InsideWords & ProgramWords & SalesWords;
/** The current texts. The page is drawn anew when they change. */
export let words: AllWords;
let isInside = false;
let chosen: LocaleName = "en";
export const locale = () => chosen;

const isLocale = (name: string | null | undefined): name is LocaleName => typeof name === "string" && name in files;

export const hasChosenLocale = () => isLocale(localStorage.getItem(KEY));

export async function loadWords(name: string | null = localStorage.getItem(KEY)) {
  const wanted = [name, ...navigator.languages.map((language) => language.slice(0, 2))];
  chosen = wanted.find(isLocale) ?? "en";
  const [outside, inside] = await Promise.all([files[chosen](), isInside ? insideFiles[chosen]() : undefined]);
  words = { ...outside, ...inside } as AllWords;
  document.documentElement.lang = chosen;
}

/** Loads the texts of the pages behind the log-in. */
export async function loadInsideWords() {
  isInside = true;
  await loadWords(chosen);
}

const listeners = new Set<() => void>();

/** Calls the listener when another language was chosen. Returns how to stop that. */
export function whenLocaleChanges(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Shows the pages in a language, until they are loaded anew. */
export async function showLocale(name: string) {
  await loadWords(name.toLowerCase());
  for (const listener of listeners) listener();
}

/** Shows the pages in a language from now on. */
export async function chooseLocale(name: string) {
  localStorage.setItem(KEY, name.toLowerCase());
  await showLocale(name);
}

// Days and numbers of English follow the usage of Europe: "27 Nov 2026".
const region = () => (chosen === "en" ? "en-GB" : chosen);

export const number = (value: number | string) => new Intl.NumberFormat(region()).format(Number(value));

export const percent = (basisPoints: number) =>
  new Intl.NumberFormat(region(), { style: "percent", maximumFractionDigits: 2 }).format(basisPoints / 10_000);

/** A day does not break into two lines. */
export const day = (value: string) =>
  new Intl.DateTimeFormat(region(), { dateStyle: "medium" }).format(new Date(value)).replaceAll(" ", "\u00a0");

export const month = (value: string) =>
  new Intl.DateTimeFormat(region(), { month: "long", year: "numeric" }).format(new Date(value));

export const moment = (value: string) =>
  new Intl.DateTimeFormat(region(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));

/** "in 3 days", "2 months ago". */
export function relative(value: string): string {
  const days = Math.round((Date.parse(value) - Date.now()) / 86_400_000);
  const format = new Intl.RelativeTimeFormat(region(), { numeric: "auto" });
  if (Math.abs(days) < 31) return format.format(days, "day");
  if (Math.abs(days) < 365) return format.format(Math.round(days / 30), "month");
  return format.format(Math.round(days / 365), "year");
}

export interface Amount {
  readonly amountMinor: string;
  readonly currency: string;
}

/** An amount in the person's language. The server counts in the smallest unit of the currency. */
export function money({ amountMinor, currency }: Amount): string {
  const format = new Intl.NumberFormat(region(), { style: "currency", currency });
  return format.format(Number(amountMinor) / 10 ** digitsOf(currency));
}

/** The digits after the point in amounts of a currency. */
const digitsOf = (currency: string) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** What somebody wrote, such as "12.50" or "12,50", in the smallest unit of the currency. */
export const minorOf = (text: string, currency: string) =>
  String(Math.round(Number(text.replace(",", ".")) * 10 ** digitsOf(currency)));

/** All currencies, with their names. */
export function currencies(): Record<string, string> {
  const names = new Intl.DisplayNames(region(), { type: "currency" });
  return Object.fromEntries(Intl.supportedValuesOf("currency").map((code) => [code, `${code} · ${names.of(code)}`]));
}

export const list = (items: readonly string[]) => new Intl.ListFormat(region(), { type: "conjunction" }).format(items);

/** The language as the API spells it. */
export const localeForApi = () => chosen.toUpperCase() as "EN" | "SV" | "DE";
