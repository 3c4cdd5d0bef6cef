/** llama.cpp's HTTP server, started for a comparison and ended with it. */
import { type Message, UserError } from "../../../engine/mod.ts";

export interface Completed {
  readonly tokens: readonly number[];
  readonly milliseconds: number;
}

export class LlamaServer implements AsyncDisposable {
  private constructor(
    private readonly child: Deno.ChildProcess,
    private readonly address: string,
    /** As the binary tells it, e.g. "version: 4711 (1a2b3c4)". */
    readonly version: string,
  ) {}

  /** @throws {UserError} when the binary cannot be run or does not become ready. */
  static async start(binary: string, model: string, threads = 1): Promise<LlamaServer> {
    const options = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const port = freePort();
    const args = [
      "-m",
      model,
      "-c",
      "512",
      "-t",
      `${threads}`,
      "-np",
      "1",
      "--no-warmup",
      "--host",
      "127.0.0.1",
      "--port",
      `${port}`,
    ];
    try {
      const { stdout, stderr } = await new Deno.Command(binary, { args: ["--version"] }).output();
      const told = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
      const version = /^version: .*$/m.exec(told)?.[0] ?? "unknown";
      const server = new LlamaServer(
        new Deno.Command(binary, { args, ...options }).spawn(),
        `http://127.0.0.1:${port}`,
        version,
      );
      await server.#ready();
      return server;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new UserError(`Cannot compare as llama-server must exist: ${binary} does not.`);
    }
  }

  /** Ids of a text; a lone surrogate is sent as U+FFFD. */
  async tokenize(text: string, special: boolean): Promise<readonly number[]> {
    const asked = { content: text.toWellFormed(), add_special: false, parse_special: special };
    return (await this.#post<{ tokens: number[] }>("/tokenize", asked)).tokens;
  }

  /** A conversation in the model's own template, ending where the answer begins. */
  async applyTemplate(messages: readonly Message[]): Promise<string> {
    return (await this.#post<{ prompt: string }>("/apply-template", { messages })).prompt;
  }

  /** Continues the prompt greedily by `count` tokens; `milliseconds`: from the first of them to the last. */
  async complete(prompt: readonly number[], count: number): Promise<Completed> {
    const { tokens, timings } = await this.#post<
      { tokens: number[]; timings: { predicted_n: number; predicted_ms: number } }
    >("/completion", {
      prompt,
      n_predict: count,
      temperature: 0,
      samplers: ["temperature"],
      ignore_eos: true,
      cache_prompt: false,
      return_tokens: true,
    });
    if (timings.predicted_n !== count || tokens.length !== count) {
      throw new Error(`llama-server was asked for ${count} tokens and gave ${tokens.length}`);
    }
    return { tokens, milliseconds: timings.predicted_ms };
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.address + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return await answer.json() as T;
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      const ok = await fetch(`${this.address}/health`).then(
        async (answer) => (await answer.body?.cancel(), answer.ok),
        () => false,
      );
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this[Symbol.asyncDispose]();
    throw new UserError("Cannot compare as llama-server must become ready within 30 seconds: it did not.");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill();
    await this.child.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
