/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Intervals drawn by the server as inline SVG: they print, follow the theme, and need no script. */
import type { Check } from "../../evals/mod.ts";

/** A strip's height, and the room at either end for the mark. */
export const HEIGHT = 26;
export const PAD = 8;
const MIDDLE = HEIGHT / 2;
/** Where an estimate stands that is off the scale: clear of the arrow head. */
const OFF = 18;

/** To a tenth of a pixel: more only makes a page heavier. */
export const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;

type Decision = NonNullable<Check["decision"]>;

function Mark({ x, decision }: { readonly x: number; readonly decision: Decision }) {
  if (decision === "fail") {
    return (
      <path
        d={`M${tenth(x - 4.5)} ${MIDDLE - 4.5}l9 9m0-9l-9 9`}
        stroke="currentColor"
        stroke-width="2.4"
        fill="none"
      />
    );
  }
  if (decision === "unsure") {
    return (
      <g>
        <circle cx={x} cy={MIDDLE} r="4.6" class="hole" stroke="currentColor" stroke-width="1.8" />
        <path d={`M${x} ${MIDDLE - 4.6}a4.6 4.6 0 0 0 0 9.2z`} fill="currentColor" />
      </g>
    );
  }
  return <circle cx={x} cy={MIDDLE} r="5" fill="currentColor" />;
}

export interface Span {
  readonly low: number;
  readonly high: number;
  readonly estimate: number;
}

/** A span on a scale, with arrow heads where it runs off either end. */
export function Bar({ span, x, width, decision }: {
  readonly span: Span;
  readonly x: (value: number) => number;
  readonly width: number;
  readonly decision: Decision;
}) {
  const clamp = (value: number) =>
    Math.min(width - PAD, Math.max(PAD, Number.isFinite(value) ? x(value) : PAD));
  const [left, right] = [clamp(span.low), clamp(span.high)];
  return (
    <g class={decision}>
      <path
        d={`M${left} ${MIDDLE}H${Math.max(right, x(span.estimate) >= PAD ? 0 : PAD + OFF)}`}
        stroke="currentColor"
        stroke-width="2.6"
        stroke-linecap="round"
      />
      {!(x(span.low) >= PAD) && (
        <path d={`M${PAD + 4} ${MIDDLE - 5}l-6 5l6 5`} fill="none" stroke="currentColor" stroke-width="2" />
      )}
      {x(span.high) > width - PAD && (
        <path
          d={`M${width - PAD - 4} ${MIDDLE - 5}l6 5l-6 5`}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
        />
      )}
      <Mark x={x(span.estimate) >= PAD ? clamp(span.estimate) : PAD + OFF} decision={decision} />
    </g>
  );
}
