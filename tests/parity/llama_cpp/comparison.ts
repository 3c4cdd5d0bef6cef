/** One model beside another on one text: llama.cpp's passes, ours and the judge's, on the same logits. */
import { defaultModel, take, wikiText } from "../../../mod.ts";
import { hash } from "../../../datasets/mod.ts";
import { openGguf } from "../../../engine/weights/mod.ts";
import { once, run } from "../environment.ts";
import { besideJudge, besideLlamaCpp, type Judged, ofTheReference, type Ours } from "./findings.ts";
import { divergenceOf, perplexityOf } from "./formulas.ts";
import { halvesOf } from "./halves.ts";
import { basePerplexity, figures, type Pass, score } from "./llama_perplexity.ts";
import { chunksOf, replay } from "./replay.ts";
import { readHeader, readStored, readTapped } from "./saved.ts";
import { type Tools, tools } from "./tools.ts";

const CHUNKS = 8;
/** llama.cpp passes over what its 16-bit form has at or under this log-probability. */
const PASSED_OVER = -16;

export class Comparison {
  readonly versions: Record<string, string> = {};

  private constructor(
    private readonly folder: string,
    private readonly tools: Tools,
    private readonly model: string,
    private readonly vocabulary: number,
  ) {}

  static async start(folder: string): Promise<Comparison> {
    const { file } = await defaultModel();
    using weights = openGguf(file);
    const made = new Comparison(folder, await tools(folder), file, weights.shape("token_embd.weight")[0]!);
    const told = await run(`${made.tools.bin}/llama-perplexity`, ["--version"]);
    made.versions["llama.cpp"] = /^version: .*$/m.exec(told)?.[0] ?? "unknown";
    return made;
  }

  /** One candidate beside the base on one text. */
  async of(candidate: string, text: string) {
    const base = await this.#score("base", text);
    const other = await this.#score(candidate, text, base);
    const [exact, stored] = await this.#ours(base, other);
    const judged = await this.#judge(base, other);
    const printed = figures(other.printed);
    return {
      candidate,
      text,
      positions: exact.kl.ascending.length,
      llamaCpp: besideLlamaCpp(exact, stored, basePerplexity(base.printed), printed, judged),
      judge: besideJudge(exact, judged),
      reference: ofTheReference(exact, printed, judged),
    };
  }

  /** A pass of a model over a text; beside a base or, as the base, alone. */
  async #score(name: string, text: string, base?: Pass): Promise<Pass> {
    return await score(this.tools, `${this.folder}/${name}-${text}`, {
      model: await this.#model(name),
      text: await this.#text(text),
      vocabulary: this.vocabulary,
      chunks: CHUNKS,
      ...(base ? { base } : {}),
    });
  }

  /** What scoring only the second half of each chunk does. */
  async halves(text: string) {
    const { stored, printed } = await this.#score("base", text);
    return await halvesOf(readHeader(stored), basePerplexity(printed));
  }

  /** Ours of both models' 32-bit logits, and with the base in its 16-bit form. */
  async #ours(base: Pass, other: Pass): Promise<readonly [Ours, Ours]> {
    const header = readHeader(base.stored);
    const dataset = chunksOf(header);
    const session = ({ logits }: Pass) => replay(header, (chunk) => readTapped(logits, header, chunk));
    const [own, candidate] = [session(base), session(other)];
    const stored = replay(header, (chunk) => readStored(base.stored, header, chunk));
    const kept = replay(
      header,
      (chunk) => readStored(base.stored, header, chunk).map((v) => v > PASSED_OVER ? v : -Infinity),
    );
    const pplCandidate = await perplexityOf(candidate, dataset);
    return [
      {
        pplBase: await perplexityOf(own, dataset),
        pplCandidate,
        kl: await divergenceOf(own, candidate, dataset),
      },
      {
        pplBase: await perplexityOf(stored, dataset),
        pplCandidate,
        kl: await divergenceOf(kept, candidate, dataset),
      },
    ];
  }

  async #judge(base: Pass, other: Pass): Promise<Judged> {
    const script = new URL("judge.py", import.meta.url).pathname;
    const told = await run(this.tools.python, [script, base.stored, base.logits, other.logits]);
    const judged = JSON.parse(told.split("\n")[0]!) as Judged;
    this.versions["numpy"] = judged.numpy;
    return judged;
  }

  /** The base model, or that requantized. */
  async #model(name: string): Promise<string> {
    if (name === "base" || name === "itself") return this.model;
    return await once(`${this.folder}/${name}.gguf`, async (path) => {
      await run(`${this.tools.bin}/llama-quantize`, [
        "--allow-requantize",
        this.model,
        path,
        name.toUpperCase(),
      ]);
    });
  }

  /** Articles, or their words in an order drawn by hash, which the model takes for most unlikely. */
  async #text(name: string): Promise<string> {
    return await once(`${this.folder}/${name}.txt`, async (path) => {
      const articles = (await take(wikiText, 12)).map(({ text }) => text).join("\n\n");
      const words = articles.split(/\s+/).map((word, i) => ({ word, key: hash(`${i}`) }));
      const shuffled = words.toSorted((a, b) => a.key - b.key).map(({ word }) => word).join(" ");
      await Deno.writeTextFile(path, name === "wiki" ? articles : shuffled);
    });
  }
}
