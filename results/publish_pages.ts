/** Every page of the viewer, found by following its links without a server. */
import { UserError } from "../engine/mod.ts";
import { isPlainPath } from "./publish_manifest.ts";

/** What answers for a path, as the viewer does. */
export interface Pages {
  request(path: string): Response | Promise<Response>;
}

export interface File {
  /** From the site's root. */
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Files known of so far that are still to come. */
  readonly left: number;
}

/** A link that leads nowhere in the site. */
export interface Dangling {
  readonly from: string;
  readonly to: string;
}

/** Each page and file that `first` or a page's links lead to, once; what is not there is told to `dangling`. */
export async function* follow(
  pages: Pages,
  first: readonly string[],
  dangling: (link: Dangling) => void,
): AsyncIterable<File> {
  const from = new Map(first.map((path) => [path, ""]));
  const waiting = [...first];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const response = isPlainPath(path) ? await pages.request(`/${path}`) : undefined;
    if (response?.status === 500) throw new UserError(`Cannot publish ${path}: ${await messageOf(response)}`);
    if (response?.status !== 200) {
      dangling({ from: from.get(path)!, to: path });
      continue;
    }
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/html")) {
      yield { path, body: new Uint8Array(await response.arrayBuffer()), left: waiting.length };
      continue;
    }
    const html = await pageOf(response);
    for (const to of linksOf(html, path)) {
      if (from.has(to)) continue;
      from.set(to, path);
      waiting.push(to);
    }
    yield { path, body: html, left: waiting.length };
  }
}

/** The paths within the site that a page links to; its own text holds no quote that could pass for an attribute's. */
export function linksOf(html: string, path: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, link] of html.matchAll(/\s(?:href|src)="([^"#?]*)/g)) {
    const { origin, pathname } = new URL(link!.replaceAll("&amp;", "&"), `${HERE}/${path}`);
    if (link !== "" && origin === HERE) found.add(pathname.slice(1));
  }
  return found;
}

const HERE = "http://site.invalid";

/** The page with its policy inside, since files have no headers; what a page cannot ask of itself is left out. */
export async function pageOf(response: Response): Promise<string> {
  const policy = response.headers.get("Content-Security-Policy")!.replace(/;\s*frame-ancestors[^;]*/, "");
  const head = `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return (await response.text()).replace("<head>", () => head);
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  return /<p class="lead">([^<]*)/.exec(text)?.[1] ?? /^\{"error":"([^"\\]*)"\}$/.exec(text)?.[1] ??
    "it cannot be made";
}
