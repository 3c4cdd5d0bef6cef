/** The history of a board with change points, a noise floor and a reference, in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { normals } from "../evals/check/normals.ts";
import { runs } from "../results/check/runs_over_time.ts";
import { DAY } from "../results/fixture.ts";
import { FREE, holding, inBrowser } from "./browser.ts";

const axe = await Deno.readTextFile(new URL("./axe.min.js", import.meta.resolve("axe-core")));

const about = (seed: number, ...levels: readonly number[]) =>
  levels.flatMap((level, i) => normals(10 * seed + i, 11).map((z) => level * Math.exp(0.015 * z)));

Deno.test(
  "change points, the noise floor and references are drawn, clean by axe, and fit a phone and a wide screen",
  FREE,
  async () => {
    const all = [
      ...await runs("int8", about(1, 1.8, 1.6)),
      ...await runs("prompt_lookup", about(2, 1.2, 1.2)),
      ...await runs("baseline again", about(3, 1, 1)),
    ];
    using store = holding(all);
    const why = "release 1.2, with a reason that is as long as reasons are where many had to agree on it";
    store.promote({ recording: all[3]!.id, at: Date.now(), by: "me", why, expires: Date.now() + 90 * DAY });
    await inBrowser(store, async (browser, base) => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [360, 1100]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
          const page = await context.newPage();
          await page.goto(`${base}history.html`, { waitUntil: "networkidle" });
          assertEquals(await page.getByRole("heading", { level: 2 }).allTextContents(), ["1 change point"]);
          assert(await page.evaluate("document.documentElement.scrollWidth") as number <= width);
          // The middle of the picture's left edge, at 1x, is grey where the floor is drawn, and not just above it.
          const inked = await page.evaluate(`(() => {
            const [chart] = Object.values(Chart.instances);
            const ratio = chart.currentDevicePixelRatio;
            const at = (value) => [...chart.ctx.getImageData(
              (chart.chartArea.left + 4) * ratio, chart.scales.y.getPixelForValue(value) * ratio, 1, 1).data];
            return [at(1.012)[3] > 0, at(1.08)[3] > 0];
          })()`);
          assertEquals(inked, [true, false]);
          await page.evaluate(axe);
          const found = await page.evaluate(
            `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id }) => id))`,
          );
          assertEquals(found, [], `${colorScheme} at ${width}`);
          await context.close();
        }
      }
    });
  },
);
