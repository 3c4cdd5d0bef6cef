import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { run as exportRun } from "../../../results/verbs/export.ts";
import { failed, recorded, trial, workload } from "../fixture.ts";
import { printed } from "../verbs/console.ts";
import { imported, inFolder, machine, names, real } from "./exports.ts";

const some = async () => [
  await real(recorded(trial("old"), [workload(1.2)]), { at: Date.UTC(2026, 0, 1) }),
  await real(failed(trial("new")), { at: Date.UTC(2026, 5, 1) }),
  await real(failed(trial("mine", { suite: "mine" }))),
  await real(failed(trial("elsewhere")), { hardware: await machine("Fastium 1") }),
];

const values = async (path: string) =>
  (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));

Deno.test("an export begins with whence it comes, and ends with a seal over its lines", async () => {
  await inFolder(async ({ exported }) => {
    const all = await some();
    const [heading, ...lines] = await values(await exported(all, "--by", "Ada"));
    const { at, versions, commit: _, ...rest } = heading;
    assertEquals([typeof at, typeof versions.deno, rest], ["number", "string", {
      export: 1,
      schema: 2,
      by: "Ada",
    }]);
    assertEquals(lines.slice(0, -1), all);
    assertEquals([lines.at(-1).seal.count, lines.at(-1).seal.digest.length], [4, 64]);
  });
});

for (
  const [args, kept] of [
    [["--hardware", "fastium"], ["elsewhere"]],
    [["--suite", "mine"], ["mine"]],
    [["--since", "2026-03-01"], ["new"]],
    [["--hardware", "testium", "--suite", "standard"], ["old", "new"]],
  ] as const
) {
  Deno.test(`${args.join(" ")} exports ${kept.join(" and ")}`, async () => {
    await inFolder(async ({ store, exported }) => {
      const into = store("into");
      await imported(await exported(await some(), ...args), "--store", into);
      assertEquals(names(into), kept);
    });
  });
}

for (
  const [args, said] of [
    [
      ["--hardware", "zen"],
      "Cannot export recordings of zen as it must be in a processor's name, or begin an id: found Fastium 1 (",
    ],
    [
      ["--suite", "no"],
      "Cannot export recordings of suite no as it must be one that ran: found mine, standard.",
    ],
    [["--since", "soon"], "Cannot export since soon as it must be a date, e.g. 2026-11-25."],
    [["--by", "A".repeat(201)], "must be a name of at most 200 characters: found 201."],
    [
      ["--to", "/no such folder/x.jsonl"],
      "Cannot write /no such folder/x.jsonl as its folder must be writable",
    ],
  ] as const
) {
  Deno.test(`export ${args[0]} with what cannot be is one sentence`, async () => {
    await inFolder(async ({ store }) => {
      const from = store("from", await some());
      const { message } = await assertRejects(
        () => printed(() => exportRun(["--store", from, ...args])),
        UserError,
      );
      assertStringIncludes(message, said);
    });
  });
}

Deno.test("a name that ends in .gz is gzipped, and nothing is left beside it", async () => {
  await inFolder(async ({ folder, store }) => {
    const [from, into, to] = [store("from", await some()), store("into"), `${folder}/out/all.jsonl.gz`];
    await Deno.mkdir(`${folder}/out`);
    await printed(() => exportRun(["--store", from, "--to", to]));
    assertEquals([...(await Deno.readFile(to)).subarray(0, 2)], [0x1f, 0x8b]);
    assertEquals([...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name), ["all.jsonl.gz"]);
    await imported(to, "--store", into);
    assertEquals(names(into).length, 4);
  });
});
