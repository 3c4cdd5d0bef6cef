/** Drives the viewer in a real browser; run by `deno task test:slow`. */
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import { FREE, holding, inBrowser, kinds, rows } from "./browser.ts";

const axe = await Deno.readTextFile(new URL("./axe.min.js", import.meta.resolve("axe-core")));

/** What went wrong on a page while it was open. */
function watched(page: Page, base: string): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => request.url().startsWith(base) || wrong.push(request.url()));
  page.on(
    "response",
    (response) => response.status() >= 400 && wrong.push(`${response.status()} ${response.url()}`),
  );
  return wrong;
}

Deno.test(
  "pages draw their charts, log no error, ask only this machine, and weigh at most 400 kB",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    await inBrowser(store, async (browser, base) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ colorScheme });
        const page = await context.newPage();
        const wrong = watched(page, base);
        for (const path of kinds(all)) {
          const response = await page.goto(base + path, { waitUntil: "networkidle" });
          const weight = (await response!.body()).length;
          assert(weight <= 400_000, `${path} weighs ${weight}`);
          const blank = await page.evaluate(`[...document.querySelectorAll("canvas")].filter((canvas) =>
          !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)).length`);
          assertEquals(blank, 0, `${path} has a blank chart`);
        }
        assertEquals(wrong, []);
        await context.close();
      }
    });
  },
);

Deno.test(
  "axe finds nothing serious on any kind of page, light or dark, on a phone or a wide screen",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    using empty = holding([]);
    for (
      const [from, paths] of [
        [store, [...kinds(all), "nowhere.html", "trial/abc.html"]],
        [empty, ["", "boards.html", "techniques.html", "refusals.html", "history.html", "imported.html"]],
      ] as const
    ) {
      await inBrowser(from, async (browser, base) => {
        for (const colorScheme of ["light", "dark"] as const) {
          for (const width of [360, 1280]) {
            const context = await browser.newContext({ colorScheme, viewport: { width, height: 740 } });
            const page = await context.newPage();
            for (const path of paths) {
              await page.goto(base + path);
              await page.evaluate(axe);
              const found = await page.evaluate(
                `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
              violations.filter(({ impact }) => impact === "serious" || impact === "critical")
                .map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 200), nodes[0].failureSummary].join(" | ")))`,
              );
              assertEquals(found, [], `${path} ${colorScheme} ${width}`);
            }
            await context.close();
          }
        }
      });
    }
  },
);

Deno.test("tables are there with JavaScript off, on a small phone too", FREE, async () => {
  const all = await rows();
  using store = holding(all);
  await inBrowser(store, async (browser, base) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
    });
    const page = await context.newPage();
    for (const path of kinds(all).filter((path) => !/imported|q=nothing/.test(path))) {
      await page.goto(base + path);
      assert(await page.locator("table tbody tr").count() > 0, `${path} has no table`);
      assert(await page.locator("table tbody tr").first().isVisible());
    }
    await context.close();
  });
});

Deno.test(
  "no page is wider than a small phone, a wide screen or paper, whatever a name holds",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    await inBrowser(store, async (browser, base) => {
      for (const [media, width] of [["screen", 360], ["screen", 1280], ["print", 720]] as const) {
        const page = await browser.newPage({ viewport: { width, height: 740 } });
        await page.emulateMedia({ media });
        for (const path of kinds(all)) {
          await page.goto(base + path, { waitUntil: "networkidle" });
          const wide = await page.evaluate("document.documentElement.scrollWidth") as number;
          assert(wide <= width, `${path.slice(0, 80)} is ${wide} wide on ${media} of ${width}`);
        }
        await page.close();
      }
    });
  },
);

Deno.test(
  "the keyboard reaches every link, field and point of the board with a visible focus",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    await inBrowser(store, async (browser, base) => {
      const page = await browser.newPage();
      await page.goto(base);
      const wanted = await page.evaluate(
        `[...document.querySelectorAll("a, input:not([type=hidden]), select")].filter((one) => one.checkVisibility()).length`,
      ) as number;
      const seen = new Set<string>();
      for (let i = 0; i < wanted + 10; i++) {
        await page.keyboard.press("Tab");
        const focus = await page.evaluate(
          `(() => { const e = document.activeElement; return e === document.body ? "" :
        [getComputedStyle(e).outlineStyle, e.tagName.toUpperCase(), [...document.querySelectorAll("*")].indexOf(e)].join(" "); })()`,
        ) as string;
        if (/ (A|INPUT|SELECT) /.test(focus)) seen.add(focus);
      }
      assertEquals(seen.size, wanted);
      assertEquals([...seen].filter((focus) => focus.startsWith("none")), []);
    });
  },
);
