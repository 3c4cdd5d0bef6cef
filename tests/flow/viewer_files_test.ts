/** The pages as files, opened without a server: the script narrows and sorts as the server would have. */
import { assert, assertEquals } from "@std/assert";
import { createApp, type ResultsStore } from "../../results/mod.ts";
import { FREE, holding, kinds, launch, rows } from "./browser.ts";

/** Writes every page and file that links lead to. */
async function written(store: ResultsStore, folder: string): Promise<void> {
  const app = createApp(store);
  const seen = new Set(["index.html"]);
  for (const path of seen) {
    const body = new Uint8Array(await (await app.request(`/${path}`)).arrayBuffer());
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(file, body);
    if (!path.endsWith(".html")) continue;
    for (const [, link] of new TextDecoder().decode(body).matchAll(/(?:href|src)="([^"#?]+)/g)) {
      seen.add(new URL(link!, `http://site/${path}`).pathname.slice(1));
    }
  }
}

const NAMES = `[...document.querySelectorAll("table[data-table] tbody[data-rows] tr")]
  .filter((row) => row.checkVisibility()).map((row) => row.querySelector("th").textContent)`;

Deno.test(
  "on files the script finds the same rows in the same order as the server, and the address restores them",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    const folder = await Deno.makeTempDir();
    const browser = await launch();
    try {
      await written(store, folder);
      const board = kinds(all).find((path) => /^board\/[^?]*$/.test(path))!;
      const pages = [board, "index.html", "boards.html", "techniques.html", "technique/int8.html"];
      const queries = [
        "sort=-name",
        "sort=-speed",
        "sort=speed",
        "sort=-quality",
        "sort=ttft",
        "verdict=FAIL&sort=name",
        "q=INT8+memory",
        "claim=equivalent&slot=model&sort=-at",
        "workload=single_stream",
        "q=nothing+is+called+so",
      ];
      const plain = await browser.newPage({ javaScriptEnabled: false });
      const scripted = await browser.newPage();
      const app = createApp(store);
      for (const path of pages) {
        for (const query of queries) {
          await plain.setContent(await (await app.request(`/${path}?${query}`)).text());
          await scripted.goto(`file://${folder}/${path}?${query}`);
          assertEquals(await scripted.evaluate(NAMES), await plain.evaluate(NAMES), `${path}?${query}`);
        }
      }
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "what is typed narrows at once, says how many are left, is kept in the address, and clears",
  FREE,
  async () => {
    const all = await rows();
    using store = holding(all);
    const folder = await Deno.makeTempDir();
    const browser = await launch();
    try {
      await written(store, folder);
      const page = await browser.newPage();
      await page.goto(`file://${folder}/index.html`);
      await page.fill("input[name=q]", "no such name");
      assertEquals(await page.textContent("[data-shown]"), "0 of 14 techniques shown");
      assert(page.url().endsWith("?q=no+such+name"), page.url());
      await page.click("[data-clear]");
      assertEquals(await page.textContent("[data-shown]"), "14 of 14 techniques shown");
      await page.selectOption("select[name=verdict]", "FAIL");
      await page.click('table.board th[data-sort="name"] a');
      await page.reload();
      assertEquals(await page.getAttribute('table.board th[data-sort="name"]', "aria-sort"), "ascending");
      assertEquals(await page.inputValue("select[name=verdict]"), "FAIL");
      assertEquals(await page.textContent("[data-shown]"), "4 of 14 techniques shown");
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
