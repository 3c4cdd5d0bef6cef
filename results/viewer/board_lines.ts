/** The rows of a board in its own order: by place, then what passed and has none, then what was refused. */
import { short } from "../columns.ts";
import { rowWord } from "../summary.ts";
import type { Table } from "../csv.ts";
import { type Board, isSteady, type Row, type TimedRow } from "../leaderboard.ts";
import { marginUsed } from "../worst.ts";
import { type Facets, once } from "./narrowing.ts";

export interface Line {
  readonly row: Row;
  /** Absent where there is no speed. */
  readonly timed?: TimedRow;
  /** e.g. "2="; "–" for a technique without one, empty for what is no technique. */
  readonly place: string;
  readonly note?: string;
  /** Where it stands in the board's own order. */
  readonly order: number;
}

const known = new WeakMap<Board, readonly Line[]>();

/** The techniques of a board, one line each. */
export function linesOf(board: Board): readonly Line[] {
  const lines = known.get(board) ?? inOrder(board);
  known.set(board, lines);
  return lines;
}

function inOrder({ ranked, wide, late, held, refused }: Board): readonly Line[] {
  const lines: readonly Omit<Line, "order">[] = [
    ...ranked.map((row) => ({ row, timed: row, place: `${row.place}${row.tied ? "=" : ""}` })),
    ...wide.map((row) => ({ row, timed: row, place: "–", note: "wide margin, not ranked" })),
    ...late.map((row) => ({ row, timed: row, place: "–", note: "latency objective broke, not ranked" })),
    ...[...held, ...refused].map((row) => ({ row, place: "–" })),
  ];
  return lines.map((line, order) => ({ ...line, order }));
}

/** What the techniques are compared with. */
export function besideOf({ peer, noise, scope: { model } }: Board): readonly Line[] {
  return [
    ...(peer
      ? [{
        row: peer,
        timed: peer,
        note: `the peer: the same weights at ${model.precision.split(" ")[0]}`,
      }]
      : []),
    ...(noise
      ? [{
        row: noise,
        timed: noise,
        note: `the noise: no gain inside it is claimed${
          isSteady(noise.figures) ? "" : "; it misses 1x: this machine was not steady"
        }`,
      }]
      : []),
  ].map((line, order) => ({ ...line, place: "", order }));
}

export const FACETS = ["verdict", "claim", "slot", "bottleneck"] as const;
export const COLUMNS = [
  "place",
  "name",
  "quality",
  "speed",
  "ttft",
  "tpot",
  "memory",
  "tries",
  "at",
] as const;

export const facetsOf = once(({ row, timed, order }: Line): Facets => {
  const figures = timed?.figures;
  return {
    text: [row.name, ...row.techniques, ...row.slots, ...row.bottlenecks].join(" "),
    is: {
      verdict: [rowWord(row)],
      claim: row.claim === undefined ? [] : [row.claim],
      slot: row.slots,
      bottleneck: row.bottlenecks,
    },
    by: {
      place: order,
      name: short(row.name, 80).toLowerCase(),
      quality: row.worst && -Math.min(marginUsed(row.worst), 1e9),
      speed: figures?.ratio.estimate,
      ttft: figures?.candidate.ttft.p50,
      tpot: figures?.candidate.tpot.p50,
      memory: figures?.candidate.addedBytes,
      tries: row.tried.count,
      at: row.at,
    },
  };
});

/** The lines as a table; a refused row has no figure of speed. */
export function boardTable(board: Board): Table {
  const lines = [
    ...linesOf(board).map((line) => ({ ...line, as: "technique" })),
    ...besideOf(board).map((line) => ({ ...line, as: line.row === board.peer ? "peer" : "noise" })),
  ];
  return lines.map(({ row, timed, place, note, as }) => {
    const { worst } = row;
    const figures = timed?.figures;
    return {
      place: place.replace(/[=–]/, ""),
      tied: place.endsWith("="),
      name: row.name,
      as,
      techniques: row.techniques.join(" + "),
      verdict: rowWord(row),
      claim: row.claim,
      slots: row.slots.join(" "),
      bottlenecks: row.bottlenecks.join(" "),
      note: note ?? row.reason,
      eval: worst?.eval,
      metric: worst?.metric,
      unit: worst?.unit,
      rule: worst?.rule,
      loss: worst?.loss,
      loss_low: worst?.interval.low,
      loss_high: worst?.interval.high,
      loss_allowed: worst?.allowed,
      pairs: worst?.n,
      ratio: figures?.ratio.estimate,
      ratio_low: figures?.ratio.interval.low,
      ratio_high: figures?.ratio.interval.high,
      ratio_claim: figures?.claim,
      ratio_over_peer: figures?.overPeer,
      base_tokens_per_second: figures?.base.tokensPerSecond,
      tokens_per_second: figures?.candidate.tokensPerSecond,
      base_ttft_p50_ms: figures?.base.ttft.p50,
      ttft_p50_ms: figures?.candidate.ttft.p50,
      base_tpot_p50_ms: figures?.base.tpot.p50,
      tpot_p50_ms: figures?.candidate.tpot.p50,
      base_added_bytes: figures?.base.addedBytes,
      added_bytes: figures?.candidate.addedBytes,
      base_weight_bytes: row.weights?.base.bytes,
      weight_bytes: row.weights?.candidate.bytes,
      bits_per_weight: row.weights?.candidate.bits,
      nats_eval: row.likelihood?.eval,
      nats_loss: row.likelihood?.loss,
      nats_loss_low: row.likelihood?.interval.low,
      nats_loss_high: row.likelihood?.interval.high,
      tries: row.tried.count,
      refused_before: row.tried.refused,
      at: new Date(row.at).toISOString(),
      trial: row.id,
    };
  });
}
