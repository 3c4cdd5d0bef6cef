/** `deno task publish DIR`: the pages as files that any host can show, or none. */
import { UserError } from "../../engine/mod.ts";
import { plural } from "../figures.ts";
import { publishSite } from "../publish.ts";
import type { Shelf } from "../shelf.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { createApp } from "../viewer/app.tsx";
import { pagePath, places } from "../viewer/links.ts";
import { read } from "./arguments.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task publish",
  about: "writes the boards and trials as a site of files, to open from disk or put on any host",
  operand: { value: "DIR", about: "an empty or new folder, or one published to before" },
  options: {
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
    "base-url": {
      value: "URL",
      about:
        "where the site will be; adds a sitemap, a page for wrong addresses, and whole links in the feed",
    },
    title: { value: "TEXT", about: "the site's name; Assay where absent" },
  },
} as const;

/** Publishes; exit code 130 on Ctrl-C, which leaves the folder as it was. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const folder = values._[0]!;
  const url = values["base-url"] === undefined ? {} : { url: address(values["base-url"]) };
  const site = { ...url, ...(values.title === undefined ? {} : { title: values.title }) };
  using store = openStore(keptAt(values.store ?? storePath(), "publish"));
  const status = new StatusLine();
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  Deno.addSignalListener("SIGINT", stop);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const { pages, files, bytes, written, removed, kept, dangling } = await publishSite(
      createApp(store, site),
      folder,
      {
        site,
        first: [places.home, ...idsOf(store.shelf).map(places.trial)].map(pagePath),
        signal: stopped.signal,
        progress: (done, left) => {
          const remaining = Math.ceil(seconds() / done * left);
          status.show(
            `${done} of ${done + left} files made, about ${remaining} s left`,
            done / (done + left),
          );
        },
      },
    );
    status.clear();
    for (const path of kept) {
      console.error(
        `Left ${path}, which is no longer part of the site but was changed since it was published.`,
      );
    }
    for (const { from, to } of dangling) {
      console.error(
        `Left out ${to}, to which ${from || "the store's list"} leads, as there is nothing to show.`,
      );
    }
    console.log(
      `Published ${plural(pages, "page")} to ${folder}: ${plural(files, "file")}, ${
        (bytes / 1e6).toFixed(1)
      } MB, in ${seconds().toFixed(1)} s; ` +
        `${written} written, ${removed} removed, the others were as they should be.`,
    );
    console.log(`Open ${folder}/index.html, or put the folder on any web server.`);
    return 0;
  } catch (error) {
    if (!stopped.signal.aborted || error instanceof UserError) throw error;
    status.clear();
    console.error(`Interrupted. ${folder} is as it was.`);
    return 130;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

const AT_ONCE = 1000;

/** Of all recordings, the oldest first. */
function idsOf(shelf: Shelf): readonly string[] {
  const ids: string[] = [];
  for (let more = true; more;) {
    const { total, recordings } = shelf.list({}, ids.length, AT_ONCE);
    ids.push(...recordings.map(({ id }) => id));
    more = ids.length < total && recordings.length > 0;
  }
  return ids.reverse();
}

function address(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.search + url.hash !== "") {
    throw new UserError(
      `Cannot use --base-url ${text} as it must be where the site will be: an address such as https://example.org/boards/.`,
    );
  }
  return url.href.replace(/\/*$/, "/");
}
