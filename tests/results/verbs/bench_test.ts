import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { digest, UserError } from "../../../engine/mod.ts";
import { gateRate, openStore } from "../../../results/mod.ts";
import { run } from "../../../results/verbs/bench.ts";
import type { isInt8 } from "../../evals/toy_bench.ts";
import { printed } from "./console.ts";
import { inPlace, toySetting } from "./toy_setting.ts";

const GOOD_AND_BAD = `candidates: { good: [toyInt8], bad: [planted("cache", "forgetful_cache")] }`;

/** Runs the verb on the toy engine. */
const bench = (args: readonly string[], per?: Parameters<typeof toySetting>[0]) =>
  printed(() => run(args, toySetting(per)));

const kept = (store: string) => {
  using opened = openStore(store);
  return [...opened.read()].map(({ outcome }) => `${outcome.trial.name}: ${outcome.kind}`);
};

Deno.test("every outcome is recorded and told, and the board is printed", async () => {
  await inPlace(async ({ suite, store }) => {
    const { value, out, err } = await bench(["--suite", suite(GOOD_AND_BAD), "--store", store]);
    assertEquals(value, 0);
    assertEquals(kept(store), ["baseline again: recorded", "good: recorded", "bad: rejected"]);
    for (const line of kept(store)) assert(err.includes(line), err.join("\n"));
    for (const name of ["good", "bad", "baseline again"]) assertStringIncludes(out.join("\n"), name);
  });
});

Deno.test("what will run and how long it should take is said before anything runs", async () => {
  await inPlace(async ({ suite, store }) => {
    const { err } = await bench(["--suite", suite(GOOD_AND_BAD), "--store", store]);
    const plan = err.findIndex((line) => line === "3 of 3 rows to run: baseline again, good, bad.");
    assert(plan >= 0 && plan < err.indexOf("baseline again: recorded"), err.join("\n"));
    assert(
      err.some((line) => /^On 2 evals and 1 workloads it should take at most \d+ (s|min)\.$/.test(line)),
    );
  });
});

Deno.test("progress is one line for each new thing where there is no terminal, without colour or redrawing", async () => {
  await inPlace(async ({ suite, store }) => {
    const { out, err } = await bench(["--suite", suite(GOOD_AND_BAD), "--store", store]);
    assert(
      err.some((line) => line.startsWith("2/3 good: toy_texts_nll (candidate) 1/30, at most ")),
      err.join("\n"),
    );
    assertEquals(err.filter((line) => line.includes("good: toy_texts_nll (candidate)")).length, 1);
    assert(![...out, ...err].some((line) => line.includes("\x1b") || line.includes("\r")));
  });
});

Deno.test("with --json the last line is one document whose outcomes have their kinds", async () => {
  await inPlace(async ({ suite, store }) => {
    const candidates = `candidates: { good: [toyInt8], bad: [planted("cache", "forgetful_cache")],
      blind: [assay.continuousBatching()], lost: [planted("decoder", "missing_decoder")] }`;
    const { out } = await bench(["--suite", suite(candidates), "--store", store, "--json"]);
    const document = JSON.parse(out.at(-1)!);
    assertEquals(document.suite, "toy");
    assertEquals([document.gate, document.outcomes[0].tried], [gateRate(), { count: 1, refused: 0 }]);
    assertEquals(document.outcomes.map(({ kind, name }: Record<string, string>) => `${name}: ${kind}`), [
      "baseline again: recorded",
      "good: recorded",
      "bad: rejected",
      "blind: void",
      "lost: skipped",
    ]);
    for (const outcome of document.outcomes) {
      assertEquals("speed" in outcome, outcome.kind === "recorded");
      assertEquals("reason" in outcome, outcome.kind === "void" || outcome.kind === "skipped");
    }
    assert(out.at(-1)!.length < 20_000, "neither samples nor raw timings belong in it");
  });
});

Deno.test("what holds and is emulated is told with its checks and no speed, kept, not run again, and meets a requirement", async () => {
  await inPlace(async ({ suite, store }) => {
    const candidates =
      `candidates: { fp8: [{ ...toyInt8, emulated: "its floats are computed as wider ones" }] }`;
    const args = ["--suite", suite(candidates), "--store", store, "--json", "--require", "fp8"];
    const first = await bench(args);
    assertEquals([first.value, kept(store)], [0, ["baseline again: recorded", "fp8: held"]]);
    const { outcomes: [, fp8] } = JSON.parse(first.out.at(-1)!);
    assertEquals([fp8.kind, fp8.verdict, "speed" in fp8], ["held", "pass", false]);
    assertEquals(fp8.reason, "toy_int8 is emulated here: its floats are computed as wider ones");
    assert(fp8.checks.length > 0);
    const second = await bench(args);
    assert(second.err.includes("recorded before: fp8: held"), second.err.join("\n"));
  });
});

Deno.test("a second run finds all of it recorded and runs nothing", async () => {
  await inPlace(async ({ suite, store }) => {
    const args = ["--suite", suite(GOOD_AND_BAD), "--store", store, "--json"];
    const first = await bench(args);
    const second = await bench(args);
    assertEquals(kept(store).length, 3);
    assert(second.err.includes("recorded before: good: recorded"), second.err.join("\n"));
    assertEquals(second.out, first.out);
  });
});

Deno.test("recordings that an older version made are kept, and told in one sentence", async () => {
  await inPlace(async ({ suite, store }) => {
    const args = ["--suite", suite(GOOD_AND_BAD), "--store", store];
    await bench(args);
    {
      using opened = openStore(store);
      for (const one of [...opened.read()]) {
        const stamp = { ...one.stamp, at: one.stamp.at - 1 };
        const id = await digest({ stamp, outcome: one.outcome });
        opened.append({ ...one, schema: 1 as typeof one.schema, id, stamp });
      }
    }
    const { err } = await bench(args);
    assertEquals(err.filter((line) => line.includes("left out")), [
      "3 recordings are left out, as an older Assay judged by other rules (schema 1, now 2): " +
      "it stays in the store, and running the trial again puts it on the board.",
    ]);
    assertEquals(kept(store).length, 3);
  });
});

Deno.test("--again runs recorded rows once more", async () => {
  await inPlace(async ({ suite, store }) => {
    const args = ["--suite", suite(GOOD_AND_BAD), "--store", store];
    await bench(args);
    await bench([...args, "--again"]);
    assertEquals(kept(store).length, 6);
  });
});

Deno.test("a run that ends early has kept its outcomes, and the next one goes on from there", async () => {
  await inPlace(async ({ suite, store }) => {
    const args = [
      "--suite",
      suite(`candidates: { first: [toyInt8], second: [planted("cache", "forgetful_cache")] }`),
    ];
    let asked = 0;
    const breaking = (stack: Parameters<typeof isInt8>[0]) => {
      if (stack.cache.name === "forgetful_cache" && asked++ === 0) throw new UserError("Cannot go on.");
      return {};
    };
    await assertRejects(() => bench([...args, "--store", store], breaking), UserError, "Cannot go on.");
    assertEquals(kept(store), ["baseline again: recorded", "first: recorded"]);
    const { err } = await bench([...args, "--store", store]);
    assert(err.includes("1 of 3 rows to run: second."), err.join("\n"));
    assertEquals(kept(store), ["baseline again: recorded", "first: recorded", "second: rejected"]);
  });
});

Deno.test("--only runs a row and the baseline again, which it is compared with", async () => {
  await inPlace(async ({ suite, store }) => {
    await bench(["--suite", suite(GOOD_AND_BAD), "--store", store, "--only", "bad"]);
    assertEquals(kept(store), ["baseline again: recorded", "bad: rejected"]);
  });
});

Deno.test("--list prints the rows with what verifies them, and runs nothing", async () => {
  await inPlace(async ({ suite, store }) => {
    const fields = `candidates: { stack: [toyInt8, assay.promptLookup()], blind: [assay.prefixCache()] },
      evals: [toys.suite().evals[1]]`;
    const { value, out } = await bench(["--suite", suite(fields), "--store", store, "--list"]);
    assertEquals(value, 0);
    assertEquals(out, [
      "baseline again: the baseline on toy",
      "    beside baseline: toy_texts_nll n=30",
      "stack: toy_int8 (equivalent) + prompt_lookup (identical)",
      "    beside baseline: toy_texts_nll n=30",
      "    beside toy_int8: nothing",
      "    void: no configured eval that is judged sees the decoder slot",
      "blind: prefix_cache (identical)",
      "    beside baseline: nothing",
      "    void: no configured eval that is judged sees the cache slot",
    ]);
    assertEquals(kept(store), []);
  });
});

for (
  const [names, code] of [[["good"], 0], [["bad"], 2], [["good", "bad"], 2], [["baseline again"], 0]] as const
) {
  Deno.test(`--require ${names.join(" and ")} ends with code ${code}`, async () => {
    await inPlace(async ({ suite, store }) => {
      const required = names.flatMap((name) => ["--require", name]);
      const { value, err } = await bench(["--suite", suite(GOOD_AND_BAD), "--store", store, ...required]);
      assertEquals(value, code);
      assertEquals(err.includes("Required but not passed: bad."), code === 2);
    });
  });
}

for (const option of ["--only", "--require"]) {
  Deno.test(`${option} of a row that the suite has not is refused with the rows it has`, async () => {
    await inPlace(async ({ suite, store }) => {
      const { message } = await assertRejects(
        () => bench(["--suite", suite(GOOD_AND_BAD), "--store", store, option, "nosuch"]),
        UserError,
      );
      assertEquals(message, "Cannot run nosuch as the suite's rows are baseline again, good, bad.");
    });
  });
}

Deno.test("two runs at once share a store: both end, and each outcome is whole", async () => {
  await inPlace(async ({ suite, store }) => {
    const args = ["--suite", suite(GOOD_AND_BAD), "--store", store];
    const { value } = await printed(() => Promise.all([1, 2].map(() => run(args, toySetting()))));
    assertEquals(value, [0, 0]);
    assertEquals(
      new Set(kept(store)),
      new Set(["baseline again: recorded", "good: recorded", "bad: rejected"]),
    );
  });
});

Deno.test("a store that cannot be used ends the run before anything is prepared", async () => {
  await inPlace(async ({ folder, suite }) => {
    let prepared = false;
    const setting = () => {
      prepared = true;
      return toySetting()(undefined, undefined as never);
    };
    await assertRejects(
      () => printed(() => run(["--suite", suite(GOOD_AND_BAD), "--store", folder], setting)),
      UserError,
      folder,
    );
    assertEquals(prepared, false);
  });
});
