/** One step's rows, put together for the network: each request's pending tokens, and the guesses that follow them. */
import type { KvView, SeqId } from "./cache.ts";
import type { Choose, Draft, Sequence } from "./decoder.ts";
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
  /** Whether its tokens are given. */
  readonly forced: boolean;
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
