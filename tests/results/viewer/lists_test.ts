import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp, type Recording } from "../../../results/mod.ts";
import { textOf } from "../../../results/body.ts";
import { rowOf } from "../../../results/row.ts";
import { everything } from "../every_row.ts";
import { clock, failed, HARDWARE, recorded, recording, trial, workload } from "../fixture.ts";
import { Page } from "../../../results/viewer/page.tsx";
import { filled, text } from "../pages.ts";

const later = (outcome: Recording["outcome"], minutes: number, over: Partial<Recording["stamp"]> = {}) =>
  recording(outcome, { at: clock.now() + minutes * 60_000, ...over });

Deno.test("the list of boards has every board once, with its own machine, and finds one among many", async () => {
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      later(recorded(trial("int8"), [workload(1.5)]), i, {
        hardware: { ...HARDWARE, id: i.toString(16).padStart(64, "0"), cpu: `Machine ${i}` },
      })),
  );
  using store = filled(all);
  const first = await text(store, "/boards.html");
  assertStringIncludes(first, "60 of 60 boards shown, page 1 of 2");
  assertEquals(first.match(/<tr data-row/g)!.length, 50);
  assertEquals((await text(store, "/boards/2.html")).match(/<tr data-row/g)!.length, 10);
  const found = await text(store, "/boards.html?q=machine+17");
  assertStringIncludes(found, "1 of 60 boards shown");
  assertStringIncludes(found, "Machine 17, 4 cores");
  assert(!/\d\.\d\dx/.test(first), "boards are not ranked beside each other");
});

Deno.test("a filter that finds nothing says so and how to clear it, in the page that was asked for", async () => {
  using store = filled(await everything());
  const html = await text(store, "/index.html?q=nothing&sort=-speed");
  assertStringIncludes(html, "0 of 12 techniques shown");
  assertStringIncludes(html, '<a href="./index.html?sort=-speed" data-clear="true">clear</a>');
});

Deno.test("a table says which column it is sorted by, and a second click turns it round", async () => {
  using store = filled(await everything());
  const html = await text(store, "/index.html?sort=-speed&verdict=PASS");
  assertMatch(html, /aria-sort="descending"\s+data-sort="speed"/);
  assertStringIncludes(html, "./index.html?verdict=PASS&amp;sort=speed");
  const order = [...html.matchAll(/<b>([\d.]+)x<\/b>/g)].map(([, ratio]) => Number(ratio)).slice(0, 6);
  assertEquals(order, order.toSorted((a, b) => b - a));
});

Deno.test("refusals come in pages, by cause too, and no page is beyond the last", async () => {
  const all = await Promise.all(Array.from({ length: 90 }, (_, i) => later(failed(trial(`t${i}`)), i)));
  using store = filled(all);
  assertStringIncludes(await text(store, "/refusals.html"), 'href="./refusals/3.html"');
  assertEquals((await text(store, "/refusals/3.html")).match(/<th scope="row">/g)!.length, 10);
  assertEquals((await text(store, "/refusals/fail/2.html")).match(/<th scope="row">/g)!.length, 40);
  assertStringIncludes(await text(store, "/refusals/4.html", 404), "no such page");
  assertStringIncludes(await text(store, "/refusals/nonsense.html", 404), "no such cause");
});

Deno.test("no page of a board, of boards, techniques or a technique's rows is beyond the last, in any form", async () => {
  const all = await Promise.all(
    Array.from(
      { length: 70 },
      (_, i) =>
        later(
          recorded(
            trial(`t${i}`, { techniques: [...trial("int8").techniques, ...trial(`t${i}`).techniques] }),
            [
              workload(1.5),
            ],
          ),
          i,
        ),
    ),
  );
  using store = filled(all);
  const board = (await text(store, "/boards.html")).match(/board\/[^"]+(?=\.html)/)![0];
  for (
    const [place, pages] of [[board, 2], ["boards", 1], ["techniques", 2], ["technique/int8", 2]] as const
  ) {
    if (pages > 1) {
      const last = await text(store, `/${place}/${pages}.html`);
      assert(/<tr data-row/.test(last), place);
      assertStringIncludes(await text(store, `/${place}.html`), `${place.split("/").at(-1)}/${pages}.html"`);
    }
    for (const form of [`/${place}/${pages + 1}.html`, `/api/${place}/9.json`, `/api/${place}/9.csv`]) {
      assertStringIncludes(await text(store, form, 404), "no such page");
    }
  }
  assertStringIncludes(await text(store, `/${board}/2.html?q=t69`, 404), "no such page");
});

Deno.test("techniques come in pages that say so, each technique once", async () => {
  const all = await Promise.all(
    Array.from({ length: 61 }, (_, i) => later(recorded(trial(`t${i}`), [workload(1.5)]), i)),
  );
  using store = filled(all);
  const [first, second] = [await text(store, "/techniques.html"), await text(store, "/techniques/2.html")];
  assertStringIncludes(first, "61 of 61 techniques shown, page 1 of 2");
  const names = [first, second].map((html) =>
    [...html.matchAll(/technique\/(t\d+)\.html/g)].map(([, name]) => name)
  );
  assertEquals(names.map((list) => list.length), [60, 1]);
  assertEquals(new Set(names.flat()).size, 61);
});

Deno.test("of many records that cannot be read a page names some, and where all are", () => {
  const broken = Array.from({ length: 500 }, (_, i) => ({
    id: i.toString(16).padStart(64, "0"),
    why: i < 400 ? "its digest is another" : `reason ${i}`,
  }));
  const html = String(Page({ title: "x", place: "board/x", here: "none", broken }));
  assertStringIncludes(html, "500 records cannot be read");
  assertStringIncludes(html, "and 388 more");
  assertStringIncludes(html, "93 more reasons are not shown.");
  assertStringIncludes(html, 'href="../api/boards.json">All of them as JSON');
  assertEquals(html.match(/<code>/g)!.length, 12 + 7);
});

Deno.test("the page of a technique holds its rows of every board, with refusals, and averages nothing", async () => {
  const other = { ...HARDWARE, id: "c3".repeat(32), cpu: "Otherium" };
  const all = [
    await later(recorded(trial("int8"), [workload(1.5)]), 0),
    await later(failed(trial("int8")), 1, { hardware: other }),
    await later(
      recorded(trial("int8 + x", { techniques: ["int8", "x"].flatMap((name) => trial(name).techniques) }), [
        workload(2.5),
      ]),
      2,
    ),
  ];
  using store = filled(all);
  const html = await text(store, "/technique/int8.html");
  for (const shown of ["2 of 3 rows held quality, on 2 boards", "Otherium", "1.50x", "2.50x", "not timed"]) {
    assertStringIncludes(html, shown);
  }
  assert(!html.includes("2.00x"));
  assertStringIncludes(await text(store, "/techniques.html"), "2 of 3");
  assertStringIncludes(await text(store, "/technique/none.html", 404), "No technique of this name");
});

Deno.test("every table is there as CSV, and one of refused rows holds no speed", async () => {
  using store = filled(await everything());
  const app = createApp(store);
  for (const path of ["index", "boards", "techniques", "technique/int8", "refusals", "history", "imported"]) {
    const response = await app.request(`/api/${path}.csv`);
    assertEquals([response.status, response.headers.get("Content-Type")], [200, "text/csv; charset=utf-8"]);
  }
  const [head, ...lines] = (await text(store, "/api/index.csv")).trimEnd().split("\r\n");
  const ratio = head!.split(",").indexOf("ratio");
  const refused = lines.filter((line) => /,(FAIL|UNSURE|VOID|SKIPPED),/.test(line));
  assertEquals(refused.length, 5);
  for (const line of refused) assertEquals(line.split(",").slice(ratio, ratio + 12).join(""), "");
});

Deno.test("names that turn lines round are isolated and shown, and long ones are cut, wherever they stand", async () => {
  const name = `\u202eevil\u2066 ${"long ".repeat(100_000)}`;
  const all = [
    await later(failed(trial(name, { suite: name, workloads: [name] })), 0),
    await later(
      recorded(trial("int8", { suite: name, workloads: [name] }), [workload(1.5, 0.05, { workload: name })]),
      1,
    ),
  ];
  using store = filled(all);
  for (
    const path of [
      "/",
      "/boards.html",
      "/techniques.html",
      "/refusals.html",
      "/history.html",
      `/trial/${all[0]!.id}.html`,
    ]
  ) {
    const html = await text(store, path);
    assert(!/[\u202a-\u202e\u2066\u2067]/.test(html.replaceAll(/data-row="[^"]*"/g, "")), path);
    assertStringIncludes(html, "<bdi>");
    assert(html.length < 100_000, `${path}: ${html.length}`);
  }
});

Deno.test("where a recording came from stands on its board, its page and among the refusals", async () => {
  const mine = await later(recorded(trial("int8"), [workload(1.5)]), 0);
  const theirs = await later(failed(trial("int4")), 1);
  using store = filled([mine]);
  store.take([rowOf(theirs, textOf(theirs))], {
    digest: "d4".repeat(32),
    by: "ada\u202e",
    exportedAt: clock.now(),
    importedAt: clock.now(),
    whole: false,
  });
  for (const path of ["/", "/refusals.html"]) {
    assertStringIncludes(
      await text(store, path),
      "from ada\\u{202e}, unsigned, of an export cut short or edited",
    );
  }
  assertStringIncludes(
    await text(store, `/trial/${theirs.id}.html`),
    "none: whoever held the file could have written it",
  );
});
