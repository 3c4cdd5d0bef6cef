import { assert, assertEquals, assertMatch } from "@std/assert";
import { createApp } from "../../../results/mod.ts";
import { scopeKey } from "../../../results/scope.ts";
import { everything } from "../every_row.ts";
import { HARDWARE } from "../fixture.ts";
import { filled } from "../pages.ts";

Deno.test("every page that a page links to is there, in a file of its own name", async () => {
  using store = filled(await everything());
  const app = createApp(store);
  const seen = new Set<string>(["/index.html"]);
  for (const path of seen) {
    const response = await app.request(path);
    assertEquals(response.status, 200, path);
    assert(/\.\w+$/.test(path), `${path} does not end in a file's name`);
    if (!path.endsWith(".html")) continue;
    for (const [, link] of (await response.text()).matchAll(/(?:href|src)="([^"#?]+)"/g)) {
      seen.add(new URL(link!, `http://localhost${path}`).pathname);
    }
  }
  assert(seen.size > 30, [...seen].join(" "));
});

Deno.test("links to the pages as they were named before lead on", async () => {
  using store = filled(await everything());
  for (
    const [old, now] of [
      ["/?board=a.b", "board/a.b.html"],
      ["/history?board=a.b", "history/a.b.html"],
      ["/refusals", "refusals.html"],
      ["/trial/abc", "abc.html"],
    ] as const
  ) {
    const { status, headers } = await createApp(store).request(old);
    assertEquals([status, headers.get("Location")], [301, now]);
  }
});

Deno.test("a board's key names a file whatever a suite or workload is called, and no two boards share one", () => {
  const model = { name: "m", digest: "b2".repeat(32), precision: "f32" };
  const keys = ["../../etc/passwd", "a b", "a-b", "A", "a", "é", "x".repeat(999), "a\u202eb"].map((suite) =>
    scopeKey({ hardware: HARDWARE, model, suite, workload: "single_stream" })
  );
  for (const key of keys) assertMatch(key, /^[a-z0-9_-]{1,60}\.single_stream\.[0-9a-f]{16}$/);
  assertEquals(new Set(keys).size, keys.length);
});
