/** A real headless browser on the viewer; ASSAY_CHROMIUM names another binary. */
import type { Browser } from "playwright-core";
import { openStore, type Recording, type ResultsStore, scopeKey, view } from "../../results/mod.ts";
import { everything } from "../results/every_row.ts";
import { check, failed, recording, trial } from "../results/fixture.ts";

// At import one of its packages looks under /proc for Windows, which Deno allows only with every permission; not so under test.
Deno.env.set("__IS_WSL_TEST__", "1");
const { chromium } = await import("playwright-core");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Options of a test that drives a browser, whose own timers and sockets outlive it. */
export const FREE = { sanitizeResources: false, sanitizeOps: false } as const;

/** A name and an answer as bad as they come: markup, marks that turn a line round, terminal codes, megabytes. */
export const HOSTILE = `<img src=x onerror=alert(1)>\u202egnp.exe\u2066 \u001b[31m **bold** ${
  "x".repeat(2_000_000)
}`;

/** Every row, and names that are hostile or long. */
export async function rows(): Promise<readonly Recording[]> {
  const samples = [{
    id: HOSTILE,
    cluster: "c",
    base: 1,
    candidate: 0,
    weight: 1,
    shown: { prompt: HOSTILE, base: HOSTILE, candidate: HOSTILE },
  }];
  return [
    ...await everything(),
    await recording(failed(trial("a_name_without_any_space_".repeat(9)))),
    await recording(failed(trial(HOSTILE), [check(0.061, 0.034, 0.088, { eval: HOSTILE, samples })])),
  ];
}

/** One page of every kind, from the root. */
export function kinds(all: readonly Recording[]): readonly string[] {
  const id = (name: string) => all.find(({ outcome }) => outcome.trial.name === name)!.id;
  const { stamp: { hardware, model }, outcome: { trial: { suite } } } = all[0]!;
  const key = scopeKey({ hardware, model, suite, workload: "single_stream" });
  return [
    "",
    "index.html",
    "boards.html",
    `board/${key}.html`,
    `board/${key}.html?verdict=FAIL&sort=-name`,
    `board/${key}.html?q=nothing+is+called+so`,
    "techniques.html",
    "technique/int8.html",
    "refusals.html",
    "refusals/fail.html",
    "history.html",
    `history/${key}.html`,
    "imported.html",
    ...["int8", "int4", "medusa", "int8 + prompt_lookup", HOSTILE].map((name) => `trial/${id(name)}.html`),
  ];
}

/** Runs with a browser and the address of a viewer of this store. */
export async function inBrowser(
  store: ResultsStore,
  run: (browser: Browser, base: string) => Promise<void>,
): Promise<void> {
  const server = view({ port: 0, host: "127.0.0.1", store });
  const browser = await launch();
  try {
    await run(browser, `http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: Deno.env.get("ASSAY_CHROMIUM") ?? "/usr/bin/chromium", args: FLAGS });

/** A store in memory that holds these. */
export function holding(all: readonly Recording[]): ResultsStore {
  const store = openStore(":memory:");
  for (const one of all) store.append(one);
  return store;
}
