/**
 * The life of a bench run: for each candidate ask, judge, race, grade the timed transcripts, judge again, and yield
 * the outcome. No speed leaves this file without a Pass over the quiet checks and the under-load checks together.
 */
import {
  canonical,
  type Engine,
  type Json,
  parts,
  type Session,
  type Stack,
  Unsupported,
} from "../engine/mod.ts";
import { Answers } from "./answers.ts";
import { checksOf } from "./checks.ts";
import { race, type Raced } from "./race.ts";
import { underLoad } from "./under_load.ts";
import { AGAIN, plan, type Planned } from "./plan.ts";
import type { Check, Outcome, Speed, Trial, WorkloadSpeed } from "./outcome.ts";
import { audit, workloadSpeed } from "./speed.ts";
import type { Bench } from "./suite.ts";
import { judge } from "./verdict.ts";

/** The port through which a run learns what is already done here; results implements it. */
export interface Ledger {
  /** The outcome of a trial that was judged on this machine with this code. */
  done(trial: Trial): Outcome | undefined;
  /** How often the trial was tried on this machine, whatever came of it. */
  tries(trial: Trial): number;
}

/** What a run is doing now. `stage` is a few words; `done` of `total` are its own units. */
export interface Progress {
  readonly row: string;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Runs every planned row that the ledger does not know, and yields outcomes as they come, known ones too. */
export async function* bench(
  config: Bench,
  ledger: Ledger,
  progress: (event: Progress) => void = () => {},
  rows?: readonly Planned[],
): AsyncGenerator<{ readonly outcome: Outcome; readonly fresh: boolean }> {
  await using run = new Run(config, progress);
  for (const row of rows ?? await plan(config)) {
    const known = ledger.done(row.trial);
    const outcome = known ?? await run.row(row);
    run.learn(outcome);
    yield { outcome, fresh: known === undefined };
  }
}

class Run implements AsyncDisposable {
  readonly #answers: Answers;
  /** Half-width of the A/A ratio, and the peer's ratio to the baseline, by workload. */
  readonly #noise = new Map<string, number>();
  readonly #peer = new Map<string, number>();
  readonly #baseline = new Map<string, Session>();

  constructor(private readonly config: Bench, private readonly progress: (event: Progress) => void) {
    this.#answers = new Answers(config.suite.seed);
  }

  /** Takes over what later rows are compared with: the noise of the A/A row and the speed of the peer. */
  learn(outcome: Outcome): void {
    if (outcome.kind !== "recorded") return;
    for (const { workload, ratio } of outcome.speed.workloads) {
      if (outcome.trial.name === AGAIN) {
        this.#noise.set(workload, Math.max(ratio.interval.high - 1, 1 - ratio.interval.low));
      }
      if (outcome.trial.name === this.config.peer?.name) this.#peer.set(workload, ratio.estimate);
    }
  }

  async row(row: Planned): Promise<Outcome> {
    const { trial } = row;
    if (row.blind !== undefined) return { kind: "void", trial, reason: row.blind };
    const own = new Map<string, Session>();
    try {
      return await this.#judge(row, own);
    } catch (error) {
      if (error instanceof Unsupported) return { kind: "skipped", trial, reason: error.message };
      throw error;
    } finally {
      for (const session of own.values()) await session[Symbol.asyncDispose]();
    }
  }

  async #judge(row: Planned, own: Map<string, Session>): Promise<Outcome> {
    const { trial } = row;
    const { suite, baseline } = this.config;
    const again = row.techniques.length === 0 ? trial.name : "";
    const base = await this.#open(this.#baseline, this.config.engine, baseline);
    // A row without techniques is the baseline once more: it needs a session and answers of its own.
    const candidate = await this.#open(own, row.engine, row.candidate);
    const opener = (engine: Engine) => (stack: Stack) =>
      engine === this.config.engine && same(stack, baseline)
        ? Promise.resolve(base)
        : this.#open(own, engine, stack);
    const quiet: Check[] = [];
    for (const step of row.steps) {
      for (const e of step.evals) {
        const asking = (who: string) => (done: number, total: number) =>
          this.progress({ row: trial.name, stage: `${e.name} (${who})`, done, total });
        quiet.push(
          ...await checksOf(e, {
            answers: this.#answers,
            base: { stack: step.base, open: opener(this.config.engine), again: "" },
            candidate: {
              stack: step.candidate,
              open: again ? () => Promise.resolve(candidate) : opener(row.engine),
              again,
            },
            context: { eval: e.name, when: "quiet", against: step.against },
            asking,
          }),
        );
      }
    }
    const { counters } = await candidate.stats();
    const idle = row.techniques.find((technique) => technique.engaged?.(counters) === false);
    if (idle) return { kind: "void", trial, reason: `${idle.name} never ran: ${JSON.stringify(counters)}` };
    const early = judge(quiet);
    if (early.kind !== "pass") return { kind: "rejected", trial, verdict: early };

    const raced: Raced[] = [];
    for (const workload of suite.workloads) {
      const stage = `race ${workload.name}`;
      raced.push(
        await race(
          { base, candidate },
          workload,
          suite.pairs,
          (done, total) => this.progress({ row: trial.name, stage, done, total }),
        ),
      );
    }
    const reason = raced.flatMap(({ workload, blocks }) => audit(blocks, workload))[0];
    if (reason !== undefined) return { kind: "void", trial, reason };
    const identical = row.techniques.every((technique) => technique.claim === "identical");
    const loaded: Check[] = [];
    for (const one of raced) loaded.push(await underLoad(one, identical, candidate));
    const verdict = judge([...quiet, ...loaded]);
    if (verdict.kind !== "pass") return { kind: "rejected", trial, verdict };
    const bytes = { base: (await base.stats()).addedBytes, candidate: (await candidate.stats()).addedBytes };
    return { kind: "recorded", trial, verdict, speed: this.#speed(trial, raced, bytes) };
  }

  #speed(
    trial: Trial,
    raced: readonly Raced[],
    bytes: { readonly base: number; readonly candidate: number },
  ): Speed {
    const workloads = raced.map(({ workload, blocks }): WorkloadSpeed => {
      const noise = trial.name === AGAIN ? Infinity : this.#noise.get(workload.name) ?? 0;
      const speed = workloadSpeed(workload.name, blocks, { noise, bytes, seed: this.config.suite.seed });
      const peer = this.#peer.get(workload.name);
      return peer === undefined || trial.name === this.config.peer?.name
        ? speed
        : { ...speed, overPeer: speed.ratio.estimate / peer };
    });
    return { workloads };
  }

  async #open(sessions: Map<string, Session>, engine: Engine, stack: Stack): Promise<Session> {
    const key = `${engine.name}:${canonical(parts(stack) as unknown as Json)}`;
    const known = sessions.get(key);
    if (known) return known;
    const session = await engine.open(stack);
    sessions.set(key, session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#baseline.values()) await session[Symbol.asyncDispose]();
  }
}

function same(a: Stack, b: Stack): boolean {
  return canonical(parts(a) as unknown as Json) === canonical(parts(b) as unknown as Json);
}
