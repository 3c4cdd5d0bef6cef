/** A decoder for decoder_bench.ts that is another one, and writes how long its proposing took when a request ends. */
import type { DecoderLive, Live, Slot, Stack } from "../../mod.ts";

/** What proposing took in one session so far. */
export interface Proposed {
  readonly milliseconds: number;
  readonly guesses: number;
}

/** The stack with its decoder timed; the figures are in the file at `path`. */
export function timed(stack: Stack, path: string): Stack {
  const { name, params, module } = stack.decoder;
  const inner = { name, params, module };
  return { ...stack, decoder: { ...stack.decoder, params: { path, inner }, module: import.meta.url } };
}

/** Opens the decoder within, which finds its models under the names of this one. */
export async function open(
  { path, inner }: { readonly path: string; readonly inner: Slot },
  live: Live,
): Promise<DecoderLive> {
  const module = await import(inner.module) as {
    open(params: Slot["params"], live: Live): DecoderLive | Promise<DecoderLive>;
  };
  const decoder = await module.open(inner.params, live);
  let [milliseconds, guesses] = [0, 0];
  const write = () => Deno.writeTextFileSync(path, JSON.stringify({ milliseconds, guesses }));
  write();
  const propose: DecoderLive["propose"] = async (asking) => {
    const start = live.clock.now();
    const drafts = await decoder.propose(asking);
    milliseconds += live.clock.now() - start;
    guesses += drafts.reduce((sum, { tokens }) => sum + tokens.length, 0);
    return drafts;
  };
  const finish: DecoderLive["finish"] = (sequence) => {
    decoder.finish?.(sequence);
    write();
  };
  return new Proxy(decoder, {
    get(target, key) {
      if (key === "propose") return propose;
      if (key === "finish") return finish;
      const value = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
