/** The code that makes weights, as a digest: what another version made is another thing. */
import { moduleTexts } from "../module_texts.ts";
import { type Digest, digest } from "../stack.ts";

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
  const ours = [...OURS, ...WORKBENCH.map((name) => `./${name}.ts`)];
  const texts = await Promise.all(ours.map((path) => Deno.readTextFile(new URL(path, import.meta.url))));
  // One that is not a file is pinned by its own address.
  if (!maker.startsWith("file:")) return await digest([...texts, maker]);
  const own = await moduleTexts(maker, (url) => /\/mod\.[jt]s$/.test(url));
  return await digest([...texts, ...own.values()]);
}
