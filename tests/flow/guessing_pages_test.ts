/** The page of a speculative decoder in a real browser; run by `deno task test:slow`. */
import { assert, assertEquals } from "@std/assert";
import { guessingRows } from "../results/guessing_rows.ts";
import { FREE, holding, inBrowser } from "./browser.ts";

const axe = await Deno.readTextFile(new URL("./axe.min.js", import.meta.resolve("axe-core")));

Deno.test(
  "the page of guesses is clean by axe, light and dark, and fits a phone and a wide screen",
  FREE,
  async () => {
    const all = await guessingRows();
    using store = holding(all);
    const { id } = all.find(({ outcome }) => outcome.trial.name === "prompt_lookup")!;
    await inBrowser(store, async (browser, base) => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [360, 1280]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 740 } });
          const page = await context.newPage();
          await page.goto(`${base}trial/${id}.html`);
          const rows = page.getByRole("region", { name: "Guesses by workload" }).locator("tbody tr");
          assertEquals(await rows.count(), 2);
          assert(await page.evaluate("document.documentElement.scrollWidth") as number <= width);
          await page.evaluate(axe);
          const found = await page.evaluate(
            `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 200)].join(" | ")))`,
          );
          assertEquals(found, [], `${colorScheme} ${width}`);
          await context.close();
        }
      }
    });
  },
);
