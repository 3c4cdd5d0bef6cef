import { assert, assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, hubModel, localModel, UserError } from "../../../engine/mod.ts";
import { folderOf, safetensorsFile, sharded, tensorsOf, withFolder } from "../model_folder.ts";
import { useTestCache } from "../test_cache.ts";
import { tinyLlama } from "../tiny_llama.ts";
import { COMMIT, hub, type HubOptions, refusal } from "./hub_server.ts";

useTestCache();

const tensors = tensorsOf(tinyLlama());
const weights = safetensorsFile(tensors);
const files = folderOf(weights, { "README.md": "x", "model.gguf": "x", "onnx.bin": "x" });
const TINY = "hf:me/tiny";

async function withHub(
  options: Partial<HubOptions>,
  use: (server: ReturnType<typeof hub>, folder: string) => Promise<void>,
): Promise<void> {
  await using server = hub({ files, ...options });
  Deno.env.set("HF_ENDPOINT", `${server.url}/`);
  try {
    await use(server, `${cacheFolder()}/hub/${encodeURIComponent(new URL(server.url).host)}/me--tiny`);
  } finally {
    Deno.env.delete("HF_ENDPOINT");
    Deno.env.delete("HF_TOKEN");
  }
}

const fetched = (asked: readonly string[]) =>
  new Set(asked.flatMap((one) => /resolve\/[0-9a-f]+\/(\S+)/.exec(one)?.[1] ?? []));

Deno.test("a hub's model is that of its folder, and says the commit that it was", async () => {
  await withHub({}, async () => {
    const { name, params } = await hubModel(TINY);
    await withFolder(files, async (path) => {
      const local = await localModel(path);
      assertEquals({ name, params }, {
        name: "tiny",
        params: { ...local.params, source: `hf:me/tiny@${COMMIT}` },
      });
    });
  });
});

Deno.test("only what makes the model is fetched, and once", async () => {
  await withHub({}, async ({ asked }) => {
    await hubModel(TINY);
    const made = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
    assertEquals(fetched(asked), new Set(made));
    asked.length = 0;
    await hubModel(TINY);
    assertEquals(fetched(asked), new Set());
  });
});

Deno.test("shards are fetched as the index names them", async () => {
  const extra = new Map([...folderOf(sharded(tensors)), ["model-00009-of-00009.safetensors", weights]]);
  await withHub({ files: extra }, async ({ asked }) => {
    const { file } = await hubModel(TINY);
    assertEquals(fetched(asked).has("model-00009-of-00009.safetensors"), false);
    assert((await Deno.stat(`${file}/model-00002-of-00002.safetensors`)).isFile);
  });
});

Deno.test("a commit that is there needs no hub, a branch none where it cannot be reached", async () => {
  let [down, asked] = [false, 0];
  const instead = () => (asked++, down ? refusal(503) : undefined);
  await withHub({ instead }, async () => {
    const before = await hubModel(TINY);
    down = true;
    let said = "";
    assertEquals(await hubModel(TINY, undefined, (why) => said = why), before);
    assertEquals(said, "Cannot fetch hf:me/tiny as the hub must answer: it answered 503.");
    asked = 0;
    assertEquals(await hubModel(`${TINY}@${COMMIT}`), before);
    assertEquals(asked, 0);
  });
});

Deno.test("what a run that was cut off has fetched is gone on with", async () => {
  await withHub({}, async ({ asked }, home) => {
    await Deno.mkdir(`${home}/${COMMIT}`, { recursive: true });
    await Deno.writeFile(`${home}/${COMMIT}/model.safetensors.part`, weights.slice(0, 1000));
    await hubModel(TINY);
    assertEquals(
      asked.filter((one) => one.includes("model.safetensors")).map((one) => one.split(" ")[2]),
      ["bytes=0-0", `bytes=1000-${weights.length - 1}`],
    );
  });
});

Deno.test("what a run that was cut off had whole is kept, and fetched anew where it was damaged since", async () => {
  await withHub({}, async ({ asked }, home) => {
    await Deno.mkdir(`${home}/${COMMIT}`, { recursive: true });
    await Deno.writeFile(`${home}/${COMMIT}/config.json`, files.get("config.json")!);
    await Deno.writeFile(`${home}/${COMMIT}/tokenizer.json`, files.get("tokenizer.json")!.toReversed());
    await Deno.writeFile(`${home}/${COMMIT}/model.safetensors`, weights.toReversed());
    const { params } = await hubModel(TINY);
    assertEquals(fetched(asked), new Set(["tokenizer.json", "tokenizer_config.json", "model.safetensors"]));
    await withFolder(files, async (path) => {
      assertEquals((await localModel(path)).params.weights, params.weights);
    });
  });
});

Deno.test("a piece that is lost on its way is asked for again", async () => {
  let lost = 0;
  const instead = (path: string, range: string | null) =>
    path.endsWith("model.safetensors") && range !== "bytes=0-0" && lost++ === 0
      ? new Response(weights.slice(0, 99), { status: 206 })
      : undefined;
  await withHub({ instead }, async () => {
    await hubModel(TINY);
    assertEquals(lost, 2);
  });
});

Deno.test("a file that was damaged in the cache is fetched anew", async () => {
  await withHub({}, async ({ asked }) => {
    const before = await hubModel(TINY);
    await Deno.writeFile(`${before.file}/model.safetensors`, weights.toReversed());
    asked.length = 0;
    assertEquals(await hubModel(TINY), before);
    assertEquals(fetched(asked), new Set(["model.safetensors"]));
  });
});

Deno.test("a branch that has moved is fetched as it is now", async () => {
  const revisions: Record<string, string> = { main: COMMIT };
  await withHub({ revisions }, async () => {
    await hubModel(TINY);
    const moved = COMMIT.replace(/^0/, "f");
    revisions.main = moved;
    assertEquals((await hubModel(TINY)).params.source, `hf:me/tiny@${moved}`);
  });
});

Deno.test("progress ends with all that there was to fetch", async () => {
  await withHub({}, async () => {
    let last = { done: 0, total: 1 };
    await hubModel(TINY, (told) => last = told);
    const bytes = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]
      .reduce((sum, name) => sum + files.get(name)!.length, 0);
    assertEquals([last.done, last.total], [bytes, bytes]);
  });
});

Deno.test("HF_TOKEN is shown to the hub", async () => {
  await withHub({}, async ({ tokens }) => {
    Deno.env.set("HF_TOKEN", "hf_secret");
    await hubModel(TINY);
    assertEquals(tokens, new Set(["Bearer hf_secret"]));
  });
});

const altered = (name: string) => new Map([[name, files.get(name)!.toReversed()]]);
const always = (status: number, code?: string) => ({ instead: () => refusal(status, code) });
const without = (name: string) => ({ files: new Map([...files].filter(([own]) => own !== name)) });

const REFUSED: Readonly<Record<string, readonly [Partial<HubOptions>, string, string?]>> = {
  "that is not there": [always(401, "RepoNotFound"), "If it is private, set HF_TOKEN."],
  "whose terms are not accepted": [always(403, "GatedRepo"), "Accept them on http://127.0.0.1"],
  "without the revision": [{}, "must have the revision v9: it has not", `${TINY}@v9`],
  "of a hub that is asked too often": [always(429), "Try again later"],
  "of a hub that does not answer": [always(500), "it answered 500"],
  "of a hub that tells no commit": [
    { revisions: { main: "../../x" } },
    "must tell its commit: found ../../x",
  ],
  "whose weights are not those listed": [
    { altered: altered("model.safetensors") },
    "Cannot use model.safetensors of hf:me/tiny as its hash must be",
  ],
  "whose config is not the one listed": [{ altered: altered("config.json") }, "Cannot use config.json"],
  "whose file is longer than listed": [
    { altered: new Map([["config.json", weights]]) },
    "config.json must have the",
  ],
  "of GGUF alone": [without("model.safetensors"), "give it: --model FILE.gguf"],
  "without weights": [{ files: new Map() }, "found no weights"],
  "without tokenizer.json": [without("tokenizer.json"), "must hold tokenizer.json"],
  "whose shard is not there": [
    { files: new Map([...folderOf(sharded(tensors))].slice(0, -1)) },
    "must hold the shard model-00002-of-00002.safetensors",
  ],
  "that is named by half": [{}, "must be hf:OWNER/NAME", "hf:tiny"],
  "that is named by a path": [{}, "must be hf:OWNER/NAME", "hf:../tiny"],
  "whose revision is a path": [{}, "must be hf:OWNER/NAME", "hf:me/tiny@../../x"],
};

for (const [what, [options, says, name = TINY]] of Object.entries(REFUSED)) {
  Deno.test(`a hub's model is refused ${what}`, async () => {
    await withHub(options, async () => {
      const error = await assertRejects(() => hubModel(name), UserError, says);
      assertEquals(error.message.split("\n").length, 1);
    });
  });
}

Deno.test("a hub that cannot be reached is named", async () => {
  Deno.env.set("HF_ENDPOINT", "http://127.0.0.1:9");
  try {
    await assertRejects(
      () => hubModel(TINY),
      UserError,
      "Cannot fetch hf:me/tiny as 127.0.0.1:9 must be reached:",
    );
  } finally {
    Deno.env.delete("HF_ENDPOINT");
  }
});

Deno.test("variables that are not as they must be are named", async () => {
  for (const [name, value] of [["HF_ENDPOINT", "hub"], ["HF_TOKEN", "secret"]] as const) {
    Deno.env.set(name, value);
    try {
      const { message } = await assertRejects(() => hubModel(TINY), UserError, `Cannot use ${name}`);
      assertEquals(message.includes("secret"), false);
    } finally {
      Deno.env.delete(name);
    }
  }
});
