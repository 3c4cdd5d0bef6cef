/**
 * The engine's own counters beside what the client saw. Every position of a sequence but its last is computed as a row
 * or comes from a cache, every further token of a step is an accepted draft, and a cache can give a prompt no more
 * than it shares with what the same session was sent before. A counter that an engine does not have is not judged.
 */
import type { Request } from "../engine/mod.ts";
import type { Measured, Raced } from "./race.ts";

/** An engine may date a token before it has tidied up: its steps may last so much longer than the block. */
const STEP_SLACK = 1.1;
const STEP_SLACK_MS = 5;

/** What the counters belie, in words. */
export function engineCounts(raced: Raced): readonly string[] {
  return (["base", "candidate"] as const).flatMap((arm) => {
    const sent = new Sent(raced.warmUp.prompt);
    return raced.blocks.filter((block) => block.arm === arm).flatMap((block, i) =>
      belied(raced, block, sent).map((what) => `${raced.workload.name}, ${arm}, block ${i + 1}: ${what}`)
    );
  });
}

function belied({ requests, transcripts }: Raced, block: Measured, sent: Sent): readonly string[] {
  const { counted, timings, duration, arm } = block;
  const asked = timings.map(({ id }) => requests.get(id)).filter((request) => request !== undefined);
  const sum = (of: (index: number) => number) => timings.reduce((total, _, i) => total + of(i), 0);
  const tokens = sum((i) => timings[i]!.tokens.length);
  const shared = asked.reduce((total, { id, prompt }) => {
    const common = sent.shared(prompt);
    sent.add([...prompt, ...transcripts[arm].get(id)?.tokens ?? []]);
    return total + common;
  }, 0);

  const reasons: string[] = [];
  const { rows, steps, accepted, prefixRows = 0, preempted = 0, stepMilliseconds } = counted;
  if (counted.tokens !== undefined && counted.tokens !== tokens) {
    reasons.push(`the engine counted ${counted.tokens} tokens where ${tokens} came`);
  }
  const positions = asked.reduce((total, { prompt }) => total + prompt.length - 1, 0) + tokens;
  if (rows !== undefined && rows + prefixRows < positions) {
    reasons.push(`the engine computed ${rows} rows and reused ${prefixRows} where answers take ${positions}`);
  }
  const instants = new Set(timings.flatMap((timing) => timing.tokens)).size;
  if (steps !== undefined && steps < instants) {
    reasons.push(`the engine took ${steps} steps where tokens came at ${instants} moments`);
  }
  const together = sum((i) => timings[i]!.tokens.length - new Set(timings[i]!.tokens).size);
  if (accepted !== undefined && together > accepted) {
    reasons.push(
      `${together} tokens came together with one before them where ${accepted} drafts were accepted`,
    );
  }
  // A request that was put aside may take its own rows back.
  const own = preempted * Math.max(0, ...asked.map(longest));
  if (prefixRows > shared + own) {
    reasons.push(`a cache gave ${prefixRows} rows where its prompts share ${shared} with those before them`);
  }
  if (stepMilliseconds !== undefined && stepMilliseconds > duration * STEP_SLACK + STEP_SLACK_MS) {
    reasons.push(`the engine worked for ${stepMilliseconds} ms where the block took ${duration} ms`);
  }
  return reasons;
}

const longest = ({ prompt, maxTokens }: Request) => prompt.length + maxTokens;

/** What a session was sent so far and what it answered, as a trie of token ids. */
class Sent {
  readonly #root: Node = new Map();

  constructor(warmUp: readonly number[]) {
    this.add(warmUp);
  }

  add(tokens: readonly number[]): void {
    let node = this.#root;
    for (const token of tokens) {
      const next = node.get(token) ?? new Map();
      node.set(token, next);
      node = next;
    }
  }

  /** How many tokens the prompt shares with the one before it that begins most alike. */
  shared(prompt: readonly number[]): number {
    let [node, depth]: [Node | undefined, number] = [this.#root, 0];
    while ((node = node.get(prompt[depth]!)) !== undefined) depth++;
    return depth;
  }
}

interface Node extends Map<number, Node> {}
