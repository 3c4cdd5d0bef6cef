/** Opens a published site in a real browser, from disk and under a folder of a web server; run by `deno task test:slow`. */
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import { createApp, openStore, publishSite } from "../../results/mod.ts";
import { everything } from "../results/every_row.ts";
import { failed, recording, trial } from "../results/fixture.ts";

// At import one of its packages looks under /proc for Windows, which Deno allows only with every permission; not so under test.
Deno.env.set("__IS_WSL_TEST__", "1");
const { chromium } = await import("playwright-core");
const AXE = await Deno.readTextFile(new URL("./axe.min.js", import.meta.resolve("axe-core")));

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
  json: "application/json",
};

/** Publishes a board with every kind of row and a hostile one; gives the folder and its pages. */
async function withSite(run: (folder: string, pages: readonly string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = openStore(":memory:");
    for (const one of await everything()) store.append(one);
    store.append(await recording(failed(trial(`<img src=x onerror=alert(1)>"'\u202e`))));
    const first = ["index.html", ...Array.from(store.read(), ({ id }) => `trial/${id}.html`)];
    const signal = new AbortController().signal;
    await publishSite(createApp(store), folder, { site: {}, first, signal, progress: () => {} });
    const { files } = JSON.parse(await Deno.readTextFile(`${folder}/.assay-published.json`));
    await run(folder, Object.keys(files).filter((path) => path.endsWith(".html")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function inBrowser(run: (page: Page, wrong: string[]) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: Deno.env.get("ASSAY_CHROMIUM") ?? "/usr/bin/chromium",
    args: FLAGS,
  });
  try {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on(
      "console",
      (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()),
    );
    page.on("pageerror", (error) => wrong.push(error.message));
    // Aborted: the icon of a page that was left before it was read.
    page.on(
      "requestfailed",
      (request) => request.failure()?.errorText === "net::ERR_ABORTED" || wrong.push(request.url()),
    );
    page.on("response", (response) => response.status() >= 400 && wrong.push(response.url()));
    await run(page, wrong);
  } finally {
    await browser.close();
  }
}

/** Opens every page; each must load its style and script and draw its charts, and ask nothing from elsewhere. */
async function openAll(page: Page, base: string, pages: readonly string[], wrong: string[]): Promise<void> {
  page.on("request", (request) => request.url().startsWith(base) || wrong.push(request.url()));
  let charts = 0;
  for (const path of pages) {
    await page.goto(base + path, { waitUntil: "load" });
    const [styled, drawn, blank] = await page.evaluate(`(() => {
      const canvases = [...document.querySelectorAll("canvas")];
      const isBlank = (canvas) => !canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
      return [getComputedStyle(document.querySelector("a.skip")).position === "absolute",
        canvases.length, canvases.filter(isBlank).length];
    })()`) as [boolean, number, number];
    assert(styled, `${path} has no style`);
    assertEquals(blank, 0, `${path} has a blank chart`);
    charts += drawn;
  }
  assert(charts > 0);
}

/** From the board to a trial, its JSON, back, and to the history and a run of it, by the links of the pages. */
async function walk(page: Page, base: string): Promise<void> {
  await page.goto(`${base}index.html`);
  await page.locator('main a[href*="trial/"]').first().click();
  assert(page.url().startsWith(`${base}trial/`), page.url());
  await page.locator('footer a[href$=".json"]').click();
  assert(page.url().startsWith(`${base}api/trial/`), page.url());
  await page.goBack();
  await page.locator('nav a:text-is("History")').click();
  assert(page.url().startsWith(`${base}history/`), page.url());
  await page.locator('table a[href*="trial/"]').first().click();
  assert(page.url().startsWith(`${base}trial/`), page.url());
  await page.locator("a.brand").click();
  assertEquals(page.url(), `${base}index.html`);
}

/** Filters and sorts the board, whose address then says so; the same address shows the same. */
async function narrow(page: Page, base: string): Promise<void> {
  await page.goto(`${base}index.html`);
  const board = page.locator("table[data-table=board]").first();
  const names = () =>
    board.locator("tbody[data-rows] tr:visible th").allInnerTexts().then((all) =>
      all.map((text) => text.split("\n")[0]!)
    );
  const all = await names();
  await page.locator("select[name=verdict]").selectOption("FAIL");
  const failed = await names();
  assert(failed.length > 0 && failed.length < all.length && failed.every((name) => all.includes(name)));
  assert(page.url().endsWith("?verdict=FAIL"), page.url());
  await page.reload();
  assertEquals(await names(), failed);
  await page.locator("a[data-clear]").click();
  assertEquals(await names(), all);
  await board.locator("th[data-sort=name] a.sort").click();
  const sorted = await names();
  assertEquals(sorted, all.toSorted());
  assert(page.url().endsWith("?sort=name"), page.url());
}

/** Nothing that axe calls serious on a page of each kind. */
async function audit(page: Page, base: string, pages: readonly string[]): Promise<void> {
  const kinds = [...new Map(pages.map((path) => [path.split("/")[0]!, path])).values()];
  for (const path of kinds) {
    await page.goto(base + path);
    await page.evaluate(AXE);
    const found = await page.evaluate(
      `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id }) => id))`,
    );
    assertEquals(found, [], path);
  }
}

const LOOSE = { sanitizeResources: false, sanitizeOps: false };

Deno.test("a published site works from disk", LOOSE, async () => {
  await withSite((folder, pages) =>
    inBrowser(async (page, wrong) => {
      await openAll(page, `file://${folder}/`, pages, wrong);
      await walk(page, `file://${folder}/`);
      await narrow(page, `file://${folder}/`);
      assertEquals(wrong, []);
      await audit(page, `file://${folder}/`, pages);
    })
  );
});

Deno.test("a published site works under any folder of a web server", LOOSE, async () => {
  await withSite(async (folder, pages) => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { pathname } = new URL(request.url);
      // What browsers ask of every host for a page without an icon, such as JSON.
      if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
      const path = pathname.replace("/some/where/", "");
      const type = TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
      const body = await Deno.readFile(`${folder}/${path}`).catch(() => undefined);
      return body === undefined
        ? new Response("none", { status: 404 })
        : new Response(body, { headers: { "Content-Type": type } });
    });
    await inBrowser(async (page, wrong) => {
      const base = `http://127.0.0.1:${server.addr.port}/some/where/`;
      await openAll(page, base, pages, wrong);
      await walk(page, base);
      await narrow(page, base);
      assertEquals(wrong, []);
    });
    await server.shutdown();
  });
});

Deno.test("a browser reads the feed as XML, with a page for each entry", LOOSE, async () => {
  await withSite((folder, pages) =>
    inBrowser(async (page) => {
      await page.goto("about:blank");
      const atom = JSON.stringify(await Deno.readTextFile(`${folder}/feed.xml`));
      const [errors, namespace, links, ids] = await page.evaluate(`(() => {
        const feed = new DOMParser().parseFromString(${atom}, "application/xml");
        const of = (name) => [...feed.getElementsByTagName(name)];
        return [of("parsererror").length, feed.documentElement.namespaceURI,
          of("entry").map((entry) => entry.getElementsByTagName("link")[0].getAttribute("href").slice(2)),
          of("id").map((id) => id.textContent)];
      })()`) as [number, string, string[], string[]];
      assertEquals([errors, namespace], [0, "http://www.w3.org/2005/Atom"]);
      assert(links.length > 0 && links.every((link) => pages.includes(link)));
      assertEquals(new Set(ids).size, links.length + 1);
    })
  );
});
