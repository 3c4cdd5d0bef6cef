/** A side in this process: a suite, an engine and a baseline stack, planned as `bench` plans them. */
import { digest, type Session, systemClock, Unsupported, UserError } from "../../engine/mod.ts";
import { type Prompt, take, tokensFor, type Workload } from "../../datasets/mod.ts";
import { Answers } from "../answers.ts";
import { bench } from "../bench.ts";
import { Calibration } from "../calibration.ts";
import type { Eval } from "../eval.ts";
import { machineOf } from "../machine.ts";
import { NO_NOISE } from "../noise.ts";
import { Opened } from "../opened.ts";
import type { Check, Outcome } from "../outcome.ts";
import { AGAIN, loadKey, plan, type Planned } from "../plan.ts";
import { measured } from "../race.ts";
import { toRequest } from "../quality/token_match.ts";
import type { Bench } from "../suite.ts";
import { regretsOf } from "../under_load.ts";
import { whyBroken } from "../unjudged.ts";
import { type About, BASELINE, type Block, type Gate, PROTOCOL, type Side, type Told } from "./side.ts";

/** Prompts drawn of a workload: enough that places are many, few enough to draw at once. */
const MOST_PROMPTS = 161;

export class LiveSide implements Side {
  readonly #config: Bench;
  readonly #answers: Answers;
  readonly #calibration: Calibration;
  readonly #prompts = new Map<string, readonly Prompt[]>();
  #planned: readonly Planned[] | undefined;
  #open: { readonly row: Planned; readonly session: Session } | undefined;

  constructor(config: Bench) {
    const { peer: _, ...own } = config;
    this.#config = own;
    this.#answers = new Answers(config.suite.seed);
    this.#calibration = new Calibration(own, this.#answers);
  }

  async about(): Promise<About> {
    const { suite, baseline: { model }, engine } = this.#config;
    const rows = (await this.#rows()).map(({ trial, steps, techniques, blind }) => {
      const untimed = blind ?? techniques.find(({ emulated }) => emulated !== undefined)?.emulated;
      return {
        name: named(trial.name),
        evals: [...new Set(steps.flatMap((step) => step.evals.map((e) => e.name)))],
        ...(untimed === undefined ? {} : { untimed }),
      };
    });
    const data = ({ name, version, digest }: Eval["dataset"]) => ({ name, version, digest });
    const evals = suite.evals.map(async ({ name, dataset, count, params = {}, streamed = false }) => ({
      name,
      key: await digest({ name, data: data(dataset), count, params, seed: suite.seed }),
      streamed,
    }));
    const workloads = suite.workloads.map(async (workload) => ({
      name: workload.name,
      key: await loadKey(workload),
      places: Math.floor((Math.min(MOST_PROMPTS, workload.prompts.size) - 1) / workload.requests),
    }));
    return {
      protocol: PROTOCOL,
      rows,
      evals: await Promise.all(evals),
      workloads: await Promise.all(workloads),
      model: { name: model.name, digest: model.params.weights, precision: JSON.stringify(model.params.body) },
      hardware: await engine.hardware(),
    };
  }

  async open(name: string): Promise<{ readonly why?: string }> {
    await this.close();
    const row = await this.#row(name);
    try {
      this.#open = { row, session: await row.engine.open(row.candidate) };
      return {};
    } catch (error) {
      if (error instanceof Unsupported) return { why: error.message };
      if (error instanceof UserError) throw error;
      return { why: whyBroken(error) };
    }
  }

  async block(name: string, place: number): Promise<Block> {
    const { clock = systemClock } = this.#config;
    const { session } = this.#opened();
    const workload = found(this.#config.suite.workloads, name);
    const prompts = await this.#drawn(workload);
    const own = place < 0
      ? prompts.slice(-1)
      : prompts.slice(place * workload.requests, (place + 1) * workload.requests);
    const requests = own.map((prompt) => toRequest(session, prompt, tokensFor(workload, prompt)));
    const { block, transcripts } = await measured(
      session,
      requests,
      workload.arrival,
      clock,
      machineOf(clock),
    );
    const { decode } = session.tokenizer;
    const told = requests.map(({ id, prompt }): Told => {
      const { tokens, margins } = transcripts.get(id)!;
      return { id, prompt, tokens, margins, asked: decode(prompt), answer: decode([...tokens]) };
    });
    return { block, told };
  }

  async answers(name: string) {
    const e = found(this.#config.suite.evals, name);
    const { row, session } = this.#opened();
    const answers = await this.#answers.of(e, row.candidate, () => Promise.resolve(session), () => {});
    return [...answers].map(([id, answer]) => ({ id, answer }));
  }

  async noise(row: string, name: string) {
    await using opened = new Opened();
    const { candidate } = await this.#row(row);
    const e = found(this.#config.suite.evals, name);
    return e.noiseOf === undefined ? NO_NOISE : await this.#calibration.noise(e, candidate, opened, () => {});
  }

  async regrets(told: readonly Told[]) {
    return await regretsOf(told, this.#opened().session);
  }

  async gate(name: string): Promise<Gate> {
    if (name === BASELINE) return { kind: "none" };
    const { suite } = this.#config;
    const techniques = (await this.#row(name)).techniques;
    const config = {
      ...this.#config,
      suite: { ...suite, candidates: { [name]: techniques }, workloads: [] },
    };
    const ledger = { done: () => undefined, tries: () => 0 };
    const rows = (await plan(config)).filter(({ trial }) => trial.name === name);
    for await (const { outcome } of bench(config, ledger, () => {}, rows)) return gateOf(outcome);
    return { kind: "none" };
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.session[Symbol.asyncDispose]();
  }

  async #rows() {
    return this.#planned ??= (await plan(this.#config)).filter(({ engine }) =>
      engine === this.#config.engine
    );
  }

  async #row(name: string): Promise<Planned> {
    const rows = await this.#rows();
    const row = rows.find(({ trial }) => named(trial.name) === name);
    if (row === undefined) throw new UserError(`Cannot open ${name} as the suite must have it: it has not.`);
    return row;
  }

  #opened() {
    if (this.#open === undefined) {
      throw new Error("Cannot ask a side as it must have a row open: it has none");
    }
    return this.#open;
  }

  async #drawn(workload: Workload): Promise<readonly Prompt[]> {
    const { name, prompts, seed } = workload;
    const drawn = this.#prompts.get(name) ?? await take(prompts, Math.min(MOST_PROMPTS, prompts.size), seed);
    this.#prompts.set(name, drawn);
    return drawn;
  }
}

const named = (name: string) => name === AGAIN ? BASELINE : name;

function found<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const one = all.find((one) => one.name === name);
  if (one === undefined) throw new Error(`Cannot ask for ${name} as the suite must have it: it has not`);
  return one;
}

function gateOf(outcome: Outcome): Gate {
  switch (outcome.kind) {
    case "recorded":
    case "held":
      return { kind: "pass" };
    case "rejected":
      return { kind: outcome.verdict.kind, why: saidFirst(outcome.verdict.checks) };
    default:
      return { kind: "none", why: outcome.reason };
  }
}

/** The check that is not passed, the failed ones first, in a few words. */
export function saidFirst(checks: readonly Check[]): string {
  const worst = checks.find(({ decision }) => decision === "fail") ??
    checks.find(({ decision }) => decision === "unsure");
  if (worst === undefined) return "nothing was judged";
  const { eval: name, metric, decision, loss, interval, allowed = 0, unit } = worst;
  const [mean, low, high] = [loss, interval.low, interval.high].map((value) => Number(value.toPrecision(3)));
  return `${metric} of ${name} is ${
    decision === "fail" ? "worse" : "undecided"
  }: loss ${mean} [${low}, ${high}] ${unit}, ${allowed} allowed`;
}
