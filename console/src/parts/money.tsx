import { type Amount, money } from "../words/words";
import { None } from "./states";

/** One amount. */
export const Sum = ({ of }: { of: Amount }) => <span class="sum">{money(of)}</span>;

/** An amount for each currency. */
export const Sums = ({ of }: { of: readonly Amount[] }) =>
  of.length === 0 ? <None /> : <span class="sum">{of.map(money).join(" + ")}</span>;
