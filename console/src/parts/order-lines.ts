// The lines of an order that is being put together. They stand in the address, so that reload and back keep them.
import type { BillingInterval, OrderLineInput, SubscriptionTerm } from "../api/schema";

export function linesOf(parameters: URLSearchParams): OrderLineInput[] {
  return parameters.getAll("line").flatMap((text) => {
    const [productId, quantity, term, interval, ...attributes] = text.split("~");
    if (!productId || !term || !interval) return [];
    return {
      productId,
      quantity: Number(quantity) || 1,
      term: term as SubscriptionTerm,
      interval: interval as BillingInterval,
      attributes: attributes.map((attribute) => {
        const [name = "", ...value] = attribute.split("=");
        return { name, value: value.join("=") };
      }),
    };
  });
}

const textOf = ({ productId, quantity, term, interval, attributes }: OrderLineInput) =>
  [
    productId,
    quantity,
    term,
    interval,
    ...(attributes ?? []).map(({ name, value }) => `${name}=${value.replaceAll("~", "")}`),
  ].join("~");

/** The address with these lines instead. */
export function withLines(address: string, lines: readonly OrderLineInput[]): string {
  const next = new URL(address);
  next.searchParams.delete("line");
  for (const line of lines) next.searchParams.append("line", textOf(line));
  return next.href;
}
