/**
 * A stack is an immutable record of four slots. Each slot holds a recipe: plain data with a digest, never live
 * state. A slot's live half is exported as `open` by the module that the recipe names, and is loaded where the
 * session runs (a worker), so a technique that lives outside this repository needs no registration.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Lower-case hexadecimal SHA-256. */
export type Digest = string;

/** What a recording keeps of a slot, and what another engine lowers to its own flags. */
export interface Part {
  readonly name: string;
  readonly params: Readonly<Record<string, Json>>;
}

/** A slot with live state: `module` is the URL of a module that exports `open(params, live)`. */
export interface Slot extends Part {
  readonly module: string;
  /** Models that it needs beside the stack's own, by the name that each is recorded under among its parameters. */
  readonly models?: Readonly<Record<string, Model>>;
}

/** How a group of matrices is held: 32-bit floats, integers with scales, or floats of eight bits. */
export type Precision = { readonly bits: 32 } | Integers | Float8;

/** Integers with a scale for each group of inputs, or for all inputs of an output ("channel"). */
export type Integers = {
  readonly bits: 8 | 6 | 4 | 3 | 2;
  readonly block: 16 | 32 | 64 | 128 | 256 | "channel";
  readonly symmetric: boolean;
  /**
   * What shares a scale among the activations where both sides are integers (8 bits, by channel, symmetric); absent:
   * activations are rounded to 8 bits per row and block.
   */
  readonly activations?: "token" | "tensor";
};

/** Floats of eight bits (Micikevicius et al., 2022) with a scale; computed as 32-bit floats, their speed is not theirs. */
export type Float8 = {
  readonly bits: 8;
  readonly float: "e4m3" | "e5m2";
  readonly per: "channel" | "tensor";
};

/** What makes weights, by name, and with which settings. */
export type Made = { readonly name: string; readonly params: Readonly<Record<string, Json>> };

/** The model slot. `params.weights` is the digest of the file, `file` where this machine has it (never recorded). */
export interface Model extends Part {
  readonly params: {
    readonly weights: Digest;
    /** How the file stored most of its weights, e.g. "Q4_1". */
    readonly stored: string;
    /** Where a hub has it, with the commit, e.g. "hf:OWNER/NAME@0123...". */
    readonly source?: string;
    readonly body: Precision;
    readonly head: Precision;
    /** How the embedding table is read; absent: as the file stores it. */
    readonly embedding?: Integers;
    /** Which of the file's layers, counted from 0, in order; absent: all. */
    readonly layers?: readonly number[];
    /** What makes other weights of the file's, and of what; matrices that it makes have precisions of their own. */
    readonly made?: Made;
  };
  readonly file: string;
  /** The URL of a module that exports `make` (see made.ts); goes with `params.made`. */
  readonly maker?: string;
}

/** The model with the weights of its file, where others were made of them. */
export function asStored({ maker: _, ...model }: Model): Model {
  const { made: _made, ...params } = model.params;
  return { ...model, params };
}

export interface Stack {
  readonly model: Model;
  readonly cache: Slot;
  readonly decoder: Slot;
  readonly scheduler: Slot;
}

export type SlotName = keyof Stack;
export const SLOTS = ["model", "cache", "decoder", "scheduler"] as const satisfies readonly SlotName[];

/** The stack's own model, and those that its slots need. */
export function modelsOf({ model, cache, decoder, scheduler }: Stack): readonly Model[] {
  return [model, ...[cache, decoder, scheduler].flatMap(({ models = {} }) => Object.values(models))];
}

/** The recordable part of each slot: no file, no module. */
export function parts(stack: Stack): Readonly<Record<SlotName, Part>> {
  const part = ({ name, params, models = {} }: Part & Pick<Slot, "models">): Part => ({
    name,
    params: {
      ...params,
      ...Object.fromEntries(Object.entries(models).map(([key, one]) => [key, part(one)])),
    },
  } as Part);
  return {
    model: part(stack.model),
    cache: part(stack.cache),
    decoder: part(stack.decoder),
    scheduler: part(stack.scheduler),
  };
}

/** JSON with sorted keys, so that equal values have equal text. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value as Record<string, Json>).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** SHA-256 of the canonical JSON of a value. */
export async function digest(value: unknown): Promise<Digest> {
  return await sha256(new TextEncoder().encode(canonical(value as Json)));
}

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Slots as text, equal where they hold the same recipe and load the same module; not for keeping. */
export function identity(stack: Stack, slots: readonly SlotName[] = SLOTS): string {
  const recorded = parts(stack);
  const named = slots.map((slot) => {
    const { module = "" } = stack[slot] as Partial<Slot>;
    return { slot, ...recorded[slot], module };
  });
  return canonical(named as unknown as Json);
}

/** The slots in which two stacks differ, by content. */
export function changed(base: Stack, candidate: Stack): readonly SlotName[] {
  return SLOTS.filter((slot) => identity(base, [slot]) !== identity(candidate, [slot]));
}

/** One short line for people: only what differs from plain defaults is worth reading. */
export function describe({ model, cache, decoder, scheduler }: Stack): string {
  const filled = ({ name, models = {} }: Slot) =>
    [name, ...Object.entries(models).map(([key, one]) => `${key} ${describeModel(one)}`)].join(", ");
  return [describeModel(model), ...[cache, decoder, scheduler].map(filled)].join(" | ");
}

function describeModel({ name, params: { body, head, embedding, layers, made } }: Model): string {
  const model = canonical(body as Json) === canonical(head as Json)
    ? precisionName(body)
    : `${precisionName(body)}, head ${precisionName(head)}`;
  const table = embedding === undefined ? "" : `, embedding ${precisionName(embedding)}`;
  const some = layers === undefined ? "" : `, layers ${runsOf(layers)}`;
  const by = made === undefined ? "" : `, ${made.name}`;
  return `${name} ${model}${table}${some}${by}`;
}

/** Numbers in ascending order as runs, e.g. "0-3, 28". */
function runsOf(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(", ");
}

/** A precision in a few words, e.g. "int4 b64 sym". */
export function precisionName(p: Precision): string {
  if (p.bits === 32) return "f32";
  if ("float" in p) return `fp8 ${p.float} per ${p.per}`;
  const block = p.block === "channel" ? "per channel" : `b${p.block}`;
  const both = p.activations === undefined ? "" : `, activations per ${p.activations}`;
  return `int${p.bits} ${block}${p.symmetric ? " sym" : ""}${both}`;
}
