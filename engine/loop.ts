/**
 * One step of serving: the scheduler picks rows, the decoder adds guesses, the network runs once, the accepted rows
 * go to the cache and their tokens to the caller. A request is admitted, in the scheduler's order, where the cache has
 * room for every row that it is known to need (vLLM; Kwon et al., 2023). What answers gain later may not fit: then one
 * is preempted, keeps its tokens and computes its rows again.
 */
import type { KvLive, SeqId } from "./cache.ts";
import type { Clock } from "./clock.ts";
import { type Accepted, checkDraft, type DecoderLive, type Draft, NO_DRAFT, verify } from "./decoder.ts";
import type { Emission, Request, TokenScores } from "./engine.ts";
import { type Batch, type Forward, type Network, rowsOf } from "./network.ts";
import { batchOf, begun, ownerOf, type Planned, type Running, type Undrafted } from "./step_batch.ts";
import { checkRequest } from "./request.ts";
import type { Job, SchedulerLive, Work } from "./scheduler.ts";
import { firstOf, promptScores, scoresOf } from "./token_scores.ts";

/** Guesses that one sequence may offer in one step at most. */
const MAX_DRAFT = 32;

export interface LiveParts {
  readonly network: Network;
  readonly cache: KvLive;
  readonly decoder: DecoderLive;
  readonly scheduler: SchedulerLive;
  readonly clock: Clock;
}

export class Loop {
  readonly #waiting: Running[] = [];
  readonly #running: Running[] = [];
  readonly #count = {
    steps: 0,
    rows: 0,
    tokens: 0,
    drafted: 0,
    accepted: 0,
    largestBatch: 0,
    chunks: 0,
    prefixHits: 0,
    prefixRows: 0,
    preempted: 0,
    stepMilliseconds: 0,
  };

  constructor(private readonly live: LiveParts) {}

  get idle(): boolean {
    return this.#waiting.length + this.#running.length === 0;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#count, ...this.live.cache.counters };
  }

  /** @throws {RangeError} as `checkRequest`. */
  submit(request: Request): void {
    const { network, cache: { limit = Infinity } } = this.live;
    checkRequest(request, Math.min(network.shape.context, limit), network.adapters);
    this.#waiting.push(begun(request));
  }

  /** Drops every request. */
  abandon(): void {
    // One that was preempted waits, and is known to the decoder all the same.
    for (const job of [...this.#running, ...this.#waiting]) this.live.decoder.finish?.(job);
    for (const job of this.#running) this.live.cache.release(job.seq!);
    this.#running.length = this.#waiting.length = 0;
  }

  /** Drops what its caller has aborted. */
  sweep(): void {
    const aborted = ({ request }: Running) => request.signal?.aborted === true;
    for (const jobs of [this.#running, this.#waiting]) {
      for (const job of jobs.filter(aborted)) {
        this.live.decoder.finish?.(job);
        if (job.seq !== undefined) this.live.cache.release(job.seq);
        jobs.splice(jobs.indexOf(job), 1);
        if (this.idle) this.live.cache.check();
      }
    }
  }

  /** Runs one step; returns what became known in it. */
  async step(): Promise<readonly Emission[]> {
    const start = this.live.clock.now();
    const emissions = await this.#step();
    this.#count.stepMilliseconds += this.live.clock.now() - start;
    return emissions;
  }

  async #step(): Promise<readonly Emission[]> {
    const job = (r: Running): Job => ({ id: r.request.id, pending: r.tokens.length - r.cached });
    const planned = (waiting: readonly Running[]) =>
      this.#plan(this.live.scheduler.step(waiting.map(job), this.#running.map(job)));
    let undrafted = planned(this.#waiting);
    // Of those that wait none may fit yet.
    if (undrafted.length === 0 && this.#running.length > 0) undrafted = planned([]);
    if (undrafted.length === 0) {
      throw new RangeError("Cannot run a step as the cache has no room for any request: give it more tokens");
    }
    const plan = await this.#draft(undrafted);
    const batch: Batch = { ...this.#batch(plan), ...(this.live.decoder.learn && { features: true }) };
    const before = this.live.clock.now();
    const { logits, kv, features } = await this.live.network.forward(batch);
    const { vocabulary } = this.live.network.shape;
    const at = this.live.clock.now();
    if (plan.every(({ rows, draft }) => rows === 1 || draft.tokens.length > 0)) {
      const [rows, sequences] = [batch.tokens.length, plan.length];
      this.live.decoder.timed?.({ rows, sequences, milliseconds: at - before });
    }
    const emissions: Emission[] = [];
    let wanted = 0;
    for (const { job, rows, draft, at: first } of plan) {
      const chosen = Array.from({ length: rows }, (_, i) => first + i);
      const done = job.cached + rows === job.tokens.length;
      const committed = job.tokens.slice(job.cached, job.cached + rows);
      const prompted = promptScores(job, rows, logits.subarray(wanted * vocabulary), vocabulary);
      const told = prompted ? { prompted } : {};
      wanted += prompted?.logProbs.length ?? 0;
      if (!done) {
        this.#count.chunks++;
        this.#commit(job, { kv, features }, chosen, committed);
        if (prompted) emissions.push({ id: job.request.id, tokens: [], margins: [], at, ...told });
        continue;
      }
      const size = 1 + draft.tokens.length;
      const own = logits.subarray(wanted * vocabulary, (wanted + size) * vocabulary);
      const { decoder } = this.live;
      const accepted = decoder.accept?.(job, draft, own, vocabulary, job.choose) ??
        verify(job, draft, own, vocabulary, job.choose);
      wanted += size;
      for (const row of accepted.rows.slice(1)) {
        chosen.push(first + rows - 1 + row);
        committed.push(draft.tokens[row - 1]!);
      }
      this.#commit(job, { kv, features }, chosen, committed);
      if (draft.tokens.length > 0) {
        this.#count.drafted += draft.tokens.length;
        this.#count.accepted += accepted.rows.length - 1;
        this.live.decoder.observe?.(job, draft.tokens.length, accepted.rows.length - 1);
      }
      const scored = job.scored
        ? scoresOf(accepted.tokens, accepted.rows, own, vocabulary, job.likeliest)
        : undefined;
      const emission = { ...this.#emit(job, accepted, scored, at), ...told };
      emissions.push(size > 1 ? { ...emission, offered: size - 1 } : emission);
    }
    return emissions;
  }

  #plan(work: readonly Work[]): Undrafted[] {
    const plan: Undrafted[] = [];
    const { preempted } = this.#count;
    let full = false;
    for (const { id, rows: allowed } of work) {
      const waiting = this.#waiting.some((one) => one.request.id === id);
      // Nobody comes in past one that waits for room, nor into room that was just taken from another.
      if (waiting && (full || this.#count.preempted > preempted)) continue;
      const job = this.#admit(id);
      full ||= waiting && job === undefined;
      if (job === undefined) continue;
      const pending = job.tokens.length - job.cached;
      const rows = Math.min(allowed, pending);
      const left = job.request.maxTokens - (job.tokens.length - job.prompted) - 1;
      const room = pending === 1 ? Math.max(0, Math.min(MAX_DRAFT, allowed - rows, left)) : 0;
      if (!this.#makeRoom(job, rows, plan)) continue;
      plan.push({ job, rows, room });
    }
    return plan;
  }

  /** Asks the decoder for the drafts of a step, and sets pages aside for them. */
  async #draft(plan: readonly Undrafted[]): Promise<Planned[]> {
    const asking = plan.filter(({ room }) => room > 0);
    const drafts = asking.length === 0 ? [] : await this.live.decoder.propose(
      asking.map(({ job, room }) => ({ sequence: job, room, past: this.live.cache.view(job.seq) })),
    );
    if (drafts.length !== asking.length) {
      throw new RangeError(
        `Cannot verify ${drafts.length} drafts as ${asking.length} sequences asked for one`,
      );
    }
    let at = 0;
    return plan.map((planned) => {
      const { job, rows } = planned;
      let draft: Draft = drafts[asking.indexOf(planned)] ?? NO_DRAFT;
      // What is forced is not drawn, so that guesses stand or fall by it.
      if (job.forced) draft = { tokens: draft.tokens, parent: draft.parent };
      checkDraft(draft);
      if (!this.live.cache.reserve(job.seq, rows + draft.tokens.length)) draft = NO_DRAFT;
      const first = at;
      at += rows + draft.tokens.length;
      return { job, rows, draft, at: first };
    });
  }

  /** Preempts, of this job and those that are not planned, one after another until `rows` more rows fit; false: itself. */
  #makeRoom(job: Running & { readonly seq: SeqId }, rows: number, plan: readonly Undrafted[]): boolean {
    while (!this.live.cache.reserve(job.seq, rows)) {
      const jobs = this.#running.filter((r) => !plan.some((p) => p.job === r))
        .map((r) => ({ id: r.request.id, pending: r.tokens.length - r.cached }));
      const victim = this.live.scheduler.preempt(jobs);
      this.#count.preempted++;
      this.#suspend(this.#running.find((r) => r.request.id === victim)!);
      if (victim === job.request.id) return false;
    }
    return true;
  }

  #suspend(job: Running): void {
    this.live.cache.release(job.seq!);
    delete job.seq;
    job.cached = 0;
    this.#running.splice(this.#running.indexOf(job), 1);
    this.#waiting.unshift(job);
  }

  /** The job as it runs; one that waits is admitted first, where all its rows fit without taking room from others. */
  #admit(id: string): (Running & { readonly seq: SeqId }) | undefined {
    const running = this.#running.find((r) => r.request.id === id);
    if (running) return running as Running & { readonly seq: SeqId };
    const index = this.#waiting.findIndex((r) => r.request.id === id);
    if (index < 0) return undefined;
    const job = this.#waiting[index]!;
    const { seq, matched } = this.live.cache.start(job.tokens, ownerOf(job));
    if (!this.live.cache.reserve(seq, job.tokens.length - matched)) {
      this.live.cache.release(seq);
      return undefined;
    }
    this.#waiting.splice(index, 1);
    job.seq = seq;
    job.cached = matched;
    if (matched > 0) {
      this.#count.prefixHits++;
      this.#count.prefixRows += matched;
    }
    this.#running.push(job);
    return job as Running & { readonly seq: SeqId };
  }

  #batch(plan: readonly Planned[]): Batch {
    const batch = batchOf(plan, (seq) => this.live.cache.view(seq));
    this.#count.steps++;
    this.#count.rows += batch.tokens.length;
    this.#count.largestBatch = Math.max(this.#count.largestBatch, plan.length);
    return batch;
  }

  #commit(
    job: Running & { readonly seq: SeqId },
    { kv, features }: Pick<Forward, "kv"> & { readonly features: Float32Array | undefined },
    rows: number[],
    tokens: number[],
  ): void {
    this.live.cache.commit(job.seq, kv, rows, tokens);
    if (features) {
      this.live.decoder.learn?.(job, job.cached, rowsOf(features, rows, this.live.network.shape.width));
    }
    job.cached += rows.length;
  }

  #emit(
    job: Running & { readonly seq: SeqId },
    { tokens, margins }: Accepted,
    scored: TokenScores | undefined,
    at: number,
  ): Emission {
    const { id, maxTokens, stop } = job.request;
    const room = maxTokens - (job.tokens.length - job.prompted);
    const stopped = tokens.findIndex((token) => stop.includes(token));
    const kept = Math.min(room, stopped < 0 ? tokens.length : stopped + 1);
    job.tokens.push(...tokens.slice(0, kept));
    this.#count.tokens += kept;
    const emission = {
      id,
      tokens: tokens.slice(0, kept),
      margins: margins.slice(0, kept),
      at,
      ...(scored ? { scored: firstOf(scored, kept) } : {}),
    };
    const finish = stopped >= 0 && stopped < kept ? "stop" : kept === room ? "length" : undefined;
    if (finish === undefined) return emission;
    this.live.decoder.finish?.(job);
    this.live.cache.release(job.seq);
    this.#running.splice(this.#running.indexOf(job), 1);
    if (this.idle) this.live.cache.check();
    return { ...emission, finish };
  }
}
