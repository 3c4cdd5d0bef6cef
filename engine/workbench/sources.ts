/** The code that makes weights, as a digest: what another version made is another thing. */
import { type Digest, digest } from "../stack.ts";

const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;
/** What a maker reads and walks with; it reaches them through a face, where its own imports are not followed. */
const OURS = ["../graph/attention.ts", "../graph/quantize.ts", "../weights/packed.ts"];
const WORKBENCH = [
  "layer_walk",
  "layer_weights",
  "walk_graph",
  "products",
  "head",
  "calibration_texts",
  "piece",
];

/** Of a maker's module, the modules that it imports up to the faces of rooms, and the workbench. */
export async function sourcesDigest(maker: string): Promise<Digest> {
  const texts = new Map<string, string>();
  const ours = [...OURS, ...WORKBENCH.map((name) => `./${name}.ts`)];
  for (const path of ours) {
    const url = new URL(path, import.meta.url);
    texts.set(url.href, await Deno.readTextFile(url));
  }
  await gather(maker, texts);
  return await digest([...texts.values()]);
}

async function gather(module: string, texts: Map<string, string>): Promise<void> {
  if (texts.has(module) || /\/mod\.[jt]s$/.test(module)) return;
  const text = await Deno.readTextFile(new URL(module)).catch(() => undefined);
  if (text === undefined) return;
  texts.set(module, text);
  for (const [, path] of text.matchAll(IMPORT)) await gather(new URL(path!, module).href, texts);
}
