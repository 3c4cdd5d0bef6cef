/**
 * The life of a bench run: for each candidate ask, judge, race, grade the timed transcripts, judge again, and yield
 * the outcome. No speed leaves this file without a Pass over the quiet checks and the under-load checks together.
 */
import { changed, type Session, systemClock, Unsupported, UserError } from "../engine/mod.ts";
import { Answers } from "./answers.ts";
import { audit } from "./audit.ts";
import { Calibration } from "./calibration.ts";
import { checksInTurn, checksOf } from "./checks.ts";
import { idle, unchanged } from "./engagement.ts";
import { Opened } from "./opened.ts";
import { race, type Raced } from "./race.ts";
import { underLoad } from "./under_load.ts";
import { AGAIN, plan, type Planned } from "./plan.ts";
import type { Block, Check, Outcome, Speed, Trial, TrialWeights, WorkloadSpeed } from "./outcome.ts";
import { underived } from "./rederived.ts";
import { misread } from "./self_test.ts";
import { halfWidth, overPeer, percentiles, workloadSpeed } from "./speed.ts";
import type { Bench } from "./suite.ts";
import { Unjudged, whyBroken } from "./unjudged.ts";
import { judge } from "./verdict.ts";
import { weighed } from "./weighed.ts";

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
  readonly #calibration: Calibration;
  /** Why nothing can be judged here: the baseline does not even equal itself. */
  #unfit: string | undefined;
  #tested = false;
  /** Half-width of the A/A ratio, and the peer's ratio to the baseline, by workload. */
  readonly #noise = new Map<string, number>();
  readonly #peer = new Map<string, WorkloadSpeed["ratio"]>();
  readonly #baseline = new Opened();

  constructor(private readonly config: Bench, private readonly progress: (event: Progress) => void) {
    this.#answers = new Answers(config.suite.seed);
    this.#calibration = new Calibration(config, this.#answers);
  }

  /** Takes over what later rows are compared with: the noise of the A/A row and the speed of the peer. */
  learn(outcome: Outcome): void {
    if (outcome.kind === "rejected" && outcome.trial.name === AGAIN) {
      const failed = outcome.verdict.checks.find(({ decision }) =>
        decision !== undefined && decision !== "pass"
      );
      this.#unfit = `the baseline fails its own A/A: ${failed?.metric} of ${failed?.eval}`;
    }
    if (outcome.kind !== "recorded") return;
    for (const { workload, ratio } of outcome.speed.workloads) {
      if (outcome.trial.name === AGAIN) {
        this.#noise.set(workload, halfWidth(ratio.interval));
      }
      if (outcome.trial.name === this.config.peer?.name) this.#peer.set(workload, ratio);
    }
  }

  async row(row: Planned): Promise<Outcome> {
    const { trial } = row;
    try {
      const reason = row.blind ?? await this.#whyUnfit();
      if (reason !== undefined) return { kind: "void", trial, reason };
      return await this.#judge(row);
    } catch (error) {
      if (error instanceof Unsupported) return { kind: "skipped", trial, reason: error.message };
      if (error instanceof Unjudged) return { kind: "void", trial, reason: error.message };
      // A technique that breaks ends its own row; a baseline that breaks ends the run.
      if (error instanceof UserError || trial.name === AGAIN) throw error;
      return { kind: "void", trial, reason: whyBroken(error) };
    }
  }

  /** Why nothing can be judged here; what can be known beforehand is asked of the baseline once. */
  async #whyUnfit(): Promise<string | undefined> {
    const { suite: { workloads: [workload], seed }, engine, baseline } = this.config;
    if (!this.#tested && workload !== undefined) {
      const session = await this.#baseline.open(engine, baseline);
      this.#unfit ??= await misread(session, workload.prompts, seed);
      this.#tested = true;
    }
    return this.#unfit;
  }

  async #judge(row: Planned): Promise<Outcome> {
    const { trial } = row;
    const { suite, engine, baseline, clock = systemClock } = this.config;
    const { checks: asked, ...held } = await this.#ask(row);
    const nothing = unchanged(row.techniques, asked);
    if (nothing !== undefined) return { kind: "void", trial, reason: nothing };
    const quiet = asked.flat();
    const early = judge(quiet);
    if (early.kind !== "pass") return { kind: "rejected", trial, ...held, verdict: early };
    const emulated = row.techniques.find((technique) => technique.emulated !== undefined);
    if (emulated !== undefined) {
      const reason = `${emulated.name} is emulated here: ${emulated.emulated}`;
      return { kind: "held", trial, ...held, verdict: early, reason };
    }

    // Both arms race in sessions of their own, new ones for each workload: what a cache was left by other questions
    // must make neither faster nor larger.
    const identical = row.techniques.every((technique) => technique.claim === "identical");
    const [raced, loaded]: [Raced[], Check[]] = [[], []];
    const most: Record<string, number> = {};
    const bytes = { base: 0, candidate: 0 };
    const opening: Record<Block["arm"], number[]> = { base: [], candidate: [] };
    const timed = async (arm: Block["arm"], open: () => Promise<Session>) => {
      const start = clock.now();
      const session = await open();
      opening[arm].push(clock.now() - start);
      return session;
    };
    for (const workload of suite.workloads) {
      await using base = await timed("base", () => engine.open(baseline));
      await using candidate = await timed("candidate", () => row.engine.open(row.candidate));
      const told = (done: number, total: number) =>
        this.progress({ row: trial.name, stage: `race ${workload.name}`, done, total });
      const one = await race({ base, candidate }, workload, suite.pairs, told, clock);
      const reason = audit(one, trial.name === AGAIN)[0];
      if (reason !== undefined) return { kind: "void", trial, reason };
      const { counters, addedBytes } = await candidate.stats();
      for (const [name, count] of Object.entries(counters)) most[name] = Math.max(most[name] ?? 0, count);
      bytes.candidate = Math.max(bytes.candidate, addedBytes);
      bytes.base = Math.max(bytes.base, (await base.stats()).addedBytes);
      raced.push(one);
      loaded.push(await underLoad(one, identical, candidate, this.#calibration.bandOf(baseline)));
    }
    const never = suite.workloads.length === 0 ? undefined : idle(row.techniques, most);
    if (never !== undefined) return { kind: "void", trial, reason: never };
    const verdict = judge([...quiet, ...loaded]);
    if (verdict.kind !== "pass") return { kind: "rejected", trial, ...held, verdict };
    const speed = this.#speed(trial, raced, bytes, opening);
    const wrong = speed.workloads.flatMap((one) => underived(one, suite.seed))[0];
    if (wrong !== undefined) return { kind: "void", trial, reason: wrong };
    return { kind: "recorded", trial, ...held, verdict, speed };
  }

  /** The checks of each step, asked without load, and what the weights take. */
  async #ask(
    row: Planned,
  ): Promise<{ readonly checks: readonly (readonly Check[])[]; readonly weights?: TrialWeights }> {
    const { trial } = row;
    const { engine, baseline, untilDecided } = this.config;
    await using own = new Opened();
    // A row without techniques is the baseline once more: it needs a session and answers of its own.
    const again = row.techniques.length === 0 ? trial.name : "";
    const steps: Check[][] = [];
    for (const { base, candidate, against, claim, evals } of row.steps) {
      const checks: Check[] = [];
      for (const e of evals) {
        const asking = (who: string) => (done: number, total: number) =>
          this.progress({ row: trial.name, stage: `${e.name} (${who})`, done, total });
        const isBaseline = changed(base, baseline).length === 0;
        const ask = untilDecided ? checksInTurn : checksOf;
        checks.push(
          ...await ask(e, {
            answers: this.#answers,
            base: {
              stack: base,
              open: (stack) => (isBaseline ? this.#baseline : own).open(engine, stack),
              again: "",
            },
            candidate: { stack: candidate, open: (stack) => own.open(row.engine, stack), again },
            ...(claim === undefined ? {} : { claim }),
            noise: (e) => this.#calibration.noise(e, base, own, asking("noise")),
            context: { eval: e.name, when: "quiet", against },
            asking,
          }),
        );
      }
      steps.push(checks);
    }
    const weights = await weighed(
      [baseline, await this.#baseline.open(engine, baseline)],
      [row.candidate, await own.open(row.engine, row.candidate)],
    );
    return { checks: steps, ...(weights === undefined ? {} : { weights }) };
  }

  #speed(
    trial: Trial,
    raced: readonly Raced[],
    bytes: { readonly base: number; readonly candidate: number },
    opening: Readonly<Record<Block["arm"], readonly number[]>>,
  ): Speed {
    const workloads = raced.map(({ workload, blocks }): WorkloadSpeed => {
      const noise = trial.name === AGAIN ? Infinity : this.#noise.get(workload.name) ?? Infinity;
      const given = { noise, bytes, seed: this.config.suite.seed, objective: workload.objective };
      const speed = workloadSpeed(workload.name, blocks, given);
      const peer = this.#peer.get(workload.name);
      return peer === undefined || trial.name === this.config.peer?.name
        ? speed
        : { ...speed, ...overPeer(speed, peer) };
    });
    if (raced.length === 0) return { workloads };
    const median = (values: readonly number[]) => percentiles(values).p50;
    return { workloads, opening: { base: median(opening.base), candidate: median(opening.candidate) } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#baseline[Symbol.asyncDispose]();
  }
}
