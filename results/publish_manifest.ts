/** The list of what a publish wrote, kept in the site's folder: each file's path and the digest of what was written. */
import { createHash } from "node:crypto";

export const MANIFEST = ".assay-published.json";
const LAYOUT = 1;

export type Manifest = ReadonlyMap<string, string>;

/** Lower case, so that no two paths are one where case is not told; no name hidden, steps nowhere, or too long for a disk. */
const PLAIN = /^(?=.{1,200}$)(?:[a-z0-9_][a-z0-9._-]*\/)*[a-z0-9_][a-z0-9._-]*\.[a-z0-9]+$/;

/** Whether a site may have a file at this path from its root. */
export const isPlainPath = (path: string): boolean => PLAIN.test(path) || path === ".nojekyll";

export const digestOf = (body: Uint8Array | string): string =>
  createHash("sha256").update(body).digest("hex");

export function writeManifest(files: Manifest): string {
  const about = "What `deno task publish` wrote here, and may replace or remove.";
  return JSON.stringify({ about, layout: LAYOUT, files: Object.fromEntries(files) });
}

/** Undefined where the text is no manifest of this version, or names a file that no site may have. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const { layout, files } = JSON.parse(text) as { layout: unknown; files: Record<string, unknown> };
    const entries = Object.entries(files);
    const isOurs = layout === LAYOUT &&
      entries.every(([path, digest]) => isPlainPath(path) && typeof digest === "string");
    return isOurs ? new Map(entries as [string, string][]) : undefined;
  } catch {
    return undefined;
  }
}
