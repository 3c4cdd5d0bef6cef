import { assert, assertEquals } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { main } from "../../../mod.ts";
import { ROWS } from "../../../datasets/jsonl_row.ts";
import { loadSuite } from "../../../evals/mod.ts";
import { printed } from "./console.ts";
import { run as bench } from "../../../results/verbs/bench.ts";
import { benchIn } from "../../../results/verbs/new.ts";
import { inPlace, toySetting } from "./toy_setting.ts";

const begin = (...args: readonly string[]) => printed(() => main(["new", ...args]));

for (const kind of ["suite", "technique", "dataset"]) {
  Deno.test(`a new ${kind} bears its name, is a suite that loads, and says how it runs`, async () => {
    await inPlace(async ({ folder }) => {
      const { value, out, err } = await begin(kind, "copper_7", "--dir", `${folder}/deeper`);
      assertEquals([value, err], [0, []]);
      const path = `${folder}/deeper/copper_7.ts`;
      assertEquals(out.at(-1), `  deno task bench --suite ${path}`);
      const text = await Deno.readTextFile(path);
      assertEquals([text.includes("my_"), text.includes("copper_7")], [false, true]);
      const { name, candidates } = await loadSuite(path);
      assertEquals(name, "copper_7");
      assertEquals(Object.keys(candidates).length, 1);
    });
  });
}

Deno.test("from a folder elsewhere the command names the program, as no task is found there", () => {
  const program = fileURLToPath(new URL("../../../mod.ts", import.meta.url));
  const checkout = program.slice(0, -"/mod.ts".length);
  assertEquals(benchIn("/elsewhere", "/x/s.ts"), `deno run -A ${program} bench --suite /x/s.ts`);
  assertEquals(benchIn(`${checkout}2`, "/x/s.ts"), `deno run -A ${program} bench --suite /x/s.ts`);
  for (const folder of [checkout, `${checkout}/tests`]) {
    assertEquals(benchIn(folder, "/x/my s.ts"), 'deno task bench --suite "/x/my s.ts"');
  }
});

Deno.test("what is begun loads under any name that it may have", async () => {
  await inPlace(async ({ folder }) => {
    for (const kind of ["suite", "technique", "dataset"]) {
      for (const name of ["class", "suite", "open", "params", "served", "jsonl"]) {
        await begin(kind, name, "--dir", `${folder}/${kind}`);
        assertEquals((await loadSuite(`${folder}/${kind}/${name}.ts`)).name, name);
      }
    }
  });
});

Deno.test("a new technique runs from outside, on an engine that has never heard of it", async () => {
  await inPlace(async ({ folder, store, file }) => {
    await begin("technique", "mine", "--dir", folder);
    const toys = new URL("../../evals/toy_bench.ts", import.meta.url).href;
    const path = file(
      `import { technique as mine } from ${JSON.stringify(pathToFileURL(`${folder}/mine.ts`).href)};\n` +
        `import * as toys from ${JSON.stringify(toys)};\n` +
        `export const suite = toys.suite({ candidates: { mine: [mine] }, workloads: [toys.workload({ maxTokens: 40 })] });\n`,
    );
    const { value, err } = await printed(() => bench(["--suite", path, "--store", store], toySetting()));
    assertEquals(value, 0, err.join("\n"));
    assert(err.includes("mine: recorded"), err.join("\n"));
  });
});

Deno.test("a new data set says what a row of each shape must be", async () => {
  const text = await Deno.readTextFile(new URL("../../../results/templates/dataset.ts", import.meta.url));
  for (const [shape, { schema }] of Object.entries(ROWS)) {
    assert(text.includes(` *   ${shape.padEnd(9)} ${schema}\n`), `${shape}: ${schema}`);
  }
});

Deno.test("a new data set runs with its own rows", async () => {
  await inPlace(async ({ folder, store, file }) => {
    await begin("dataset", "mine", "--dir", folder);
    const toys = new URL("../../evals/toy_bench.ts", import.meta.url).href;
    const path = file(
      `import { dataset as mine } from ${JSON.stringify(pathToFileURL(`${folder}/mine.ts`).href)};\n` +
        `import { tokenMatch } from "@assay/assay";\nimport * as toys from ${JSON.stringify(toys)};\n` +
        `export const suite = toys.suite({ candidates: { toy: [toys.toyInt8] }, evals: [...toys.suite().evals, tokenMatch(mine, { count: mine.size, tokens: 12 })] });\n`,
    );
    const { value, out } = await printed(() =>
      bench(["--suite", path, "--store", store, "--json"], toySetting())
    );
    assertEquals(value, 0);
    const [again] = JSON.parse(out.at(-1)!).outcomes;
    assert(again.checks.some(({ eval: name }: { eval: string }) => name === "mine_match"), out.at(-1));
  });
});

Deno.test("what is there is never written over, and a data set is written whole or not at all", async () => {
  await inPlace(async ({ folder }) => {
    await Deno.writeTextFile(`${folder}/mine.jsonl`, "precious");
    const { value, err } = await begin("dataset", "mine", "--dir", folder);
    assertEquals([value, err], [1, [
      `Cannot begin dataset mine as ${folder}/mine.jsonl must not be there yet: it is. Choose another name.`,
    ]]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["mine.jsonl"]);
    assertEquals(await Deno.readTextFile(`${folder}/mine.jsonl`), "precious");
  });
});

const NAMED = "as its name must be at most 40 lower-case letters, digits and underscores, a letter first.";
for (
  const [args, message] of [
    [["eval", "mine"], "Cannot begin a eval as it must be one of suite, technique, dataset."],
    [["toString", "mine"], "Cannot begin a toString as it must be one of suite, technique, dataset."],
    [["suite", "../up"], `Cannot begin suite "../up" ${NAMED}`],
    [["suite", "7up"], `Cannot begin suite "7up" ${NAMED}`],
    [["suite", "Mine"], `Cannot begin suite "Mine" ${NAMED}`],
    [["suite", "a".repeat(41)], `Cannot begin suite "${"a".repeat(41)}" ${NAMED}`],
    [
      ["suite"],
      'Cannot run `deno task new` as it takes suite|technique|dataset NAME: found "suite". Its options are listed by --help.',
    ],
    [
      [],
      "Cannot run `deno task new` as it takes suite|technique|dataset NAME: found none. Its options are listed by --help.",
    ],
  ] as const
) {
  Deno.test(`nothing is begun by "${args.join(" ")}"`, async () => {
    const { value, out, err } = await begin(...args, "--dir", "/nowhere");
    assertEquals([value, out, err], [1, [], [message]]);
  });
}

Deno.test("a folder that cannot be written is one sentence", async () => {
  await inPlace(async ({ folder, file }) => {
    const { value, err } = await begin("suite", "mine", "--dir", `${file("")}/in`);
    assertEquals([value, err.length], [1, 1]);
    assert(
      err[0]!.startsWith(`Cannot write ${folder}/suite0.ts/in/mine.ts as its folder must be writable: `),
    );
  });
});
