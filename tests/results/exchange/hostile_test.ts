import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digest } from "../../../engine/mod.ts";
import {
  accountOf,
  accountText,
  boards,
  createApp,
  openStore,
  renderBoard,
  why,
} from "../../../results/mod.ts";
import type { Recording } from "../../../results/mod.ts";
import { exportLines } from "../../../results/exchange/export.ts";
import { run as explainRun } from "../../../results/verbs/explain.ts";
import {
  breaches,
  check,
  emulated,
  failed,
  held,
  PARTS,
  recorded,
  recording,
  trial,
  unmeasured,
  workload,
} from "../fixture.ts";
import { printed } from "../verbs/console.ts";
import { imported, inFolder, names } from "./exports.ts";

const STEERING = "\u001b[2J\u009b31m\u202e\u2028\r\n<img src=x onerror=alert(1)>&\"'|`*_[x](y)";
/** Of these the values have a meaning, so that they cannot say anything else. */
const WORDS = new Set([
  "kind",
  "unit",
  "rule",
  "when",
  "decision",
  "claim",
  "slot",
  "bottleneck",
  "arm",
  "finish",
  "digest",
]);

/** The value with steering and markup in every text that a person reads. */
function spoilt(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => spoilt(one, key));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoilt(one, key)]));
  }
  return typeof value === "string" && !WORDS.has(key) ? value + STEERING : value;
}

/** Recordings of every kind whose every text is hostile; what is timed stays true. */
async function hostile(): Promise<readonly Recording[]> {
  const outcomes = [
    recorded(trial("baseline again", { techniques: [], candidate: PARTS }), [workload(1)], [
      check(0, -0.004, 0.004),
    ]),
    recorded(trial("peer", { techniques: [], engine: "peer", candidate: PARTS }), [workload(0.9)], [
      breaches(0),
    ]),
    recorded(trial("int8"), [workload(1.6)]),
    held(emulated("fp8")),
    failed(trial("int4"), [
      check(0.06, 0.03, 0.09, {
        note: "a note",
        slices: [{ name: "long", n: 9, loss: 1, low: 0.5, failed: true }],
      }),
    ]),
    unmeasured(trial("slept"), "void", "it slept"),
  ];
  return await Promise.all(outcomes.map(async (one) => {
    const { stamp, outcome } = await recording(spoilt(one) as Recording["outcome"]);
    const { id: _, ...rest } = spoilt(stamp.hardware) as Recording["stamp"]["hardware"];
    const model = { ...spoilt(stamp.model) as Recording["stamp"]["model"] };
    return await recording(outcome, { ...stamp, hardware: { id: await digest(rest), ...rest }, model });
  }));
}

/** Controls but the end of a line, and what turns or hides text. */
const steers = (text: string) =>
  [...text].filter((one) => one !== "\n" && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(one));

Deno.test("hostile text in every field of an import steers no terminal and is no markup on any page", async () => {
  await inFolder(async ({ store, exported }) => {
    const into = store("into");
    const all = await hostile();
    const { out, err } = await imported(await exported(all, "--by", STEERING), "--store", into);
    assertEquals(names(into).length, all.length, err.join("\n"));
    using opened = openStore(into);
    const { shelf } = opened;
    const [scope] = shelf.scopes();
    const current = shelf.current(scope!.key);
    const board = boards(current).map((one) => renderBoard(one, { colour: false, reasons: why(current) }));
    const accounts = all.map(({ id }) =>
      accountText(accountOf(shelf.find(id)!, current, 9, shelf.tried(scope!.key)), 80).join("\n")
    );
    const json = (await printed(() => explainRun([all[2]!.id, "--json", "--store", into]))).out;
    const lines: string[] = [];
    const heading = { at: 1, versions: {}, by: STEERING };
    for await (const line of exportLines(opened, { heading, chosen: {}, shown: true })) lines.push(line);
    assertEquals(steers([...out, ...err, ...board, ...accounts, ...json, ...lines].join("\n")), []);
    assertEquals(board.length, 1);

    const app = createApp(opened);
    const paths = [
      "/index.html",
      "/refusals.html",
      "/techniques.html",
      "/history.html",
      ...all.map(({ id }) => `/trial/${id}.html`),
    ];
    for (const path of paths) {
      const response = await app.request(path);
      const html = await response.text();
      assertEquals([path, response.status, html.includes("<img")], [path, 200, false]);
    }
  });
});

Deno.test("a name of a megabyte is left out; an answer of one is kept, and shown cut", async () => {
  await inFolder(async ({ store, exported }) => {
    const [long, into] = ["A".repeat(2 ** 20), store("into")];
    const { stamp } = (await hostile())[0]!;
    const shown = { prompt: long, base: long, candidate: long };
    const answer = check(0.06, 0.03, 0.09, {
      samples: [{ ...check(0, 0, 0).samples[0]!, base: 1, candidate: 0, shown }],
    });
    const file = await exported([
      await recording(failed(trial(long)), stamp),
      await recording(failed(trial("long answer"), [answer]), stamp),
    ]);
    const { err } = await imported(file, "--store", into);
    assertStringIncludes(err.join("\n"), "line 2: its outcome.trial.name is not what it must be");
    assertEquals(names(into), ["long answer"]);
    const { out } = await printed(() => explainRun(["long answer", "--store", into]));
    assert(out.every((line) => line.length <= 100));
  });
});
