/** The viewer's pages as a site of files: relative links, so that it works from any folder, host or disk. */
import { UserError } from "../engine/mod.ts";
import type { Site } from "./feed.ts";
import { type Changes, SiteFolder } from "./publish_folder.ts";
import { type Dangling, follow, pageOf, type Pages } from "./publish_pages.ts";
import { type Element, xml } from "./xml.ts";

export interface Publishing {
  readonly site: Site;
  /** Each page of this recording and more, from the root: what no other page may link to. */
  readonly first: readonly string[];
  /** How many files are there and how many more are known of. */
  readonly progress: (done: number, left: number) => void;
  readonly signal: AbortSignal;
}

export interface Published extends Changes {
  readonly pages: number;
  readonly dangling: readonly Dangling[];
}

/**
 * Writes the pages to the folder; files that are as they should be are left, those that a former publish wrote and no
 * page leads to are removed. Until all pages are made the folder is as it was.
 * @throws {UserError} when the folder is not ours to write; the signal's reason when it is given before the last page.
 */
export async function publishSite(
  pages: Pages,
  folder: string,
  { site: { url }, first, progress, signal }: Publishing,
): Promise<Published> {
  try {
    await using site = SiteFolder.take(folder);
    const dangling: Dangling[] = [];
    const shown: string[] = [];
    const write = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
      site.add(path, typeof body === "string" ? ENCODER.encode(body) : body);
    let done = 0;
    for await (const { path, body, left } of follow(pages, first, (link) => dangling.push(link))) {
      signal.throwIfAborted();
      await write(path, body);
      if (path.endsWith(".html")) shown.push(path);
      progress(++done, left);
    }
    signal.throwIfAborted();
    await write(".nojekyll", "");
    if (url !== undefined) {
      await write("sitemap.xml", sitemap(shown.map((path) => url + path)));
      await write("404.html", anchored(await pageOf(await pages.request("/404.html")), url));
    }
    return { ...await site.commit(), pages: shown.length, dangling };
  } catch (error) {
    throw writable(error, folder);
  }
}

const ENCODER = new TextEncoder();

/** https://www.sitemaps.org/protocol.html */
const MOST_IN_SITEMAP = 50_000;

const sitemap = (urls: readonly string[]) =>
  xml({
    name: "urlset",
    attributes: { xmlns: "http://www.sitemaps.org/schemas/sitemap/0.9" },
    children: urls.toSorted().slice(0, MOST_IN_SITEMAP).map((url): Element => ({
      name: "url",
      children: [{ name: "loc", children: [url] }],
    })),
  });

/** A page that hosts show at any address, so its links say the whole of theirs. */
const anchored = (html: string, url: string) =>
  html.replaceAll(/(\s(?:href|src)=")\.\//g, (_, start: string) => start + new URL(url).pathname);

function writable(error: unknown, folder: string): unknown {
  const code = String((error as { code?: unknown }).code);
  const why = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENAMETOOLONG"].includes(code)
    ? "it must be a folder that can be written"
    : code === "ENOSPC"
    ? "its disk must have room for the site"
    : undefined;
  return why === undefined ? error : new UserError(
    `Cannot publish to ${folder} as ${why}: ${
      (error as Error).message
    }. What was published before is as it was.`,
  );
}
