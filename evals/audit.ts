/**
 * Why a race cannot be trusted, by what it left behind: streams that did not end as they should, an engine that did
 * not do the work (see engine_counts.ts), a machine that was not fit to time on (see circumstances.ts). A reason
 * makes the outcome void: nothing is known of the candidate, good or bad.
 */
import type { Request } from "../engine/mod.ts";
import type { Workload } from "../datasets/mod.ts";
import { circumstances } from "./circumstances.ts";
import { engineCounts } from "./engine_counts.ts";
import type { Block, Timing } from "./outcome.ts";
import type { Raced } from "./race.ts";

/** No forward pass takes less than the call of a kernel: tokens that come faster were not computed one by one. */
const LEAST_STEP_MS = 0.01;
/** The clocks of two threads start apart by far less than a step takes. */
const CLOCKS_APART_MS = 5;

/** The reasons in words; empty where the race can be trusted. `again`: the baseline races itself. */
export function audit(raced: Raced, again = false): readonly string[] {
  return [...overlapping(raced), ...incoherent(raced), ...circumstances(raced, again)];
}

/** What the streams and the engine's counters belie, whatever the machine was at. */
export function incoherent(raced: Raced): readonly string[] {
  const { workload, blocks, requests, unlike } = raced;
  return [
    ...unlike.map((id) =>
      `${workload.name}: request ${id} was sent to the candidate otherwise than to the base`
    ),
    ...blocks.flatMap((block) => answered(block, workload, requests)),
    ...transcribed(raced),
    ...engineCounts(raced),
  ];
}

/** Blocks take turns: two at once would share the machine. */
function overlapping({ workload, blocks }: Raced): readonly string[] {
  const early = blocks.findIndex(({ startedAt }, i) => {
    const before = blocks[i - 1];
    return before !== undefined && startedAt < before.startedAt + before.duration;
  });
  return early < 0 ? [] : [`${workload.name}: block ${early + 1} started before the one before it had ended`];
}

/** What is wrong with the streams of one block. */
export function answered(
  { arm, timings, duration }: Block,
  { name, requests: count, maxTokens }: Workload,
  requests: ReadonlyMap<string, Request>,
): readonly string[] {
  const reasons: string[] = [];
  const say = (what: string) => reasons.push(`${name}, ${arm}: ${what}`);
  if (!(duration > 0)) say("it took no time");
  if (timings.length !== count) say(`${timings.length} of ${count} requests were answered`);
  for (const timing of timings) {
    const { id, sent, tokens, lag } = timing;
    const asked = requests.get(id);
    const end = ended(timing, asked?.maxTokens ?? maxTokens, asked?.stop ?? []);
    if (end !== undefined) say(`request ${id} ${end}`);
    if (tokens.some((at, i) => !(at >= (i === 0 ? sent : tokens[i - 1]!)))) {
      say(`request ${id} has tokens before their time`);
    }
    if (tokens.some((at) => at > duration + 1)) say(`request ${id} ends after its block`);
    if (lag !== undefined && !(lag >= -CLOCKS_APART_MS)) {
      say(`request ${id} ended ${-lag} ms after the client had its end`);
    }
    const span = tokens.length > 1 ? tokens.at(-1)! - tokens[0]! : Infinity;
    if (span < LEAST_STEP_MS * Math.max(1, new Set(tokens).size - 1)) {
      say(`request ${id} has ${tokens.length} tokens within ${span.toFixed(3)} ms, which no engine takes`);
    }
  }
  return reasons;
}

/** What is wrong with how a stream ended. */
function ended(
  { tokens, finish }: Timing,
  maxTokens: number,
  stop: readonly number[],
): string | undefined {
  if (finish === "error") return `ended by an error after ${tokens.length} tokens`;
  if (finish === "stop" && stop.length === 0) return "stopped where nothing was to stop it";
  const short = finish === "stop" && tokens.length > 0 && tokens.length <= maxTokens;
  if (tokens.length !== maxTokens && !short) {
    return `has ${tokens.length} tokens where ${maxTokens} were asked`;
  }
  return finish === undefined ? "never said that it ended" : undefined;
}

/** What is wrong with the tokens themselves: not as many as were timed, unequal in number, or beyond a stop token. */
function transcribed({ workload, blocks, transcripts, requests }: Raced): readonly string[] {
  const reasons: string[] = [];
  const timed = new Map(
    blocks.flatMap(({ arm, timings }) =>
      timings.map(({ id, tokens, finish }) => [`${arm} ${id}`, { tokens, finish }])
    ),
  );
  for (const [id, { stop }] of requests) {
    const lengths = (["base", "candidate"] as const).map((arm) => {
      const tokens = transcripts[arm].get(id)?.tokens ?? [];
      const { tokens: times, finish } = timed.get(`${arm} ${id}`) ?? { tokens: [], finish: undefined };
      const say = (what: string) => reasons.push(`${workload.name}, ${arm}: request ${id} ${what}`);
      if (times.length !== tokens.length) {
        say(`has ${tokens.length} tokens of which ${times.length} were timed`);
      }
      const at = tokens.findIndex((token) => stop.includes(token));
      if (at >= 0 && at < tokens.length - 1) {
        say(`goes on for ${tokens.length - 1 - at} tokens after a stop token`);
      }
      if ((finish === "stop") !== (at >= 0)) {
        say(
          at < 0
            ? "says that it stopped without a stop token"
            : "has a stop token and does not say that it stopped",
        );
      }
      return tokens.length;
    });
    if (lengths[0] !== lengths[1]) {
      reasons.push(
        `${workload.name}: request ${id} has ${lengths[0]} tokens of the base and ${
          lengths[1]
        } of the candidate`,
      );
    }
  }
  return reasons;
}
