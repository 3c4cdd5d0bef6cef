/** The options of a verb: declared once, read, and printed by --help. */
import { parseArgs } from "@std/cli";
import { UserError } from "../../engine/mod.ts";

/** What one option means; `value` names what it takes, absent for a switch; `many` may be given several times. */
export interface Option {
  readonly about: string;
  readonly value?: string;
  readonly many?: true;
}

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { readonly many: true } ? readonly string[]
  : O extends { readonly value: string } ? string | undefined
  : boolean;

export type Values<T extends Options> = { readonly [K in keyof T]: Value<T[K]> };

export interface Usage<T extends Options> {
  /** e.g. "deno task bench". */
  readonly command: string;
  readonly about: string;
  readonly options: T;
  /** What the verb takes besides options: one argument for each word of `value`, or with `many` any number. Absent: nothing. */
  readonly operand?: { readonly value: string; readonly about: string; readonly many?: true };
}

/** The values given, or undefined after printing the help that was asked for. @throws {UserError} for anything else. */
export function read<T extends Options>(
  usage: Usage<T>,
  args: readonly string[],
): Values<T> & { readonly _: readonly string[] } | undefined {
  const entries = Object.entries(usage.options);
  const names = (of: (option: Option) => boolean) =>
    entries.filter(([, option]) => of(option)).map(([name]) => name);
  const wrong = (what: string): never => {
    throw new UserError(`Cannot run \`${usage.command}\` as ${what}. Its options are listed by --help.`);
  };
  const values = parseArgs(args, {
    boolean: [...names((o) => o.value === undefined), "help"],
    string: names((o) => o.value !== undefined),
    collect: names((o) => o.many === true),
    alias: { h: "help" },
    default: Object.fromEntries(names((o) => o.value === undefined).map((name) => [name, false])),
    unknown: (arg) => wrong(`${arg} is not one of its options`),
  });
  if (values.help === true) {
    console.log(help(usage));
    return undefined;
  }
  const { operand } = usage;
  if (operand === undefined && values._.length > 0) wrong(`it takes no "${values._[0]}"`);
  const many = operand?.value.split(" ").length ?? 0;
  if (operand !== undefined && (!operand.many && values._.length !== many || values._.includes(""))) {
    wrong(
      `it takes ${many === 1 ? "one " : ""}${operand.value}: found ${
        values._.length === 0 ? "none" : `"${values._.join('" "')}"`
      }`,
    );
  }
  for (const [name, { value }] of entries) {
    const given = [values[name]].flat().filter((one) => one !== undefined);
    if (value === undefined) {
      if (given.some((one) => typeof one !== "boolean")) wrong(`--${name} takes no value`);
    } else if (given.some((one) => typeof one !== "string" || one === "" || one.startsWith("--"))) {
      wrong(`--${name} takes ${value}`);
    }
  }
  return values as unknown as Values<T> & { readonly _: readonly string[] };
}

/** A whole number from `least` to `most`. @throws {UserError} for anything else. */
export function whole(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UserError(`Cannot use --${name} ${text} as it must be a whole number from ${least} to ${most}.`);
}

function help<T extends Options>({ command, about, options, operand }: Usage<T>): string {
  const rows = [
    ...(operand ? [[`  ${operand.value}${operand.many ? "..." : ""}`, operand.about] as const] : []),
    ...Object.entries(options).map(([name, { value, about, many }]) =>
      [
        `  --${name}${value ? ` ${value}` : ""}`,
        `${about}${many ? " (may be given several times)" : ""}`,
      ] as const
    ),
  ];
  const width = Math.max(...rows.map(([left]) => left.length), 8) + 2;
  return [
    `${command}: ${about}`,
    "",
    ...rows.map(([left, right]) => left.padEnd(width) + right),
    "  --help".padEnd(width) + "print this",
  ].join("\n");
}
