import { words } from "../words/words";

/** The word for a built-in role, or the name that the organisation gave its own. */
export const roleName = (name: string): string => (words.roleNames as Record<string, string>)[name] ?? name;
