import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { feed, type Recording, type Site } from "../../results/mod.ts";
import { everything } from "./every_row.ts";
import { DAY, failed, recording, trial, unmeasured } from "./fixture.ts";
import { filled, idOf, text } from "./pages.ts";

/** The feed of a store that holds these. */
function feedOf(recordings: readonly Recording[], site: Site = {}): string {
  using store = filled(recordings);
  return feed(store.shelf, site, pageOf);
}

const pageOf = (id: string) => `trial/${id}.html`;
const entries = (atom: string) => atom.match(/<entry>.*?<\/entry>/gs) ?? [];

Deno.test("a recording is an entry that says verdict, technique and scope, and links to its page", async () => {
  const one = await recording(failed(trial("int4")), { at: Date.UTC(2026, 0, 5, 12) });
  const [entry] = entries(feedOf([one]));
  const id = btoa(String.fromCharCode(...one.id.match(/../g)!.map((pair) => parseInt(pair, 16))))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  assertEquals(
    entry,
    "<entry><title>FAIL int4: Toy-135M, f32 from Q4_1, on Testium 9000, native, 4 threads; suite standard</title>" +
      `<id>ni:///sha-256;${id}</id><updated>2026-01-05T12:00:00.000Z</updated>` +
      `<link rel="alternate" href="./trial/${one.id}.html"/>` +
      "<summary>Quality was lost: acc of arc_easy lost 6.1 pp [3.4, 8.8] over 600 samples; 2.0 pp is allowed.</summary></entry>",
  );
});

Deno.test("the latest fifty recordings stand in the feed, the latest first", async () => {
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, i) => recording(failed(trial(`t${i}`)), { at: (i * 37 % 60) * DAY })),
  );
  const times = entries(feedOf(all)).map((entry) => /<updated>(.*?)</.exec(entry)![1]!);
  assertEquals(times.length, 50);
  assertEquals(times, times.toSorted().reverse());
  assertEquals(times[0], new Date(59 * DAY).toISOString());
});

Deno.test("a refusal carries no speed", async () => {
  const all = (await everything()).filter(({ outcome }) => outcome.kind !== "recorded");
  assert(!/\dx\b|tok\/s/.test(feedOf(all)));
});

Deno.test("an address makes the feed's links whole and gives it its name", async () => {
  const one = await recording(failed(trial("int4")));
  const atom = feedOf([one], { url: "https://example.org/a&b/", title: "Ours" });
  for (
    const part of [
      "<id>https://example.org/a&amp;b/feed.xml</id>",
      '<link rel="self" href="https://example.org/a&amp;b/feed.xml"/>',
      `href="https://example.org/a&amp;b/trial/${one.id}.html"`,
      "<title>Ours: new recordings</title>",
    ]
  ) assertStringIncludes(atom, part);
});

Deno.test("what XML cannot carry and what would steer a reader come out as harmless text", async () => {
  const hostile = "]]><script>&\0\ud800\ufffe\u202e";
  const all = [
    await recording(failed(trial(hostile)), { at: 1e300 }),
    await recording(unmeasured(trial("long"), "void", "y".repeat(1_000_000)), { at: -1e300 }),
  ];
  const atom = feedOf(all, { title: hostile });
  assert(!/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(atom));
  assert(!atom.includes("<script") && !atom.includes("\u202e"));
  assertStringIncludes(atom, "]]&gt;&lt;script&gt;&amp;\\u{0}");
  assert(atom.length < 4000);
  assertStringIncludes(atom, "<updated>1970-01-01T00:00:00.000Z</updated>");
});

Deno.test("the viewer serves the feed, and every page names it", async () => {
  const all = await everything();
  using store = filled(all);
  assertEquals(entries(await text(store, "/feed.xml")).length, all.length);
  assertStringIncludes(
    await text(store, `/trial/${idOf(all, "int8")}.html`),
    '<link rel="alternate" href="../feed.xml" type="application/atom+xml"',
  );
  using empty = filled([]);
  assertEquals(entries(await text(empty, "/feed.xml")), []);
});
