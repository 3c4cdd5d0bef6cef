/**
 * Base and head take turns over the same requests, both alive at once, in blocks ordered base, head, head, base (Bulej
 * et al., Duet benchmarking, 2020), until the interval of every workload decides or the time is over. Sessions are
 * opened anew every few pairs: where a process comes to lie in memory must not pass for a change of the code, and no
 * cache is ever asked a prompt twice.
 */
import { type Clock, type Milliseconds, type Request, UserError } from "../../engine/mod.ts";
import type { Workload } from "../../datasets/mod.ts";
import { incoherent } from "../audit.ts";
import { compare } from "../compare.ts";
import { TIE } from "../noise.ts";
import type { PairedSample } from "../outcome.ts";
import { divergence } from "../quality/token_match.ts";
import type { Measured, Raced } from "../race.ts";
import { pairedLogs } from "../speed.ts";
import { FIRST_LOOK } from "../sequential.ts";
import { REGRET } from "../under_load.ts";
import { saidFirst } from "./live_side.ts";
import { type Flip, MOST_FLIPS, type Sides } from "./outputs.ts";
import { type Pace, paceOf } from "./pace.ts";
import type { Told } from "./side.ts";

/** Pairs that one opening of a row serves. */
const ROUND = 8;

export interface Dueled {
  readonly workload: string;
  readonly pace: Pace;
  /** Of head over base, pair by pair in the order they ran. */
  readonly logs: readonly number[];
  /** Timed answers that both gave, and those that are others. */
  readonly answered: number;
  readonly differing: number;
  readonly flips: readonly Flip[];
  /** Why its times or its timed answers cannot stand. */
  readonly why?: string;
  readonly lost?: true;
}

export interface Dueling {
  readonly margin: number;
  readonly tail: number;
  /** When to stop, decided or not. */
  readonly until: Milliseconds;
  readonly clock: Clock;
  /** Whether the row's answers to its evals were equal, so that its timed answers must be too. */
  readonly equal: boolean;
  /** The widest margin at which rounding alone turns an answer over. */
  readonly band: () => Promise<number>;
  readonly progress: (stage: string, done: number, total: number) => void;
}

/** Races a row on workloads, each with so many places for blocks that share no prompt. */
export async function duel(
  row: string,
  sides: Sides,
  workloads: readonly { readonly workload: Workload; readonly places: number }[],
  dueling: Dueling,
): Promise<readonly Dueled[]> {
  const lanes = workloads.map(({ workload, places }) => new Lane(workload, places, dueling));
  for (let round = 0; lanes.some((lane) => lane.open); round++) {
    for (const side of [sides.base, sides.head]) {
      const { why } = await side.open(row);
      if (why !== undefined) throw new UserError(`Cannot open ${row} again as it must open: ${why}`);
    }
    for (const lane of lanes) if (lane.open) await lane.begin(sides);
    const spent = () => dueling.clock.now() >= dueling.until;
    for (let pair = 0; pair < ROUND && lanes.some((lane) => lane.running) && !spent(); pair += 2) {
      for (const lane of lanes) if (lane.running) await lane.turn(sides);
    }
    for (const lane of lanes) await lane.end(sides);
    if (spent()) break;
  }
  return lanes.map((lane) => lane.result());
}

const ARMS = { base: "base", head: "candidate" } as const;

/** One workload of a row. */
class Lane {
  readonly #logs: number[] = [];
  readonly #flips: Flip[] = [];
  readonly #regrets: PairedSample[] = [];
  #answered = 0;
  #differing = 0;
  #place = 0;
  #why: string | undefined;
  #lost = false;
  #left = 0;
  #warm: Request | undefined;
  #blocks: Measured[] = [];
  #told: Record<"base" | "head", Told[]> = { base: [], head: [] };

  constructor(
    private readonly workload: Workload,
    private readonly places: number,
    private readonly dueling: Dueling,
  ) {}

  /** Whether it is still to be decided. */
  get open(): boolean {
    return this.#why === undefined && this.#pace().kind === "unsure";
  }

  /** Whether prompts are left that these sessions have not been asked. */
  get running(): boolean {
    return this.#left >= 2 && this.open;
  }

  async begin(sides: Sides): Promise<void> {
    this.#left = this.places;
    this.#blocks = [];
    this.#told = { base: [], head: [] };
    for (const arm of ["base", "head"] as const) {
      const { told: [warm] } = await sides[arm].block(this.workload.name, -1);
      this.#warm = { ...warm!, maxTokens: this.workload.maxTokens, stop: [] };
    }
  }

  /** Two pairs: base, head, head, base. */
  async turn(sides: Sides): Promise<void> {
    for (const order of [["base", "head"], ["head", "base"]] as const) {
      for (const arm of order) {
        const { block, told } = await sides[arm].block(this.workload.name, this.#place % this.places);
        this.#blocks.push({ arm: ARMS[arm], ...block });
        this.#told[arm].push(...told);
      }
      this.#place++;
      this.#left--;
    }
    this.#logs.push(...pairedLogs(this.#blocks.slice(-4)));
    const { pairs, needed = FIRST_LOOK } = this.#pace();
    this.dueling.progress(`race ${this.workload.name}`, pairs, Math.max(needed, pairs));
  }

  /** Compares what was answered since `begin`. */
  async end(sides: Sides): Promise<void> {
    const [base, head] = [this.#told.base, this.#told.head];
    if (base.length === 0) return;
    this.#told = { base: [], head: [] };
    this.#why ??= incoherent(this.#raced(base, head))[0];
    this.#answered += base.length;
    const apart = base.map((told, i) => [told, head[i]!] as const)
      .filter(([a, b]) => a.tokens.join() !== b.tokens.join());
    this.#differing += apart.length;
    for (const [{ id, asked, answer }, other] of apart.slice(0, MOST_FLIPS - this.#flips.length)) {
      this.#flips.push({
        where: `${this.workload.name} ${id}`,
        asked: asked.slice(0, 600),
        base: answer,
        head: other.answer,
      });
    }
    const beyond = (band: number) => apart.filter(([a, b]) => divergence(a, b, band).breach);
    if (beyond(TIE).length === 0 || this.#why !== undefined) return;
    const breaches = beyond(await this.dueling.band());
    if (breaches.length === 0) return;
    if (this.dueling.equal) {
      this.#why =
        `${breaches.length} of ${base.length} timed answers to ${this.workload.name} are others on ` +
        "the head by more than rounding explains, where no eval's is: no eval sees what changed";
      return;
    }
    const [before, after] = [
      await sides.base.regrets(breaches.map(([a]) => a)),
      await sides.head.regrets(breaches.map(([, b]) => b)),
    ];
    const ids = new Map(before.map((one) => [one.id, one.candidate]));
    this.#regrets.push(
      ...after.map((one, i) => ({
        ...one,
        id: `${this.#place} ${i}`,
        cluster: `${this.#place} ${i}`,
        base: ids.get(one.id)!,
      })),
    );
    const check = compare(REGRET, { eval: this.workload.name, when: "under load", against: "base" }, [
      ...this.#regrets,
    ]);
    if (check.decision !== "fail") return;
    this.#lost = true;
    this.#why = `the timed answers: ${saidFirst([check])}`;
  }

  result(): Dueled {
    return {
      workload: this.workload.name,
      pace: this.#pace(),
      logs: this.#logs,
      answered: this.#answered,
      differing: this.#differing,
      flips: this.#flips,
      ...(this.#why === undefined ? {} : { why: this.#why }),
      ...(this.#lost ? { lost: true as const } : {}),
    };
  }

  #pace(): Pace {
    return paceOf(this.#logs, this.dueling.margin, this.dueling.tail);
  }

  #raced(base: readonly Told[], head: readonly Told[]): Raced {
    const { workload } = this;
    const map = (told: readonly Told[]) => new Map(told.map((one) => [one.id, one]));
    const requests = new Map(base.map(({ id, prompt, tokens }) => {
      return [id, { id, prompt, maxTokens: tokens.length, stop: [] }] as const;
    }));
    const unlike = base.filter(({ prompt }, i) => prompt.join() !== head[i]!.prompt.join()).map(({ id }) =>
      id
    );
    const transcripts = { base: map(base), candidate: map(head) };
    return { workload, blocks: this.#blocks, warmUp: this.#warm!, transcripts, requests, unlike };
  }
}
