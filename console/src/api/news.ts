// Which answers may be others after an event.

/** Stands for events of all kinds: something may have happened that nobody told. */
export const EVERYTHING = "everything";

/** INVOICE for INVOICE_PAID. */
export const subjectOf = (type: string) => type.slice(0, type.indexOf("_"));

/** Whether an answer may be another one after what happened: subjects, and ids of objects. `shows` are the subjects of its
 * query. */
export function concerns(happened: ReadonlySet<string>, shows: string, answer: unknown): boolean {
  if (happened.has(EVERYTHING) || shows === "*") return true;
  if (shows.split(" ").some((subject) => happened.has(subject))) return true;
  const objects = [...happened].filter((one) => one.includes("_"));
  const text = objects.length > 0 ? JSON.stringify(answer ?? null) : "";
  return objects.some((id) => text.includes(id));
}
