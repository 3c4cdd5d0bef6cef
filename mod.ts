/**
 * Assay: the evaluation-first benchmark of inference optimizations. Imported, this is the public API; run, it is the
 * command line, which only hands over to the room that owns the verb.
 */
export * from "./engine/mod.ts";
export * from "./datasets/mod.ts";
export * from "./techniques/mod.ts";
export * from "./evals/mod.ts";
export * from "./results/mod.ts";

import { UserError } from "./engine/mod.ts";

type Verb = (args: readonly string[]) => Promise<number>;

const VERBS: Readonly<
  Record<string, { readonly about: string; readonly load: () => Promise<{ readonly run: Verb }> }>
> = {
  bench: {
    about: "judge techniques, race those that pass, print the board",
    load: () => import("./results/verbs/bench.ts"),
  },
  perf: {
    about: "time any stack, unverified; records nothing",
    load: () => import("./results/verbs/perf.ts"),
  },
  view: {
    about: "serve the boards and trials as pages on this machine",
    load: () => import("./results/verbs/view.ts"),
  },
  publish: {
    about: "write the boards and trials as a site of files",
    load: () => import("./results/verbs/publish.ts"),
  },
  explain: {
    about: "say why a trial passed or was refused, with the samples that decided",
    load: () => import("./results/verbs/explain.ts"),
  },
  new: {
    about: "write a starting file: a suite, technique or data set of your own",
    load: () => import("./results/verbs/new.ts"),
  },
  cache: {
    about: "show or clear what was fetched and built",
    load: () => import("./results/verbs/cache.ts"),
  },
  import: {
    about: "judge logs of lm-evaluation-harness or Inspect in pairs, with speeds of serving tools",
    load: () => import("./results/verbs/import.ts"),
  },
  export: {
    about: "write every recording as one line of JSON",
    load: () => import("./results/verbs/export.ts"),
  },
};

/** Runs the command line; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const verb = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) {
    const help = name === undefined || name === "--help" || name === "-h" || name === "help";
    const lines = Object.entries(VERBS).map(([verb, { about }]) => `  deno task ${verb.padEnd(8)} ${about}`);
    const text = `Assay judges inference optimizations by their answers before it times them.\n\n${
      lines.join("\n")
    }\n\nEach takes --help.`;
    if (help) console.log(text);
    else console.error(`Cannot run ${name} as the verb must be one of ${Object.keys(VERBS).join(", ")}.`);
    return help ? 0 : 1;
  }
  try {
    return await (await verb.load()).run(rest);
  } catch (error) {
    if (error instanceof UserError) console.error(error.message);
    else console.error("Assay failed in a way that it should not have; please report this.\n", error);
    return 1;
  }
}

// Not awaited: a user's suite imports this module, which has to be whole by then.
if (import.meta.main) void main(Deno.args).then((code) => Deno.exit(code));
