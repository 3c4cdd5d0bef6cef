import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { createApp, type SCHEMA, view } from "../../results/mod.ts";
import { flips } from "../../results/flips.ts";
import { ecdf } from "../../results/viewer/latency.tsx";
import { RatioAxis } from "../../results/viewer/ratio_strip.tsx";
import { everything } from "./every_row.ts";
import { breaches, check, failed, recorded, recording, trial, unmeasured, workload } from "./fixture.ts";
import { filled, idOf, text } from "./pages.ts";

Deno.test("the board says its verdict first, and holds every row and figure without a script", async () => {
  using store = filled(await everything());
  const html = await text(store, "/");
  assertStringIncludes(
    html,
    "<h1>7 of 12 techniques held quality. Fastest: \u2068int8 + prompt_lookup\u2069, 2.35x the baseline, 2.58x \u2068transformers_js\u2069.</h1>",
  );
  for (
    const shown of [
      "1.62x",
      "[1.57, 1.67]",
      "−0.004 nats",
      "HELD",
      "none claimed",
      "1 emulated, so not timed",
      "FAIL",
      "UNSURE",
      "VOID",
      "SKIPPED",
      "2=",
      "not timed",
      "the peer: the same weights at f32",
      "1.78x the peer",
      "f32 from Q4_1",
      "n=600, margin −2.0 pp",
    ]
  ) {
    assertStringIncludes(html, shown);
  }
  assert(html.indexOf('class="quality"') < html.indexOf('class="rate"'));
});

Deno.test("every page has a JSON twin and links that are relative", async () => {
  const all = await everything();
  using store = filled(all);
  const id = idOf(all, "int8");
  for (const path of ["/", "/refusals.html", "/history.html", `/trial/${id}.html`]) {
    const html = await text(store, path);
    assert(!/(href|src)="\//.test(html), `${path} holds an absolute link`);
    assert(!/(href|src)="https?:/.test(html), `${path} loads from elsewhere`);
    const twin = /href="([^"]*api\/[^"]*)"/.exec(html)![1]!;
    const json = await text(store, new URL(twin, `http://localhost${path}`).pathname);
    assertEquals(typeof JSON.parse(json), "object");
  }
});

Deno.test("a trial page holds each check with its margin, both answers of each flip, and the percentiles as tables", async () => {
  const all = await everything();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "int8")}.html`);
  for (
    const shown of [
      "margin −2.0 pp",
      "under load",
      "the first",
      "the second",
      "p95",
      'role="img"',
      "Lost <b>",
    ]
  ) {
    assertStringIncludes(html, shown);
  }
  assert(html.indexOf("Lost: ") < html.indexOf("Won: "));
});

Deno.test("no refused trial shows a speed, in its page, its JSON, or the refusals", async () => {
  const all = (await everything()).filter(({ outcome }) => outcome.kind !== "recorded");
  using store = filled(all);
  const pages = [
    "/refusals.html",
    "/api/refusals.json",
    "/api/index.json",
    "/api/history.json",
    ...all.flatMap(({ id }) => [`/trial/${id}.html`, `/api/trial/${id}.json`]),
  ];
  for (const path of pages) {
    const body = await text(store, path);
    assert(
      !/tok\/s|tokens\/s vs|tokensPerSecond|"speed"|"ratio"|ttft|tpot|data-ecdf|\d\.\d\dx/i.test(body),
      path,
    );
  }
});

Deno.test("hostile names come out as text", async () => {
  const name = `<img src=x onerror=alert(1)>"'&`;
  const evil = check(0.061, 0.034, 0.088, {
    eval: name,
    samples: [{
      id: name,
      cluster: "c",
      base: 1,
      candidate: 0,
      weight: 1,
      shown: { prompt: name, base: name, candidate: "</pre><script>alert(2)</script>" },
    }],
  });
  const all = [
    await recording(failed(trial(name), [evil])),
    await recording(recorded(trial(`${name}2`), [workload(1.5, 0.05, { workload: name })])),
    await recording(
      recorded(trial(`${name}3`, { workloads: [name] }), [workload(1.5, 0.05, { workload: name })]),
    ),
  ];
  using store = filled(all);
  for (const path of ["/", "/refusals.html", "/history.html", ...all.map(({ id }) => `/trial/${id}.html`)]) {
    const html = await text(store, path);
    assert(!html.includes("<img") && !html.includes("<script>"), path);
  }
});

Deno.test("an empty store says what to run", async () => {
  using store = filled([]);
  for (const path of ["/", "/refusals.html", "/history.html"]) {
    assertStringIncludes(await text(store, path), "deno task bench");
  }
});

Deno.test("a bad id, board or path is a page that says so, with a way back", async () => {
  using store = filled(await everything());
  for (
    const path of [
      "/trial/nonsense.html",
      "/trial/abc123abc123.html",
      "/board/none.html",
      "/history/none.html",
      "/nowhere",
      "/static/..%2fview.ts",
    ]
  ) {
    assertStringIncludes(await text(store, path, 404), "To the board");
  }
  assertStringIncludes(await text(store, "/api/trial/abc123abc123.json", 404), "error");
});

Deno.test("a broken record is named while the others show", async () => {
  using store = filled([await recording(failed(trial("good")))]);
  store.append({ ...await recording(failed(trial("old"))), schema: 1 as typeof SCHEMA });
  const html = await text(store, "/");
  assertStringIncludes(html, "One record cannot be read");
  assertStringIncludes(html, "<bdi>good</bdi></a>");
});

Deno.test("a page shows what was appended after the app was made", async () => {
  using store = filled([]);
  const app = createApp(store);
  assertStringIncludes(await (await app.request("/")).text(), "no results");
  store.append(await recording(unmeasured(trial("late"), "skipped", "no heads")));
  assertStringIncludes(await (await app.request("/")).text(), "<bdi>late</bdi></a>");
});

Deno.test("pages may load only what this server gives, and it gives Chart.js", async () => {
  using store = filled([]);
  const app = createApp(store);
  assertStringIncludes(
    (await app.request("/")).headers.get("Content-Security-Policy")!,
    "default-src 'none'",
  );
  for (
    const file of [
      "style.css",
      "tables.css",
      "trial.css",
      "phone.css",
      "picture.css",
      "charts.js",
      "narrow.js",
      "copy.js",
      "icon.svg",
      "chart.js",
    ]
  ) {
    const response = await app.request(`/static/${file}`);
    assertEquals(response.status, 200, file);
    assert((await response.text()).length > 100);
  }
});

Deno.test("a busy port is one clear sentence", async () => {
  using store = filled([]);
  const server = view({ port: 0, host: "127.0.0.1", store });
  try {
    assertThrows(() => view({ port: server.addr.port, host: "127.0.0.1", store }), UserError, "must be free");
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
    assertStringIncludes(await response.text(), "Assay");
  } finally {
    await server.shutdown();
  }
});

Deno.test("flips are sorted by the metric's own direction", () => {
  const pair = (id: string, base: number, candidate: number) => ({
    id,
    cluster: id,
    base,
    candidate,
    weight: 1,
  });
  const samples = [pair("up", 1, 2), pair("down", 2, 1), pair("same", 1, 1)];
  const nats = check(0.1, 0, 0.2, { unit: "nats/token", base: 2, candidate: 2.1, samples });
  assertEquals(flips(nats).lost.map(({ id }) => id), ["up"]);
  const fraction = check(0.1, 0, 0.2, { base: 0.6, candidate: 0.5, samples });
  assertEquals([flips(fraction).lost[0]!.id, flips(fraction).won[0]!.id, flips(fraction).same], [
    "down",
    "up",
    1,
  ]);
});

Deno.test("an empirical distribution rises from zero to one and keeps its largest value when thinned", () => {
  const curve = ecdf(Array.from({ length: 1000 }, (_, i) => 1000 - i));
  assertEquals([curve[0], curve.at(-1)], [{ x: 1, y: 0 }, { x: 1000, y: 1 }]);
  assert(curve.length <= 163 && curve.every(({ y }, i) => i === 0 || y > curve[i - 1]!.y));
});

Deno.test("no letter of a refused row tells a speed, though other rows of the board have one", async () => {
  using store = filled(await everything());
  const html = await text(store, "/");
  const rows = html.split("<tr").filter((row) => /(FAIL|UNSURE|VOID|SKIPPED)<\/span>/.test(row));
  assertEquals(rows.length, 5);
  for (const row of rows) assert(!/\d\.\d\dx|tok\/s/.test(row), row);
});

Deno.test("a trial that was never judged does not say at which try it was", async () => {
  const all = await everything();
  using store = filled(all);
  assert(!(await text(store, `/trial/${idOf(all, "medusa")}.html`)).includes("Judged"));
  assertStringIncludes(await text(store, `/trial/${idOf(all, "int4")}.html`), "Judged at the first try");
});

Deno.test("few pairs are a reason to take care", async () => {
  const few = await recording(failed(trial("few"), [check(0.061, 0.034, 0.088, { n: 12 })]));
  using store = filled([few]);
  assertStringIncludes(await text(store, `/trial/${few.id}.html`), "but few pairs: 12 on arc_easy");
});

Deno.test("a yes or no is told in words on both sides of a flip", async () => {
  const all = await everything();
  using store = filled(all);
  const html = await text(store, `/trial/${idOf(all, "int4")}.html`);
  assertStringIncludes(html, "<h4>Baseline: right</h4>");
  assertStringIncludes(html, "<h4>Candidate: wrong</h4>");
});

Deno.test("the axis of ratios keeps its labels apart, whatever it spans", () => {
  for (const domain of [[0.67, 1.5], [0.67, 3.2], [0.09, 20]] as const) {
    const at = [...String(RatioAxis({ domain })).matchAll(/x="([\d.]+)"/g)].map(([, x]) => Number(x)).sort((
      a,
      b,
    ) => a - b);
    assert(at.length >= 3);
    assert(at.every((x, i) => i === 0 || x - at[i - 1]! >= 26), `${domain}: ${at}`);
  }
});

Deno.test("a count is drawn as a point against what is allowed, without an interval", async () => {
  const one = await recording(failed(trial("early_exit"), [breaches(17)]));
  using store = filled([one]);
  assertStringIncludes(await text(store, `/trial/${one.id}.html`), "none allowed");
});

Deno.test("the baseline's own row is judged by whether it holds 1x", async () => {
  const own = (low: number, high: number) => workload((low + high) / 2, (high - low) / 2);
  for (const [speed, said] of [[own(0.98, 1.03), "holds 1x"], [own(1.02, 1.06), "misses 1x"]] as const) {
    const again = await recording(recorded(trial("baseline again", { techniques: [] }), [speed]));
    using store = filled([again]);
    assertStringIncludes(await text(store, `/trial/${again.id}.html`), said);
  }
});
