import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { boards, ledger, openStore } from "../../../results/mod.ts";
import { run as importRun } from "../../../results/verbs/import.ts";
import { emulated, failed, held, recorded, trial, unmeasured, workload } from "../fixture.ts";
import { edit, forged, imported, inFolder, machine, names, real } from "./exports.ts";

const three = async () => [
  await real(recorded(trial("int8"), [workload(1.6)])),
  await real(failed(trial("int4"))),
  await real(unmeasured(trial("medusa"), "skipped", "no heads")),
];

Deno.test("what was exported is imported as it was, with where it came from", async () => {
  await inFolder(async ({ store, exported }) => {
    const all = await three();
    const [file, into] = [await exported(all, "--by", "Ada"), store("into")];
    const { value, out, err } = await imported(file, "--store", into);
    assertEquals(value, 0);
    assertEquals(out, [`${file}: 3 recordings taken in, 0 here already, exported by Ada, unsigned.`]);
    assertEquals(err.filter((line) => /left out|amiss|broken/.test(line)), []);
    using opened = openStore(into);
    assertEquals([...opened.read()], all);
    const { origin } = opened.shelf.find(all[0]!.id)!;
    assertEquals([origin?.by, origin?.key, origin?.trusted, origin?.whole], ["Ada", undefined, false, true]);
    assertEquals(opened.shelf.list({}, 0, 9).recordings.map((one) => one.origin), [origin, origin, origin]);
  });
});

Deno.test("a pass that claims no speed comes through an export with its checks and its reason", async () => {
  await inFolder(async ({ store, exported }) => {
    const one = await real(held(emulated("fp8")));
    const into = store("into");
    const { err } = await imported(await exported([one]), "--store", into);
    using opened = openStore(into);
    assertEquals([...opened.read()], [one], err.join("\n"));
  });
});

Deno.test("what is here already is passed over, and its origin stays", async () => {
  await inFolder(async ({ store, exported }) => {
    const all = await three();
    const into = store("into", all.slice(0, 1));
    const [first, second] = [await exported(all, "--by", "Ada"), await exported(all, "--by", "Grace")];
    await imported(first, "--store", into);
    const { out } = await imported(second, first, "--store", into);
    assertEquals(out, [
      `${second}: 0 recordings taken in, 3 here already, exported by Grace, unsigned.`,
      `${first}: 0 recordings taken in, 3 here already, exported by Ada, unsigned.`,
    ]);
    using opened = openStore(into);
    assertEquals(all.map(({ id }) => opened.shelf.find(id)!.origin?.by), [undefined, "Ada", "Ada"]);
  });
});

Deno.test("what was taken in is a try of its trial and leaves nothing done here, whatever machine it names", async () => {
  await inFolder(async ({ store, exported }) => {
    const [one] = await three();
    const into = store("into");
    await imported(await exported([one!]), "--store", into);
    using opened = openStore(into);
    const book = ledger(opened, one!.stamp);
    assertEquals([book.done(one!.outcome.trial), book.tries(one!.outcome.trial)], [undefined, 1]);
  });
});

Deno.test("a gzipped export is read as such, whatever its name", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const plain = await exported(await three());
    const bytes = new Response(
      (await Deno.open(plain)).readable.pipeThrough(new CompressionStream("gzip")),
    );
    await Deno.writeFile(`${folder}/odd.txt`, await bytes.bytes());
    const into = store("into");
    await imported(`${folder}/odd.txt`, "--store", into);
    assertEquals(names(into), ["int8", "int4", "medusa"]);
  });
});

const at = (lines: readonly string[], i: number, line: string) => lines.with(i, line);

for (
  const [what, spoil, said] of [
    [
      "edited",
      (line: string) => line.replace('"n":600', '"n":900'),
      "its contents do not match its digest",
    ],
    [
      "forged to carry a speed that its timings do not bear out",
      (line: string) =>
        forged(line, ({ outcome }) => {
          if (outcome.kind !== "recorded") throw new Error("the first line is recorded");
          const [speed] = outcome.speed.workloads;
          const workloads = [{ ...speed!, ratio: { ...speed!.ratio, estimate: 9 } }];
          return { outcome: { ...outcome, speed: { workloads } } };
        }),
      "its figures must follow from its timings",
    ],
    [
      "forged to pass by a margin beyond all numbers, which would be kept as none",
      async (line: string) =>
        (await forged(line, ({ outcome }) => {
          if (outcome.kind !== "recorded") throw new Error("the first line is recorded");
          const checks = outcome.verdict.checks.map((check) => ({ ...check, allowed: null }));
          return { outcome: { ...outcome, verdict: { ...outcome.verdict, checks } } };
        })).replaceAll('"allowed":null', '"allowed":1e400'),
      "its checks must come to a pass",
    ],
    [
      "forged to be refused and have a speed",
      (line: string) => forged(line, ({ outcome }) => ({ outcome: { ...outcome, kind: "rejected" } })),
      "its outcome.verdict.kind is not what it must be",
    ],
    [
      "of a shape that no page can show",
      (line: string) =>
        forged(
          line,
          ({ outcome }) => ({ outcome: { ...outcome, trial: { ...outcome.trial, techniques: 7 } } }),
        ),
      "its outcome.trial.techniques is not what it must be",
    ],
    [
      "forged to have a speed of what is emulated",
      (line: string) =>
        forged(line, ({ outcome }) => {
          const techniques = outcome.trial.techniques.map((one) => ({ ...one, emulated: "so" }));
          return { outcome: { ...outcome, trial: { ...outcome.trial, techniques } } };
        }),
      "it must be its own: int8 is emulated, so",
    ],
    [
      "forged to pass without a speed where nothing is emulated",
      (line: string) =>
        forged(line, ({ outcome: { trial, ...outcome } }) => {
          if (outcome.kind !== "recorded") throw new Error("the first line is recorded");
          return { outcome: { kind: "held", trial, verdict: outcome.verdict, reason: "so" } };
        }),
      "one of its techniques must be emulated: none is",
    ],
    [
      "forged to be of a kind that there is not",
      (line: string) => forged(line, ({ outcome }) => ({ outcome: { ...outcome, kind: "constructor" } })),
      "its outcome.kind is not what it must be",
    ],
    [
      "of a machine that borrows the id of another",
      (line: string) =>
        forged(line, ({ stamp }) => ({ stamp: { ...stamp, hardware: { ...stamp.hardware, cores: 128 } } })),
      "what it says of its machine does not match that machine's digest",
    ],
    [
      "of another schema",
      (line: string) => line.replace('"schema":2', '"schema":1'),
      "an older Assay judged by other rules (schema 1, now 2)",
    ],
    [
      "of a schema to come",
      (line: string) => line.replace('"schema":2', '"schema":3'),
      "its schema is 3 where this version reads 2: update Assay",
    ],
    [
      "recorded in the future",
      (line: string) => forged(line, ({ stamp }) => ({ stamp: { ...stamp, at: Date.UTC(2199, 0, 1) } })),
      "it says that it was recorded at 2199-01-01 00:00 UTC, which is yet to come here",
    ],
    ["cut short", (line: string) => line.slice(0, 1000), "it is no whole JSON: cut short or damaged"],
    ["of another kind of JSON", () => "[1, 2]", "it is no recording"],
    [
      "nested beyond all bounds",
      () => `{"id":"a","schema":2,"stamp":${"[".repeat(200_000)}${"]".repeat(200_000)},"outcome":1}`,
      "Maximum call stack size exceeded",
    ],
    ["no text", () => "\u0000\ufffd\u001b[31m", "it is no whole JSON: cut short or damaged"],
  ] as const
) {
  Deno.test(`a line that is ${what} is named and left out, and the others are kept`, async () => {
    await inFolder(async ({ store, exported }) => {
      const [file, into] = [await exported(await three(), "--by", "Ada"), store("into")];
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
      const spoilt = await spoil(lines[1]!);
      await edit(file, (lines) => at(lines, 1, spoilt) as string[]);
      const { value, err } = await imported(file, "--store", into);
      assertEquals(value, 1);
      assertEquals(names(into), ["int4", "medusa"]);
      const told = err.join("\n");
      assertStringIncludes(told, "It was edited after it was exported: its seal is broken.");
      assertStringIncludes(told, "1 line left out:\n  line 2: ");
      assertStringIncludes(told, said);
      using opened = openStore(into);
      assertEquals(opened.shelf.list({}, 0, 1).recordings[0]!.origin?.whole, false);
    });
  });
}

Deno.test("with --strict nothing is kept of an export in which anything is amiss", async () => {
  await inFolder(async ({ store, exported }) => {
    const [file, into] = [await exported(await three()), store("into")];
    await edit(file, (lines) => at(lines, 2, lines[2]!.replace('"n":600', '"n":900')) as string[]);
    const { message } = await assertRejects(() => importRun([file, "--strict", "--store", into]), UserError);
    assertStringIncludes(message, "with --strict nothing may be amiss. It was edited");
    assertStringIncludes(message, "line 3: its contents do not match its digest");
    assertEquals(names(into), []);
    await edit(file, (lines) => [...lines.slice(0, 2), ...lines.slice(3, -1)]);
    await assertRejects(() => importRun([file, "--strict", "--store", into]), UserError, "It is cut short");
    assertEquals(names(into), []);
  });
});

Deno.test("an export that is cut short gives what it has whole", async () => {
  await inFolder(async ({ folder, store, exported }) => {
    const many = Array.from({ length: 24 }, (_, i) => real(recorded(trial(`t${i}`), [workload(1.6)])));
    const file = await exported(await Promise.all(many));
    const gz = new Response((await Deno.open(file)).readable.pipeThrough(new CompressionStream("gzip")));
    const bytes = await gz.bytes();
    await Deno.writeFile(`${folder}/cut.gz`, bytes.subarray(0, bytes.length / 2));
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(`${folder}/cut`, text.slice(0, text.length / 2));
    for (const name of ["cut.gz", "cut"]) {
      const into = store(`into ${name}`);
      const { value, err } = await imported(`${folder}/${name}`, "--store", into);
      assertEquals(value, 1);
      assertStringIncludes(err.join("\n"), "It is cut short: its last line is no seal.");
      const found = names(into);
      assert(found.length > 0 && found.length < 24, `${name}: ${found.length}`);
      assertEquals(found, found.map((_, i) => `t${i}`));
    }
  });
});

for (
  const [what, text, found] of [
    ["an empty file", "", "an empty file"],
    ["another file", "hello\n", "another first line"],
    ["a recording alone", '{"schema":2,"id":"00"}\n', "another first line"],
    ["an export of another form", '{"export":2,"schema":2,"at":1}\n', "form 2, of another Assay"],
    [
      "an export of another schema",
      '{"export":1,"schema":9,"at":1}\n',
      "its schema is 9 where this version reads 2",
    ],
    ["an export from the future", '{"export":1,"schema":2,"at":9e15}\n', "a time yet to come here"],
  ] as const
) {
  Deno.test(`${what} is refused in one sentence`, async () => {
    await inFolder(async ({ folder, store }) => {
      const file = `${folder}/odd\u001b.jsonl`;
      await Deno.writeTextFile(file, text);
      const { message } = await assertRejects(() => importRun([file, "--store", store("into")]), UserError);
      assertStringIncludes(message, `Cannot import ${folder}/odd\\u{1b}.jsonl as it must begin as`);
      assertStringIncludes(message, found);
    });
  });
}

Deno.test("a file that is not there, and nothing at all, are refused in one sentence", async () => {
  await inFolder(async ({ folder, store }) => {
    const gone = await assertRejects(() => importRun([`${folder}/no`, "--store", store("into")]), UserError);
    assertStringIncludes(gone.message, `Cannot import ${folder}/no as it must be a readable file`);
    await assertRejects(() => importRun([]), UserError, "Cannot import nothing: give exports as files");
    await assertRejects(() => importRun(["a", "--base", "b"]), UserError, "exports and logs at once");
  });
});

Deno.test("what came from another machine stands on boards of its own, and never ranks with ours", async () => {
  await inFolder(async ({ store, exported }) => {
    const theirs = await real(recorded(trial("theirs"), [workload(9)]), {
      hardware: await machine("Fastium 1"),
    });
    const into = store("into", [await real(recorded(trial("ours"), [workload(1.5)]))]);
    await imported(await exported([theirs]), "--store", into);
    using opened = openStore(into);
    const ranked = opened.shelf.scopes().map(({ key }) =>
      boards(opened.shelf.current(key)).map((board) => board.ranked.map(({ name }) => name))
    );
    assertEquals(ranked.flat().toSorted(), [["ours"], ["theirs"]]);
    assertEquals(boards([...opened.read()]).map((board) => board.ranked.length), [1, 1]);
  });
});

Deno.test("an import that was stopped half-way goes on where it was", async () => {
  await inFolder(async ({ store, exported }) => {
    const all = await three();
    const [file, into] = [await exported(all), store("into")];
    const text = await Deno.readTextFile(file);
    await edit(file, (lines) => lines.slice(0, 2));
    await imported(file, "--store", into);
    assertEquals(names(into), ["int8"]);
    await Deno.writeTextFile(file, text);
    const { out } = await imported(file, "--store", into);
    assertStringIncludes(out[0]!, "2 recordings taken in, 1 here already");
    assertEquals(names(into), ["int8", "int4", "medusa"]);
  });
});
