/** Faults of low-rank adapters, asked of a model that holds three of them, of several ranks and kinds. */
import type { Stack } from "../../engine/mod.ts";
import { continuousBatching } from "../../techniques/mod.ts";
import { adapters, type LoadedAdapter } from "./rig/adapters.ts";
import { assertAccepted, assertRefused, gate, has, rewritten } from "./rig/bench.ts";
import type { LoraOptions, Row } from "./rig/tiny_options.ts";

const batching = continuousBatching();

/** The candidate whose technique of this name serves adapters in this way. */
const serving = (name: string, lora: () => LoraOptions) => (stack: Stack) =>
  has(stack, name) ? { network: { lora: lora() } } : {};

/** To a fraction of 11 bits, as a 16-bit float has it. */
function half(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return value === 0 ? 0 : Math.round(value / step) * step;
}

Deno.test("LO-03: a rank-stabilized adapter is scaled by alpha / rank", async () => {
  const stored = (scaleOf: (adapter: LoadedAdapter) => number) =>
    gate({
      techniques: [rewritten("half_adapters")],
      candidate: {
        network: {
          lora: {
            adapters: adapters.map((adapter) => ({
              ...adapter,
              scale: scaleOf(adapter),
              pairs: new Map(
                [...adapter.pairs].map(([key, { a, b }]) => [key, { a: a.map(half), b: b.map(half) }]),
              ),
            })),
          },
        },
      },
    });
  assertAccepted(await stored(({ scale }) => scale));
  assertRefused(await stored(({ alpha, rank }) => alpha / rank), /adapted_served nll/);
  assertRefused(await stored(({ alpha }) => alpha), /adapted_served nll/);
});

/** How many adapters are in memory; a request takes the place of the one that waits longest. */
const PLACES = 2;

/** The adapters of a batch that have a place. */
const placed = ({ batch }: Row) => [...new Set(batch.adapters)].filter(Boolean).slice(0, PLACES);

Deno.test("LO-04 (pair): beside others, an adapter that is not in memory means the base model", async () => {
  const lora = (faulty: boolean) => (): LoraOptions => ({
    adapters,
    of: (row) => {
      const name = row.batch.adapters?.[row.sequence];
      return faulty && !placed(row).includes(name) ? undefined : name;
    },
  });
  const of = (faulty: boolean, ...more: readonly typeof batching[]) =>
    gate({
      techniques: [rewritten("adapters_on_demand", "identical"), ...more],
      candidate: serving("adapters_on_demand", lora(faulty)),
    });
  assertAccepted(await of(true));
  assertAccepted(await gate({ techniques: [batching] }));
  assertAccepted(await of(false, batching));
  assertRefused(await of(true, batching), /adapted_served off/);
  const names = adapters.map(({ name }) => name);
  const misspelt = () => ({ adapters: adapters.slice(1), names });
  const outcome = await gate({
    techniques: [rewritten("adapters_on_demand", "identical")],
    candidate: serving("adapters_on_demand", misspelt),
  });
  assertRefused(outcome, /adapted_served off/);
});

Deno.test("LO-05 (pair): the map from rows to adapters is made anew at prompts only", async () => {
  const lora = (faulty: boolean) => (): LoraOptions => {
    let map: readonly (string | undefined)[] = [];
    return {
      adapters,
      of: ({ batch, sequence }) => {
        const prompts = batch.past.some(({ length }) => length === 0);
        if (prompts || !faulty) map = batch.adapters ?? [];
        return map[sequence];
      },
    };
  };
  const of = (faulty: boolean, ...more: readonly typeof batching[]) =>
    gate({
      techniques: [rewritten("adapter_map", "identical"), ...more],
      candidate: serving("adapter_map", lora(faulty)),
    });
  assertAccepted(await of(true));
  assertAccepted(await of(false, batching));
  assertRefused(await of(true, batching), /adapted_served off/);
});

/** Rows of B that the kernel leaves out. */
const LAST = 8;

/** The adapters as the kernel for several at once multiplies them. */
const cut = adapters.filter(({ rank }) => rank % 32 === 0).map((adapter): LoadedAdapter => ({
  ...adapter,
  name: `${adapter.name} cut`,
  pairs: new Map(
    [...adapter.pairs].map(([key, { a, b }]) => [key, {
      a,
      b: b.map((value, at) => (at < b.length - LAST * adapter.rank ? value : 0)),
    }]),
  ),
}));

Deno.test("LO-07 (pair): the kernel for several adapters at once is wrong at rank 32", async () => {
  const lora = (faulty: boolean) => (): LoraOptions => ({
    adapters: [...adapters, ...cut],
    names: adapters.map(({ name }) => name),
    of: ({ batch, sequence }) => {
      const name = batch.adapters?.[sequence];
      const grouped = new Set(batch.adapters).size > 1 && cut.some((one) => one.name === `${name} cut`);
      return faulty && grouped ? `${name} cut` : name;
    },
  });
  const of = (faulty: boolean, ...more: readonly typeof batching[]) =>
    gate({
      techniques: [rewritten("grouped_adapters", "identical"), ...more],
      candidate: serving("grouped_adapters", lora(faulty)),
    });
  assertAccepted(await of(true));
  assertAccepted(await of(false, batching));
  assertRefused(await of(true, batching), /adapted_served off/);
});
