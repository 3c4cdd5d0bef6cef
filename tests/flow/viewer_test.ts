/** Drives the viewer in a real browser; run by `deno task test:slow`. ASSAY_CHROMIUM names another browser binary. */
import type { Browser } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import { openStore, view } from "../../results/mod.ts";
import { everything } from "../results/every_row.ts";
import { failed, recording, trial } from "../results/fixture.ts";

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

async function withViewer(
  run: (browser: Browser, base: string, paths: readonly string[]) => Promise<void>,
): Promise<void> {
  using store = openStore(":memory:");
  const all = await everything();
  for (const one of all) store.append(one);
  const long = await recording(failed(trial("a_name_without_any_space_".repeat(9))));
  store.append(long);
  const ids = ["int8", "int4", "medusa"].map((name) =>
    all.find(({ outcome }) => outcome.trial.name === name)!.id
  );
  const server = view({ port: 0, host: "127.0.0.1", store });
  const browser = await chromium.launch({
    executablePath: Deno.env.get("ASSAY_CHROMIUM") ?? "/usr/bin/chromium",
    args: FLAGS,
  });
  try {
    const paths = ["", "refusals.html", "history.html", ...[...ids, long.id].map((id) => `trial/${id}.html`)];
    await run(browser, `http://127.0.0.1:${server.addr.port}/`, paths);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

Deno.test("pages draw their charts, log no error and ask only this machine", {
  sanitizeResources: false,
  sanitizeOps: false,
}, async () => {
  await withViewer(async (browser, base, paths) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
      page.on("pageerror", (error) => wrong.push(error.message));
      page.on("request", (request) => request.url().startsWith(base) || wrong.push(request.url()));
      page.on(
        "response",
        (response) => response.status() >= 400 && wrong.push(`${response.status()} ${response.url()}`),
      );
      for (const path of paths) {
        await page.goto(base + path, { waitUntil: "networkidle" });
        const blank = await page.evaluate(`[...document.querySelectorAll("canvas")].filter((canvas) =>
          !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)).length`);
        assertEquals(blank, 0, `${path} has a blank chart`);
      }
      assertEquals(wrong, []);
      await context.close();
    }
  });
});

Deno.test("tables are there with JavaScript off, on a small phone too", {
  sanitizeResources: false,
  sanitizeOps: false,
}, async () => {
  await withViewer(async (browser, base, paths) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
    });
    const page = await context.newPage();
    for (const path of paths) {
      await page.goto(base + path);
      assert(await page.locator("table tbody tr").count() > 0, `${path} has no table`);
      assert(await page.locator("table tbody tr").first().isVisible());
    }
    await context.close();
  });
});

Deno.test("no page is wider than a small phone, a wide screen or paper, whatever a name holds", {
  sanitizeResources: false,
  sanitizeOps: false,
}, async () => {
  await withViewer(async (browser, base, paths) => {
    for (const [media, width] of [["screen", 360], ["screen", 1200], ["print", 720]] as const) {
      const page = await browser.newPage({ viewport: { width, height: 740 } });
      await page.emulateMedia({ media });
      for (const path of paths) {
        await page.goto(base + path, { waitUntil: "networkidle" });
        const wide = await page.evaluate("document.documentElement.scrollWidth") as number;
        assert(wide <= width, `${path} is ${wide} wide on ${media} of ${width}`);
      }
      await page.close();
    }
  });
});

Deno.test("the keyboard reaches every link of the board with a visible focus", {
  sanitizeResources: false,
  sanitizeOps: false,
}, async () => {
  await withViewer(async (browser, base) => {
    const page = await browser.newPage();
    await page.goto(base);
    const links = await page.locator("a").count();
    const seen = new Set<string>();
    for (let i = 0; i < links + 8; i++) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(
        `(() => { const e = document.activeElement; return e === document.body ? "" :
        [getComputedStyle(e).outlineStyle, e.tagName, [...document.querySelectorAll("*")].indexOf(e)].join(" "); })()`,
      ) as string;
      if (focus.includes(" A ")) seen.add(focus);
    }
    assertEquals(seen.size, links);
    assert([...seen].every((focus) => !focus.startsWith("none")));
  });
});
