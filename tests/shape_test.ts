/** The house rules as a program: who may import whom, from the module graph that Deno itself reports, and sizes and names. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const ROOMS = ["engine", "datasets", "techniques", "evals", "results"] as const;
/** Entered from elsewhere than mod.ts: by a worker, by a process, by a user's copy, and by tests. */
const ENTRIES = [
  "mod.ts",
  "engine/engines/graph_worker.ts",
  "engine/engines/kv_calibration_worker.ts",
  "engine/engines/onnx_worker.ts",
  "engine/engines/transformers_js_worker.ts",
  "engine/engines/toy.ts",
  "evals/sandbox/python_guard.ts",
  "evals/sandbox/python_worker.ts",
  "results/exchange/examiner.ts",
  "results/templates/dataset.ts",
  "results/templates/suite.ts",
  "results/templates/technique.ts",
];
const CATCH_ALL = /(^|\/)(core|utils?|lib|libs|common|types|helpers?|misc|shared|base)(\/|\.[a-z]+$)/;

/** What each room may import of the others; every one may use its own files. */
const MAY: Readonly<Record<(typeof ROOMS)[number], readonly string[]>> = {
  engine: [],
  datasets: ["engine"],
  techniques: ["engine", "datasets"],
  evals: ["engine", "datasets", "techniques"],
  results: ["engine", "evals"],
};

/** Where each package may be imported: a file, or a folder with a slash at its end. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@huggingface/hub": ["engine/assets/hub.ts"],
  "@huggingface/jinja": ["engine/file_tokenizer.ts"],
  "@huggingface/tokenizers": ["engine/file_tokenizer.ts"],
  "@huggingface/transformers": ["engine/engines/"],
  "@stdlib/stats-base-dists-chisquare-cdf": ["evals/law.ts"],
  "@stdlib/stats-base-dists-t-quantile": [
    "evals/check/runs.ts",
    "evals/interval.ts",
    "evals/power.ts",
    "evals/slices.ts",
    "evals/speed.ts",
  ],
  "@zip.js/zip.js": ["engine/assets/wheel.ts"],
  "apache-arrow": ["datasets/source.ts"],
  "hono": ["results/viewer/", "engine/serve/"],
  "onnx-proto": ["engine/graph/builder.ts"],
  "onnxruntime-common": ["engine/engines/", "engine/workbench/"],
  "onnxruntime-node": ["engine/engines/"],
  "onnxruntime-web": ["engine/engines/"],
  "pyodide": ["evals/sandbox/"],
  "picocolors": ["results/check/check_text.ts", "results/terminal.ts", "results/verbs/"],
};

interface Edge {
  readonly from: string;
  /** Path from the root, or a specifier of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier: string };
      readonly type?: { readonly specifier: string };
    }[];
  }[];
}

async function graphOf(entry: string): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["info", "--json", entry],
    cwd: ROOT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const graphs = await Promise.all(ENTRIES.map(graphOf));
const modules = graphs.flatMap((graph) => graph.modules);
const relative = (specifier: string) =>
  specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
const edges: readonly Edge[] = modules.flatMap(({ specifier, dependencies = [] }) =>
  dependencies.map(({ code, type }) => ({
    from: relative(specifier),
    to: relative((code ?? type)!.specifier),
    typeOnly: code === undefined,
  }))
);
const roomOf = (path: string) => ROOMS.find((room) => path.startsWith(`${room}/`));
const between = edges.filter(({ from, to }) => roomOf(from) && roomOf(to) && roomOf(from) !== roomOf(to));

async function* files(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* files(`${folder}${name}/`);
    else yield `${folder}${name}`;
  }
}

async function sources(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) for await (const file of files(`${folder}/`)) found.push(file);
  return found.filter((file) => /\.(ts|tsx|js)$/.test(file));
}

Deno.test("every import resolves", () => {
  assertEquals(modules.filter(({ error }) => error !== undefined), []);
});

Deno.test("rooms import only what stands left of them", () => {
  assertEquals(between.filter(({ from, to }) => !MAY[roomOf(from)!].includes(roomOf(to)!)), []);
});

Deno.test("a room is entered through its mod.ts", () => {
  assertEquals(between.filter(({ to }) => to !== `${roomOf(to)}/mod.ts`), []);
});

Deno.test("only suites touch concrete techniques; the rest of evals knows their shape and how they compose", async () => {
  const known = ["Technique", "Claim", "Bottleneck", "compose"];
  for (const file of await sources(["evals"])) {
    if (file.startsWith("evals/suites/")) continue;
    const text = await Deno.readTextFile(new URL(file, ROOT));
    for (const [, names] of text.matchAll(/\{([^}]*)\}\s*from\s*"[./]*techniques\/mod\.ts"/g)) {
      const used = names!.split(",").map((name) => name.replace(/\btype\b/, "").trim()).filter(Boolean);
      assertEquals(used.filter((name) => !known.includes(name)), [], file);
    }
  }
});

Deno.test("each package is imported only where its trade is", () => {
  const imports = edges.flatMap(({ from, to }) => {
    const name = to.match(/^npm:\/?((?:@[^/@]+\/)?[^/@]+)/)?.[1];
    return name === undefined ? [] : [{ from, name }];
  });
  const allowed = ({ from, name }: { from: string; name: string }) =>
    PACKAGES[name]?.some((place) => place === from || (place.endsWith("/") && from.startsWith(place)));
  assertEquals(imports.filter((one) => !allowed(one)), []);
});

Deno.test("no code of a foreign host is imported", () => {
  assertEquals(edges.filter(({ to }) => /^(https?|jsr):/.test(to)), []);
});

Deno.test("no two files need each other to load", () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (!typeOnly && roomOf(to)) next.set(from, [...next.get(from) ?? [], to]);
  }
  const [done, path] = [new Set<string>(), [] as string[]];
  const visit = (file: string): void => {
    assert(!path.includes(file), `a circle: ${[...path, file].join(" -> ")}`);
    if (done.has(file)) return;
    path.push(file);
    next.get(file)?.forEach(visit);
    path.pop();
    done.add(file);
  };
  [...next.keys()].forEach(visit);
});

Deno.test("no file of a room is left out of the program", async () => {
  const reached = new Set(modules.map(({ specifier }) => relative(specifier)));
  const served = ["charts", "copy", "narrow"].map((name) => `results/viewer/${name}.js`);
  assertEquals((await sources(ROOMS)).filter((file) => !reached.has(file) && !served.includes(file)), []);
});

Deno.test("no file is longer than 300 lines", async () => {
  const long: string[] = [];
  for (const file of ["mod.ts", ...await sources([...ROOMS, ".std", "tests"])]) {
    const lines = (await Deno.readTextFile(new URL(file, ROOT))).trimEnd().split("\n").length;
    if (lines > 300) long.push(`${file}: ${lines}`);
  }
  assertEquals(long, []);
});

Deno.test("names are in snake_case, and none is a drawer for everything", async () => {
  const all = await sources([...ROOMS, "tests"]);
  assertEquals(all.filter((file) => !/^[a-z0-9_/]+\.(ts|tsx|js)$/.test(file)), []);
  assertEquals(all.filter((file) => CATCH_ALL.test(file)), []);
});
