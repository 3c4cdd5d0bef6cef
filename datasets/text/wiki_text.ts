/**
 * Articles of the English Wikipedia in three splits that share no article: one to measure on, one to calibrate on and
 * one to build workloads from. An article's split is drawn from its id.
 */
import { type Dataset, hash, type Text } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { text } from "../source.ts";

const ARTICLE = /<doc id="(\d+)"[^>]*>\n([\s\S]*?)\n?<\/doc>/g;
/** Shorter articles say little about a model. */
const MIN_CHARACTERS = 1500;
const SPLITS = ["test", "calibration", "workload"] as const;
/** Drawn for calibration, but written over the same lines as articles that are measured on or timed: left out. */
const TWINS: ReadonlySet<string> = new Set(["8722189", "8722540", "8725535", "27084482"]);

/** The articles of a file, with their split. */
export function* articles(file: string): Iterable<Text & { readonly split: (typeof SPLITS)[number] }> {
  for (const [, id, body] of file.matchAll(ARTICLE)) {
    const content = body!.replaceAll(/<[^>]+>/g, "").trim();
    if (content.length < MIN_CHARACTERS) continue;
    const split = SPLITS[hash(`split:${id}`) % 3]!;
    if (split === "calibration" && TWINS.has(id!)) continue;
    yield { id: id!, cluster: id!, slices: [], text: content, split };
  }
}

function split(name: (typeof SPLITS)[number], size: number): Dataset<Text> {
  return {
    name: name === "test" ? "wiki_text" : `wiki_text_${name}`,
    version: "1",
    source: `${from(FILES.wiki)}; Wikipedia`,
    license: "CC BY-SA 4.0",
    split: name,
    digest: FILES.wiki.sha256,
    size,
    async *samples() {
      for (const article of articles(await text(FILES.wiki))) if (article.split === name) yield article;
    },
  };
}

export const wikiText = split("test", 113);
export const wikiTextCalibration = split("calibration", 95);
export const wikiTextWorkload = split("workload", 98);
