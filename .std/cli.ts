/** Stand-in for `@std/cli` over `node:util`'s parseArgs, with the std signature that the command line uses. */
import { parseArgs as nodeParseArgs } from "node:util";

export interface ParseOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  /** String options that may be given several times; each becomes a list. */
  readonly collect?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
  readonly default?: Readonly<Record<string, unknown>>;
  /** Called for an option that is not declared. */
  readonly unknown?: (arg: string) => unknown;
}

export type Args = { readonly _: readonly string[] } & Readonly<Record<string, unknown>>;

/** Options by name, and the rest of the arguments under `_`. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const { boolean = [], string = [], collect = [], alias = {}, unknown } = options;
  const short = new Map(Object.entries(alias).map(([letter, name]) => [name, letter]));
  const declare = (name: string, type: "boolean" | "string") => {
    const letter = short.get(name);
    return [name, { type, multiple: collect.includes(name), ...(letter ? { short: letter } : {}) }] as const;
  };
  const declared = Object.fromEntries([
    ...boolean.map((name) => declare(name, "boolean")),
    ...string.map((name) => declare(name, "string")),
  ]);
  const { values, positionals, tokens } = nodeParseArgs({
    args: [...args],
    options: declared,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(declared, token.name)) continue;
    unknown?.(token.rawName);
  }
  const lists = Object.fromEntries(collect.map((name) => [name, []]));
  return { ...lists, ...options.default, ...values, _: positionals } as Args;
}
