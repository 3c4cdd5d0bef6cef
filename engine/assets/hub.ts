/**
 * Models of a hub in the cache folder: hub/HOST/OWNER--NAME/COMMIT holds a model folder, and snapshot.json once it is
 * whole; refs/REVISION holds the commit that a branch or tag was when the hub was last reached.
 */
import { UserError } from "../engine.ts";
import { BESIDE, INDEX, shards, SINGLE } from "../weights/folder.ts";
import { cacheFolder, explain } from "./cache_folder.ts";
import { hubCall, type HubModel, parseHubModel, Unreachable, unreached } from "./hub_client.ts";
import { fetchHubFile, type Listed } from "./hub_file.ts";
import { sha256OfFile } from "./pinned.ts";
import { type FetchProgress, stopping } from "./wheel.ts";

/** A model folder as the hub had it at a commit. */
export interface Snapshot {
  readonly name: string;
  /** With the commit, e.g. "hf:OWNER/NAME@0123...". */
  readonly source: string;
  readonly folder: string;
  /** SHA-256 of each file, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Why the hub was not asked what the revision is now, where it could not be. */
  readonly offline?: string;
}

type Call = ReturnType<typeof hubCall>;

/**
 * The model that `text` ("hf:OWNER/NAME@REVISION") names, fetched where it is not in the cache; a commit that is there
 * needs no hub, and a branch or tag that was seen needs none where it cannot be reached. Files are checked by hash.
 * @throws {UserError} when it cannot be had whole, or is no model in safetensors.
 */
export async function fetchHub(text: string, progress: FetchProgress = () => {}): Promise<Snapshot> {
  const model = parseHubModel(text);
  const call = hubCall(model, stopping.signal);
  const home = `${cacheFolder()}/hub/${encodeURIComponent(call.host)}/${model.owner}--${model.name}`;
  const reference = `${home}/refs/${encodeURIComponent(model.revision)}`;
  try {
    const { commit, offline } = await resolve(model, call, home, reference);
    const folder = `${home}/${commit}`;
    await Deno.mkdir(folder, { recursive: true });
    // Another run that fetches the same waits here; the system takes the lock from one that is killed.
    using lock = await Deno.open(`${folder}/.lock`, { write: true, create: true });
    await lock.lock(true);
    const files = await whole(folder) ?? await fetchFiles(model, call, commit, folder, progress);
    await Deno.mkdir(`${home}/refs`, { recursive: true });
    await Deno.writeTextFile(reference, commit);
    const source = `hf:${model.owner}/${model.name}@${commit}`;
    return { name: model.name, source, folder, files, ...(offline === undefined ? {} : { offline }) };
  } catch (error) {
    throw explain(error);
  }
}

/** The commit that a revision is. */
async function resolve(model: HubModel, call: Call, home: string, reference: string) {
  const { owner, name, revision } = model;
  if (isCommit(revision) && await snapshotOf(`${home}/${revision}`)) return { commit: revision };
  const { modelInfo } = await import("@huggingface/hub");
  try {
    const { sha } = await modelInfo({
      ...call,
      name: `${owner}/${name}`,
      revision,
      additionalFields: ["sha"],
    });
    if (isCommit(sha)) return { commit: sha };
    throw new UserError(`Cannot fetch hf:${owner}/${name} as the hub must tell its commit: found ${sha}.`);
  } catch (error) {
    const why = unreached(error, `hf:${owner}/${name}`, call.host) as Error;
    const commit = await Deno.readTextFile(reference).catch(() => "");
    if (!(why instanceof Unreachable) || !isCommit(commit) || !(await snapshotOf(`${home}/${commit}`))) {
      throw why;
    }
    return { commit, offline: why.message };
  }
}

const isCommit = (revision: string) => /^[0-9a-f]{40}$/.test(revision);

async function snapshotOf(folder: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(`${folder}/snapshot.json`));
  } catch {
    return undefined;
  }
}

/** The hashes of a snapshot that is whole; one that is damaged is none any more. */
async function whole(folder: string): Promise<Readonly<Record<string, string>> | undefined> {
  const files = await snapshotOf(folder);
  for (const [name, sha256] of Object.entries(files ?? {})) {
    if (await sha256OfFile(`${folder}/${name}`).catch(() => "") === sha256) continue;
    await Deno.remove(`${folder}/snapshot.json`);
    return undefined;
  }
  return files;
}

async function fetchFiles(
  model: HubModel,
  call: Call,
  commit: string,
  folder: string,
  progress: FetchProgress,
): Promise<Readonly<Record<string, string>>> {
  const { downloadFile, listFiles } = await import("@huggingface/hub");
  const label = `hf:${model.owner}/${model.name}`;
  const at = { ...call, revision: commit };
  const listed = new Map<string, Listed>();
  try {
    for await (const file of listFiles(at)) if (file.type === "file") listed.set(file.path, file);
  } catch (error) {
    throw unreached(error, label, call.host);
  }
  checkIsModel(label, [...listed.keys()]);

  const hashes: Record<string, string> = {};
  let [before, total] = [0, 0];
  const take = async (names: readonly string[]) => {
    total += names.reduce((sum, name) => sum + listed.get(name)!.size, 0);
    for (const name of names) {
      const file = listed.get(name)!;
      hashes[name] = await fetchHubFile(file, `${folder}/${name}`, {
        label,
        host: call.host,
        open: () => downloadFile({ ...at, path: name, xet: false }),
        told: (bytes) => progress({ label, done: before + bytes, total }),
      });
      before += file.size;
    }
  };
  let weights = [SINGLE];
  if (!listed.has(SINGLE)) {
    await take([INDEX]);
    weights = [...shards(folder)];
  }
  const missing = weights.find((name) => !listed.has(name));
  if (missing) {
    throw new UserError(`Cannot fetch ${label} as it must hold the shard ${missing}: it does not.`);
  }
  await take([...BESIDE.filter((name) => listed.has(name)), ...weights]);
  await Deno.writeTextFile(`${folder}/snapshot.json.part`, JSON.stringify(hashes));
  await Deno.rename(`${folder}/snapshot.json.part`, `${folder}/snapshot.json`);
  return hashes;
}

function checkIsModel(label: string, names: readonly string[]): void {
  if (!names.includes(SINGLE) && !names.includes(INDEX)) {
    const others = names.filter((name) => /\.(gguf|bin|pth?|onnx|safetensors)$/.test(name));
    const found = others.length > 0 ? others.slice(0, 3).join(", ") : "no weights";
    throw new UserError(
      `Cannot use ${label} as it must hold ${SINGLE} or ${INDEX}: found ${found}.` +
        (others.some((name) => name.endsWith(".gguf"))
          ? " Download a GGUF file and give it: --model FILE.gguf."
          : ""),
    );
  }
  const missing = ["config.json", "tokenizer.json"].find((name) => !names.includes(name));
  if (missing) throw new UserError(`Cannot use ${label} as it must hold ${missing}: it does not.`);
}
