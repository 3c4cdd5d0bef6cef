/**
 * Every tensor of the default model, and of small files in each format that we read, as our reader and as the `gguf`
 * package see them: same names, same shapes, same 32-bit floats.
 *
 * Needs Python 3.11 with `pip install gguf==0.19.0`. Run:
 * deno run -A tests/parity/gguf/parity.ts --python VENV/bin/python      (or ASSAY_PEER_PYTHON)
 */
import { defaultModel } from "../../../engine/mod.ts";
import { openGguf } from "../../../engine/weights/mod.ts";
import { keep, main, peer, PythonPeer } from "../peer.ts";

const PEER = new URL("peer.py", import.meta.url);

interface Announced {
  readonly file: string;
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

interface Compared {
  tensors: number;
  values: number;
  largestDifference: number;
  /** Tensors whose name, type or shape is not the same, or that hold another value. */
  readonly different: string[];
}

await main(async () => {
  const python = peer("python", "ASSAY_PEER_PYTHON", "Install it with `pip install gguf==0.19.0`.");
  const folder = await Deno.makeTempDir();
  try {
    const model = (await defaultModel()).file;
    const small: string[] = [];
    await using writer = new PythonPeer(python, PEER, ["--write", folder]);
    for (let made; (made = await writer.line<{ path: string }>());) small.push(made.path);

    const found = new Map<string, Compared>();
    await using reader = new PythonPeer(python, PEER, [model, ...small]);
    const versions = (await reader.line<Record<string, string>>())!;
    const unseen = new Map([model, ...small].map((file) => {
      using weights = openGguf(file);
      return [file, new Set(weights.names())];
    }));
    for (let told; (told = await reader.line<Announced>());) {
      const theirs = await reader.floats(told.shape.reduce((product, n) => product * n, 1));
      unseen.get(told.file)!.delete(told.name);
      const group = `${told.file === model ? "model" : "written"} ${told.type}`;
      const compared = found.get(group) ??
        found.set(group, { tensors: 0, values: 0, largestDifference: 0, different: [] }).get(group)!;
      compare(told, theirs, compared);
    }
    const missed = [...unseen.values()].flatMap((names) => [...names]);
    await keep(import.meta.url, versions, { formats: Object.fromEntries(found), missed });
    return missed.length === 0 && [...found.values()].every(({ different }) => different.length === 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function compare({ file, name, type, shape }: Announced, theirs: Float32Array, into: Compared): void {
  using weights = openGguf(file);
  const ours = weights.read(name);
  into.tensors++;
  into.values += theirs.length;
  let largest = 0;
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[i]! - theirs[i]!);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  into.largestDifference = Math.max(into.largestDifference, largest);
  const same = ours.length === theirs.length && weights.stored(name) === type &&
    String(weights.shape(name)) === String(shape);
  if (!same || largest !== 0) into.different.push(`${name} ${type} [${shape}]`);
}
