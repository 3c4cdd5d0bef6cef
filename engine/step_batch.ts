/** One step's rows, put together for the network: each request's pending tokens, and the guesses that follow them. */
import type { KvView, SeqId } from "./cache.ts";
import { type Choose, chooser, type Draft, type Sequence } from "./decoder.ts";
import type { Request } from "./engine.ts";
import type { Batch } from "./network.ts";

export interface Running extends Sequence {
  readonly tokens: number[];
  /** Absent while waiting or preempted. */
  seq?: SeqId;
  /** Rows in the cache. */
  cached: number;
  /** How its tokens are chosen; a decoder does not see what a request forces. */
  readonly choose: Choose;
  readonly scored: boolean;
  /** How many of the likeliest tokens are told with a score. */
  readonly likeliest: number;
  /** Tokens of the prompt whose scores are told already, or were not asked for. */
  told: number;
  /** Whether its tokens are given. */
  readonly forced: boolean;
}

/** A request before its first step. */
export function begun(request: Request): Running {
  const { forced, ...shown } = request;
  const { likeliest = 0, prompt = false } = typeof request.scored === "object" ? request.scored : {};
  return {
    request: shown,
    tokens: [...request.prompt],
    prompted: request.prompt.length,
    cached: 0,
    choose: chooser(request),
    scored: forced !== undefined || Boolean(request.scored),
    likeliest,
    told: prompt ? 1 : request.prompt.length,
    forced: forced !== undefined,
  };
}

/** Whose rows a request may share. K/V depend on the adapter as on the tokens; a prompt that is scored needs its own. */
export function ownerOf({ request: { id, tenant = "", adapter }, told, prompted }: Running): string {
  if (told < prompted) return JSON.stringify([tenant, adapter ?? "", id]);
  return adapter === undefined ? tenant : JSON.stringify([tenant, adapter]);
}

/** A request's part of a step, before it is given guesses. */
export interface Undrafted {
  readonly job: Running & { readonly seq: SeqId };
  /** Pending rows that run in this step. */
  readonly rows: number;
  /** Guesses that may follow them. */
  readonly room: number;
}

export interface Planned extends Omit<Undrafted, "room"> {
  readonly draft: Draft;
  /** First row of this job in the batch. */
  readonly at: number;
}

/** The positions [from, to) among the next `rows` of a request whose logits score the prompt's tokens after them. */
export function scoring({ cached, prompted, told }: Running, rows: number): readonly [number, number] {
  const from = Math.max(cached, told - 1);
  return [from, Math.max(from, Math.min(cached + rows, prompted - 1))];
}

/** The batch of a step; `view` gives a sequence's past. */
export function batchOf(plan: readonly Planned[], view: (seq: SeqId) => KvView): Batch {
  const total = plan.reduce((sum, p) => sum + p.rows + p.draft.tokens.length, 0);
  const [tokens, positions, sequence, parent] = [0, 0, 0, 0].map(() => new Int32Array(total)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const want: number[] = [];
  let tree = false;
  plan.forEach(({ job, rows, draft, at }, index) => {
    for (let i = 0; i < rows; i++) {
      tokens[at + i] = job.tokens[job.cached + i]!;
      positions[at + i] = job.cached + i;
      parent[at + i] = i === 0 ? -1 : at + i - 1;
    }
    const last = at + rows - 1;
    draft.tokens.forEach((token, i) => {
      const row = last + 1 + i;
      tokens[row] = token;
      parent[row] = last + 1 + draft.parent[i]!;
      positions[row] = positions[parent[row]!]! + 1;
      tree ||= parent[row] !== row - 1;
    });
    sequence.fill(index, at, at + rows + draft.tokens.length);
    const [from, to] = scoring(job, rows);
    for (let position = from; position < to; position++) want.push(at + position - job.cached);
    if (job.cached + rows === job.tokens.length) {
      for (let row = last; row <= last + draft.tokens.length; row++) want.push(row);
    }
  });
  const adapters = plan.map(({ job }) => job.request.adapter);
  return {
    tokens,
    positions,
    sequence,
    past: plan.map(({ job }) => view(job.seq)),
    want: Int32Array.from(want),
    ...(tree ? { parent } : {}),
    ...(adapters.some((adapter) => adapter !== undefined) ? { adapters } : {}),
  };
}
