import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { read, whole } from "../../../results/verbs/arguments.ts";
import { printed } from "./console.ts";

const USAGE = {
  command: "deno task try",
  about: "tries",
  options: {
    file: { value: "FILE", about: "the file" },
    only: { value: "NAME", many: true, about: "this one" },
    json: { about: "as JSON" },
  },
} as const;

Deno.test("options are read by name, absent ones as what they are without", () => {
  const { file, only, json } = read(USAGE, [])!;
  assertEquals({ file, only, json }, { file: undefined, only: [], json: false });
});

Deno.test("a value follows its option, after a space or an equals sign", () => {
  assertEquals(read(USAGE, ["--file", "a"])!.file, "a");
  assertEquals(read(USAGE, ["--file=a=b"])!.file, "a=b");
});

Deno.test("an option for many values may be given again", () => {
  assertEquals(read(USAGE, ["--only", "a", "--json", "--only=b"])!.only, ["a", "b"]);
});

for (
  const [args, what] of [
    [["--nope"], "--nope is not one of its options"],
    [["-x"], "-x is not one of its options"],
    [["--no-json"], "--no-json is not one of its options"],
    [["--toString"], "--toString is not one of its options"],
    [["more"], 'it takes no "more"'],
    [["--", "more"], 'it takes no "more"'],
    [["--file"], "--file takes FILE"],
    [["--file="], "--file takes FILE"],
    [["--file", "--json"], "--file takes FILE"],
    [["--only"], "--only takes NAME"],
    [["--only", "a", "--only", ""], "--only takes NAME"],
    [["--json=false"], "--json takes no value"],
  ] as const
) {
  Deno.test(`refused: ${args.join(" ")}`, () => {
    const { message } = assertThrows(() => read(USAGE, args), UserError);
    assertEquals(message, `Cannot run \`deno task try\` as ${what}. Its options are listed by --help.`);
  });
}

const WITH_OPERAND = { ...USAGE, operand: { value: "ID", about: "which one" } };

Deno.test("an operand is taken as it is written", () => {
  assertEquals(read(WITH_OPERAND, ["--json", "0012e5"])!._, ["0012e5"]);
});

for (
  const [args, found] of [[[], "none"], [["a", "b"], '"a" "b"'], [[""], '""']] as const
) {
  Deno.test(`one operand is wanted, not ${found}`, () => {
    const { message } = assertThrows(() => read(WITH_OPERAND, args), UserError);
    assertEquals(
      message,
      `Cannot run \`deno task try\` as it takes one ID: found ${found}. Its options are listed by --help.`,
    );
  });
}

Deno.test("--help prints the operand first", async () => {
  const { out } = await printed(() => Promise.resolve(read(WITH_OPERAND, ["-h"])));
  assertEquals(out[2], "  ID           which one");
});

for (const flag of ["--help", "-h"]) {
  Deno.test(`${flag} prints every option, and nothing is run`, async () => {
    const { value, out } = await printed(() => Promise.resolve(read(USAGE, [flag])));
    assertEquals(value, undefined);
    assertEquals(out, [
      "deno task try: tries",
      "",
      "  --file FILE  the file",
      "  --only NAME  this one (may be given several times)",
      "  --json       as JSON",
      "  --help       print this",
    ]);
  });
}

Deno.test("a whole number within its bounds is read", () => {
  assertEquals([whole("1", "n", 1, 9), whole("9", "n", 1, 9)], [1, 9]);
});

for (const text of ["0", "10", "two", "1.5", "-1", "1e0", "", " 1", "Infinity"]) {
  Deno.test(`"${text}" is no whole number from 1 to 9`, () => {
    const { message } = assertThrows(() => whole(text, "n", 1, 9), UserError);
    assertEquals(message, `Cannot use --n ${text} as it must be a whole number from 1 to 9.`);
  });
}
