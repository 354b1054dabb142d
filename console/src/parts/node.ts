// `node(id:)` answers with any type. A page knows which one it wants.
import { type Guarded, granted, isRefused } from "../api/request";

interface Typed {
  readonly __typename: string;
}

/** The object if it has this type. Otherwise it does not exist, for this page. */
export function asType<T extends Typed, Name extends T["__typename"]>(
  node: Guarded<T>,
  name: Name,
): Guarded<Extract<T, { readonly __typename: Name }>> {
  if (isRefused(node)) return node;
  return (node as T | null)?.__typename === name ? (node as Extract<T, { readonly __typename: Name }>) : null;
}

/** The object of a page together with the organisation where the person works. Both are needed. */
export function oneAndHere<T extends Typed, Here, Name extends T["__typename"]>(
  data: { readonly node: Guarded<T>; readonly organisation: Guarded<Here> },
  name: Name,
): { one: Extract<T, { readonly __typename: Name }>; here: Here } | null {
  const one = granted(asType(data.node, name));
  const here = granted(data.organisation);
  return one && here && { one, here };
}
