/** The pictures of bits and of layers in a real browser; run by `deno task test:slow`. */
import { assert, assertEquals } from "@std/assert";
import { weighedRows } from "../results/weighed_rows.ts";
import { FREE, holding, inBrowser } from "./browser.ts";

const axe = await Deno.readTextFile(new URL("./axe.min.js", import.meta.resolve("axe-core")));

Deno.test(
  "pages of bits and layers are clean by axe, light and dark, and fit a phone and a wide screen",
  FREE,
  async () => {
    const all = await weighedRows();
    using store = holding(all);
    const id = (name: string) => all.find(({ outcome }) => outcome.trial.name === name)!.id;
    const paths = ["index.html", `trial/${id("mixed_6")}.html`, `trial/${id("gptq4")}.html`];
    await inBrowser(store, async (browser, base) => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [360, 1280]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 740 } });
          const page = await context.newPage();
          for (const path of paths) {
            await page.goto(base + path);
            const picture = await page.locator(".pareto svg:visible, .heat svg:visible").count();
            assert(picture > 0, `${path} shows no picture at ${width}`);
            assert(await page.evaluate("document.documentElement.scrollWidth") as number <= width, path);
            await page.evaluate(axe);
            const found = await page.evaluate(
              `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
              violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 200)].join(" | ")))`,
            );
            assertEquals(found, [], `${path} ${colorScheme} ${width}`);
          }
          await context.close();
        }
      }
    });
  },
);
