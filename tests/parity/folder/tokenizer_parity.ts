/**
 * The tokenizer of a model folder, ours beside the Rust implementation that Hugging Face's libraries use, on texts of
 * many kinds, with control tokens in the text parsed and not parsed, and chats beside transformers' own templates.
 * Texts that differ hold characters that are not assigned, or newer than one side's tables: four of SmolLM2 the byte
 * 0xF1 (U+40000 to U+7FFFF), which its vocabulary lacks and Rust drops before it merges, the package after; four of
 * Qwen2.5 characters of Unicode 10 to 16 that the Rust NFC does not know.
 *
 * Needs Python 3.11 with `pip install transformers==5.19.0 gguf==0.19.0`. Run:
 * deno run -A tests/parity/folder/tokenizer_parity.ts --python VENV/bin/python      (or ASSAY_PEER_PYTHON)
 */
import { knownModel, MODELS } from "../../../engine/mod.ts";
import { fileTokenizer } from "../../../engine/file_tokenizer.ts";
import { folderTokenizer } from "../../../engine/weights/folder_tokenizer.ts";
import type { Weights } from "../../../engine/weights/mod.ts";
import { keep, main, peer, PythonPeer } from "../peer.ts";
import { conversations } from "../tokenizer/conversations.ts";
import { texts } from "../tokenizer/texts.ts";

const INSTALL = "Install it with `pip install transformers==5.19.0 gguf==0.19.0`.";
const SCHEMES = { "smollm2-135m": "smollm", "qwen2.5-coder-0.5b": "qwen2" } as const;
/** Differences shown. */
const SHOWN = 5;

await main(async () => {
  const python = peer("python", "ASSAY_PEER_PYTHON", INSTALL);
  const root = await Deno.makeTempDir();
  const found: Record<string, Awaited<ReturnType<typeof compare>>> = {};
  let versions: Readonly<Record<string, string>> = {};
  try {
    for (const [name, scheme] of Object.entries(SCHEMES)) {
      const { file } = await knownModel(MODELS[name]!);
      const folder = `${root}/${name}`;
      await using other = new PythonPeer(python, new URL("tokenizer_peer.py", import.meta.url), [
        ...[file, scheme, folder],
      ]);
      versions = (await other.line<Record<string, string>>())!;
      found[name] = await compare(folder, other);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  await keep(import.meta.url, versions, { tokenizers: found }, "tokenizer_result.json");
  return Object.values(found).every(({ different, chatsDifferent }) => different + chatsDifferent === 0);
});

async function compare(folder: string, other: PythonPeer) {
  const files = { path: folder, tokenizerFiles: () => folderTokenizer(folder, {}), shape: () => [0, 0] };
  const ours = fileTokenizer(files as unknown as Weights);
  const compared = {
    texts: 0,
    tokens: 0,
    different: 0,
    chats: 0,
    chatsDifferent: 0,
    examples: [] as unknown[],
  };
  const same = async (asked: object, own: readonly number[]): Promise<boolean> => {
    await other.tell(asked);
    const theirs = (await other.line<readonly number[]>())!;
    compared.tokens += theirs.length;
    if (String(own) === String(theirs)) return true;
    if (compared.examples.length < SHOWN) {
      const at = Math.max(0, theirs.findIndex((id, i) => own[i] !== id) - 2);
      const shown = JSON.stringify(asked).slice(0, 200).toWellFormed();
      compared.examples.push({
        asked: shown,
        at,
        ours: own.slice(at, at + 9),
        theirs: theirs.slice(at, at + 9),
      });
    }
    return false;
  };
  for (const list of (await texts()).values()) {
    for (const text of list.map((one) => one.toWellFormed())) {
      for (const special of [false, true]) {
        compared.texts++;
        if (!await same({ text, special }, ours.encode(text, { special }))) compared.different++;
      }
    }
  }
  for (const messages of conversations) {
    compared.chats++;
    if (!await same({ messages }, ours.chat(messages))) compared.chatsDifferent++;
  }
  return compared;
}
