// Small charts, drawn by hand. Each has its numbers in words, for people who do not see it.
import { number, words } from "../words/words";

interface Bar {
  readonly label: string;
  readonly value: number;
  /** How the value is written. */
  readonly text?: string;
  readonly tone?: "good" | "warn" | "bad";
}

interface BarsProps {
  label: string;
  bars: readonly Bar[];
  /** The value of a full bar; by default the largest one. */
  most?: number;
}

export function Bars({ label, bars, most = Math.max(1, ...bars.map((bar) => bar.value)) }: BarsProps) {
  return (
    <ul class="bars" aria-label={label}>
      {bars.map(({ label: name, value, text, tone = "" }, index) => (
        <li key={index}>
          <span>{name}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="8" class="track" />
            <rect width={Math.min(100, (100 * value) / most)} height="8" class={`bar ${tone}`} />
          </svg>
          <span class="value">{text ?? number(value)}</span>
        </li>
      ))}
    </ul>
  );
}

export interface Line {
  readonly label: string;
  readonly tone: "main" | "soft" | "warn";
  readonly values: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 160;

/** Lines over days. */
export function Lines({
  label,
  from,
  until,
  lines,
}: {
  label: string;
  from: string;
  until: string;
  lines: readonly Line[];
}) {
  const most = Math.max(1, ...lines.flatMap((line) => line.values));
  const across = (index: number, count: number) => (count > 1 ? (WIDTH * index) / (count - 1) : WIDTH / 2);
  const up = (value: number) => HEIGHT - 8 - ((HEIGHT - 16) * value) / most;
  return (
    <figure class="lines">
      <figcaption>
        {label}
        {lines.map((line) => (
          <span key={line.label} class={`key ${line.tone}`}>
            {line.label} <strong>{number(line.values.at(-1) ?? 0)}</strong>
          </span>
        ))}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.chart(label, number(most))}>
        {[0, 0.5, 1].map((part) => (
          <line key={part} x1="0" x2={WIDTH} y1={up(most * part)} y2={up(most * part)} class="grid" />
        ))}
        {lines.map(({ label, tone, values }) =>
          values.length === 1 ? (
            <circle key={label} cx={WIDTH / 2} cy={up(values[0] ?? 0)} r="4" class={`dot ${tone}`} />
          ) : (
            <polyline
              key={label}
              class={tone}
              points={values.map((value, index) => `${across(index, values.length)},${up(value)}`).join(" ")}
            />
          ),
        )}
      </svg>
      <p class="axis">
        <span>{from}</span>
        {until !== from && <span>{until}</span>}
      </p>
    </figure>
  );
}
