/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What a trial's weights take and how they were made: in sentences, and each figure by layer and matrix as a strip. */
import type { Outcome } from "../../evals/mod.ts";
import { cellName, type Grid, gridsOf, highest, saidWeights } from "../making.ts";
import { short, visible } from "../columns.ts";
import { tenth } from "./strip.tsx";
import { Text } from "./text.tsx";

/** Strips that a page shows. */
const GRIDS = 4;
const [LINE, NAMES, HEAD] = [22, 96, 16];

export function Making({ outcome }: { readonly outcome: Outcome }) {
  const sentences = saidWeights(outcome);
  if (sentences.length === 0) return null;
  const { weights } = "weights" in outcome ? outcome : {};
  const grids = weights?.made === undefined ? [] : gridsOf(weights.made).slice(0, GRIDS);
  return (
    <section>
      <h2>Weights</h2>
      <ul class="reasons">
        {sentences.map((sentence) => (
          <li>
            <Text of={sentence} most={400} />
          </li>
        ))}
      </ul>
      {grids.map((grid) => <HeatStrip grid={grid} />)}
    </section>
  );
}

function HeatStrip({ grid }: { readonly grid: Grid }) {
  const { low, high } = rangeOf(grid);
  return (
    <figure class="heat">
      <figcaption>
        <h3>
          <Text of={grid.name} most={60} />
        </h3>
        <p class="hint">
          Layers from left to right; the stronger, the higher, from {figure(low)} to {figure(high)}{" "}
          on a log scale.
        </p>
      </figcaption>
      <Strip grid={grid} width={880} class="wide" />
      <Strip grid={grid} width={340} class="narrow" />
      <details>
        <summary>As a table</summary>
        <div class="scroll" tabindex={0} role="region" aria-label={visible(short(grid.name, 60))}>
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">Layer</th>
                {grid.matrices.map((name) => (
                  <th scope="col">
                    <Text of={name} most={40} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {grid.layers.map((layer, l) => (
                <tr>
                  <th scope="row">{l}</th>
                  {layer.map((value) => <td class="num">{value === undefined ? "–" : figure(value)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function Strip({ grid, width, class: name }: {
  readonly grid: Grid;
  readonly width: number;
  readonly class: string;
}) {
  const { matrices, layers } = grid;
  const shade = shadeOf(grid);
  const cell = (width - NAMES) / layers.length;
  const step = Math.ceil(24 / cell);
  const height = HEAD + matrices.length * LINE;
  return (
    <svg
      class={name}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${visible(short(grid.name, 60))} by layer and matrix; highest: ${visible(highest(grid))}`}
    >
      {layers.map((_, l) =>
        l % step === 0 && <text x={tenth(NAMES + (l + 0.5) * cell)} y="11" text-anchor="middle">{l}</text>
      )}
      {matrices.map((matrix, m) => (
        <>
          <text x={NAMES - 8} y={HEAD + m * LINE + 15} text-anchor="end">{visible(short(matrix, 14))}</text>
          {layers.map((layer, l) => {
            const value = layer[m];
            return value === undefined ? null : (
              <rect
                x={tenth(NAMES + l * cell)}
                y={HEAD + m * LINE}
                width={tenth(Math.max(1, cell - 1))}
                height={LINE - 1}
                opacity={shade(value)}
              >
                <title>{visible(`${cellName(grid, l, m)}: ${figure(value)}`)}</title>
              </rect>
            );
          })}
        </>
      ))}
    </svg>
  );
}

const figure = (value: number) => String(Number(value.toPrecision(3)));

const valuesOf = ({ layers }: Grid) => layers.flat().filter((value) => value !== undefined);

function rangeOf(grid: Grid): { readonly low: number; readonly high: number } {
  const values = valuesOf(grid);
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** From 0.08 to 1 on the logarithms of what is above 0; all alike where all figures are. */
function shadeOf(grid: Grid): (value: number) => number {
  const above = valuesOf(grid).filter((value) => value > 0);
  const [low, high] = [Math.log(Math.min(...above)), Math.log(Math.max(...above))];
  return (value) => {
    if (!(value > 0)) return 0.04;
    const share = high > low ? (Math.log(value) - low) / (high - low) : 0.5;
    return Math.round((0.08 + 0.92 * share) * 100) / 100;
  };
}
