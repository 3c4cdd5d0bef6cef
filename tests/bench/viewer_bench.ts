/**
 * How long the viewer takes for each kind of page over a store of many recordings, asked through its own app, as
 * `deno task view` serves it but for the socket; how large the pages are, and what starting takes.
 *   deno run -A tests/bench/exchange_bench.ts 100000 FOLDER
 *   deno run -A tests/bench/viewer_bench.ts FOLDER/many.sqlite
 * writes its report beside itself.
 */
import { readHardware } from "../../engine/mod.ts";
import { createApp, openStore } from "../../results/mod.ts";
import { pagePath, places, twinPath } from "../../results/viewer/links.ts";
import { scopeKey } from "../../results/scope.ts";

const TIMES = 200;
const path = Deno.args[0];
if (path === undefined) throw new Error("Name a store, as exchange_bench.ts leaves one");

const start = performance.now();
using store = openStore(path);
const app = createApp(store);
const first = await ask("/");
const started = performance.now() - start;

const { shelf } = store;
const boards = shelf.scopes().flatMap(({ key: _, workloads, ...scope }) =>
  workloads.map((workload) => scopeKey({ ...scope, workload }))
);
const listed = (words: Parameters<typeof shelf.list>[0]["words"], from: number) =>
  shelf.list(words === undefined ? {} : { words }, from, 50).recordings.map(({ id }) => id);
const { total } = shelf.list({}, 0, 0);
const ids = [0, 0.1, 0.3, 0.5, 0.7, 0.9].flatMap((share) =>
  listed(undefined, Math.floor(share * (total - 50)))
);
const refused = [...listed(["FAIL"], 0), ...listed(["VOID"], 1000)];
const linked = await (await app.request(`/${pagePath(places.techniques())}`)).text();
const techniques = [...linked.matchAll(/href="\.\/(technique\/[^"]+)"/g)].map(([, link]) => link!);
const { FAIL = 0, ...others } = shelf.counts();
const withoutSpeed = FAIL + (others.UNSURE ?? 0) + (others.VOID ?? 0) + (others.SKIPPED ?? 0);
/** One of the pages of a list, if there are 60 rows a page or fewer. */
const page = (i: number, rows: number) => 1 + i % Math.max(1, Math.floor(rows / 60));
const pick = <T>(from: readonly T[], i: number): T => from[(i * 7919) % from.length]!;

/** Each kind of page, the i-th of it. */
const KINDS: Readonly<Record<string, (i: number) => string>> = {
  "home": () => `/${pagePath(places.home)}`,
  "list of boards": (i) => `/${pagePath(places.boards(page(i, boards.length)))}`,
  "board": (i) => `/${pagePath(places.board(pick(boards, i)))}`,
  "board as JSON": (i) => `/${twinPath(places.board(pick(boards, i)), "json")}`,
  "board as CSV": (i) => `/${twinPath(places.board(pick(boards, i)), "csv")}`,
  "history": (i) => `/${pagePath(places.history(pick(boards, i)))}`,
  "refusals": (i) => `/${pagePath(places.refusals(page(i, withoutSpeed)))}`,
  "lost quality": (i) => `/${pagePath(places.refusals(page(i, FAIL), "FAIL"))}`,
  "techniques": () => `/${pagePath(places.techniques())}`,
  "technique": (i) => `/${pick(techniques, i)}`,
  "trial": (i) => `/${pagePath(places.trial(pick(ids, i)))}`,
  "refused trial": (i) => `/${pagePath(places.trial(pick(refused, i)))}`,
  "feed": () => "/feed.xml",
  "no such trial": (i) => `/${pagePath(places.trial(`${i}`.padStart(64, "0")))}`,
};

interface Asked {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly status: number;
}

async function ask(path: string): Promise<Asked> {
  const before = performance.now();
  const response = await app.request(path);
  const { length } = new Uint8Array(await response.arrayBuffer());
  return { milliseconds: performance.now() - before, bytes: length, status: response.status };
}

// Kinds take turns, so that no kind has the caches for itself.
const asked = new Map<string, Asked[]>(Object.keys(KINDS).map((kind) => [kind, []]));
for (let i = 0; i < TIMES; i++) {
  for (const [kind, page] of Object.entries(KINDS)) {
    const one = await ask(page(i));
    if (one.status !== (kind === "no such trial" ? 404 : 200)) throw new Error(`${page(i)}: ${one.status}`);
    asked.get(kind)!.push(one);
  }
}

function summary(all: readonly Asked[]) {
  const times = all.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const at = (share: number) =>
    Number(times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(1));
  return { p50: at(0.5), p95: at(0.95), max: at(1), mostBytes: Math.max(...all.map(({ bytes }) => bytes)) };
}

const hardware = await readHardware("native", navigator.hardwareConcurrency);
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${hardware.cpu}, ${hardware.cores} cores, ${hardware.memoryGiB} GiB, load ${
    Deno.loadavg()[0]!.toFixed(1)
  }`,
  deno: Deno.version.deno,
  recordings: total,
  boards: boards.length,
  storeMiB: Math.round((await Deno.stat(path)).size / 2 ** 20),
  start: { milliseconds: Math.round(started), firstPage: summary([first]) },
  rssMiB: Math.round(Deno.memoryUsage().rss / 2 ** 20),
  all: summary([...asked.values()].flat()),
  pages: Object.fromEntries([...asked].map(([kind, all]) => [kind, summary(all)])),
};
await Deno.writeTextFile(
  new URL("./viewer_bench.json", import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
console.log(JSON.stringify(report, null, 2));
