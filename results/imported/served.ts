/**
 * What a load generator timed of one arm, and the figures of two such runs. They come from each request's own times
 * through the same percentiles as a race's; but the arms were not timed in turn, so nothing is claimed of their ratio.
 */
import { UserError } from "../../engine/mod.ts";
import { type ApartArm, type ApartSpeed, percentiles } from "../../evals/mod.ts";
import type { SourceFile } from "./source.ts";

/** One answered request; times in milliseconds from sending it. */
export interface ServedRequest {
  readonly input: number;
  readonly output: number;
  readonly first: number;
  readonly last: number;
}

export interface Served {
  readonly tool: string;
  readonly model: string;
  /** How requests came, in words that are equal where the load was. */
  readonly load: string;
  /** Milliseconds from the first request to the end of the last. */
  readonly duration: number;
  readonly requests: readonly ServedRequest[];
  /** Requests that failed, were cancelled or did not end. */
  readonly unanswered: number;
  readonly file: Omit<SourceFile, "bytes">;
}

/** Both arms' figures. @throws {UserError} unless both were answered in full under the same load. */
export function apart(base: Served, candidate: Served): ApartSpeed {
  for (const served of [base, candidate]) complete(served);
  const differ = (what: string, a: string | number, b: string | number): never => {
    throw new UserError(
      `Cannot compare the speeds as both arms must be timed by one tool under one load: ${what} is ${a} for the baseline and ${b} for the candidate.`,
    );
  };
  if (base.tool !== candidate.tool) differ("the tool", base.tool, candidate.tool);
  if (base.load !== candidate.load) differ("the load", base.load, candidate.load);
  const [n, m] = [base.requests.length, candidate.requests.length];
  if (n !== m) differ("the number of requests", n, m);
  const inputs = ({ requests }: Served) => requests.map(({ input }) => input).toSorted((a, b) => a - b);
  const [ours, theirs] = [inputs(base), inputs(candidate)];
  const odd = ours.findIndex((input, i) => input !== theirs[i]);
  if (odd >= 0) differ("the length of a prompt", ours[odd]!, theirs[odd]!);
  return { tool: base.tool, load: base.load, base: figures(base), candidate: figures(candidate) };
}

function complete({ requests, unanswered, duration, file: { name } }: Served): void {
  if (unanswered > 0 || requests.length === 0) {
    throw new UserError(
      `Cannot import the speed in ${name} as every request must have been answered: ${unanswered} of ${
        requests.length + unanswered
      } were not. Limit the run by requests, not by time.`,
    );
  }
  const wrong = requests.findIndex(({ input, output, first, last }) =>
    !(input >= 0 && output >= 1 && first >= 0 && last >= first && Number.isFinite(last))
  );
  if (wrong >= 0 || !(duration > 0)) {
    throw new UserError(
      `Cannot import the speed in ${name} as it must hold when the first and the last token of each request came: ${
        wrong >= 0 ? `those of request ${wrong + 1} are missing or out of order` : "the run took no time"
      }. Stream the answers.`,
    );
  }
}

function figures({ model, duration, requests }: Served): ApartArm {
  const tokens = requests.reduce((sum, { output }) => sum + output, 0);
  const several = requests.filter(({ output }) => output > 1);
  return {
    model,
    requests: requests.length,
    tokensPerSecond: tokens / duration * 1000,
    ttft: percentiles(requests.map(({ first }) => first)),
    tpot: percentiles(several.map(({ output, first, last }) => (last - first) / (output - 1))),
    e2e: percentiles(requests.map(({ last }) => last)),
  };
}
