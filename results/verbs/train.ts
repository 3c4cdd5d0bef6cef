/** `deno task train`: trains what a technique needs before it can run, for a model, into the cache. */
import { systemClock, UserError } from "../../engine/mod.ts";
import { loadSuite } from "../../evals/mod.ts";
import { visible } from "../columns.ts";
import { read, whole } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { prepare, SETTING } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task train",
  about: "trains what a technique needs before it can run, on the model's own answers",
  operand: { value: "NAME", about: "the technique, e.g. medusa" },
  options: {
    suite: { value: "NAME|FILE", about: "the suite that has it; decoders where absent" },
    tokens: { value: "N", about: "tokens that it learns from; the technique's own number where absent" },
    seed: { value: "N", about: "of everything that is drawn; the technique's own where absent" },
    ...SETTING,
  },
} as const;

/** Trains and prints what came of it, in a setting: the one that the options name, where no other is given. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const [name] = values._;
  const number = (option: "tokens" | "seed", least: number, most: number) => {
    const text = values[option];
    return text === undefined ? {} : { [option]: whole(text, option, least, most) };
  };
  const asked = { ...number("tokens", 1, 100_000_000), ...number("seed", 0, 2 ** 32 - 1) };
  const { candidates } = await loadSuite(values.suite ?? "decoders");
  const all = Object.values(candidates).flat();
  const trainable = all.filter(({ train }) => train !== undefined);
  const technique = trainable.find((one) => one.name === name);
  if (technique === undefined) {
    const known = [...new Set(trainable.map((one) => visible(one.name)))].join(", ") || "none in this suite";
    const none = all.some((one) => one.name === name) ? "it needs no training" : "the suite has no such one";
    throw new UserError(`Cannot train ${visible(name!)} as it must be one of ${known}: ${none}.`);
  }
  const status = new StatusLine();
  using _ = onInterrupt(
    () => status.clear(),
    "Interrupted. What was done is kept; run the same command to go on.",
  );
  const { engine, baseline: { model }, clock = systemClock } = await prepared(values, status);
  let first: { readonly at: number; readonly share: number } | undefined;
  const lines = await technique.train!({
    engine,
    model,
    ...asked,
    progress(what, share) {
      const at = clock.now();
      // What an earlier run did took no time of this one.
      first ??= { at, share };
      const seconds = (at - first.at) / 1000 * (1 - share) / Math.max(1e-9, share - first.share);
      const left = share > first.share ? `, about ${minutes(seconds)} left` : "";
      status.show(`${technique.name}: ${what}${left}`, share, what);
    },
  });
  status.clear();
  console.log(lines.map(visible).join("\n"));
  return 0;
}

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
