/**
 * Two logs become paired samples and checks. A pair is the same document, asked and answered under the same words; a
 * document or a metric that only one arm has is no pair, and what is missing is never assumed.
 */
import { UserError } from "../../engine/mod.ts";
import {
  BOARD_MARGIN,
  type Check,
  compare,
  type Difference,
  type Metric,
  type PairedSample,
} from "../../evals/mod.ts";
import type { Log, Scale, Scored } from "./log.ts";
import { clean } from "./source.ts";

/** Below so many subjects the reader is told. */
const FEW = 20;
/** Fewer documents of a subject show nothing on their own. */
const FEWEST = 5;

/** Largest losses that the user allows, by "metric" or "task/metric". */
export type Margins = ReadonlyMap<string, number>;

/** One check a metric and task, judged by the board's margins where none is given. @throws {UserError} */
export function pair(base: Log, candidate: Log, margins: Margins): readonly Check[] {
  if (base.tool !== candidate.tool) {
    throw new UserError(
      `Cannot pair the logs as one tool must have written both: the baseline's are of ${base.tool}, the candidate's of ${candidate.tool}.`,
    );
  }
  const [ours, theirs] = [byName(base), byName(candidate)];
  for (const [[one, other], who] of [[[ours, theirs], "baseline"], [[theirs, ours], "candidate"]] as const) {
    const alone = [...one.keys()].find((key) => !other.has(key));
    if (alone !== undefined) {
      throw new UserError(`Cannot pair the logs as both must hold ${alone}: only the ${who}'s do.`);
    }
  }
  if (ours.size === 0) {
    throw new UserError(
      `Cannot judge the logs as they must hold a metric with a score a document: found none. ${
        base.leftOut.slice(0, 3).join(" ")
      }`.trim(),
    );
  }
  const known = [...ours.values()].flatMap((
    { eval: task, metric },
  ) => [metric.name, `${task}/${metric.name}`]);
  const unknown = [...margins.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `Cannot use --margin ${clean(unknown)} as it must name a metric of the logs: they hold ${
        [...new Set([...ours.values()].map(({ metric }) => metric.name))].join(", ")
      }.`,
    );
  }
  return [...ours].map(([key, scale]) => check(scale, theirs.get(key)!, margins));
}

const byName = ({ scales }: Log) =>
  new Map(scales.map((scale) => [`${scale.metric.name} of ${scale.eval}`, scale]));

function check(base: Scale, candidate: Scale, margins: Margins): Check {
  const { eval: task, metric, note } = base;
  const where = `${metric.name} of ${task}`;
  if (metric.unit !== candidate.metric.unit || metric.better !== candidate.metric.better) {
    throw new UserError(`Cannot pair the logs as ${where} must count the same way in both: it does not.`);
  }
  const samples = pairs(base, candidate, where);
  if (new Set(samples.map(({ cluster }) => cluster)).size < 2) {
    throw new UserError(
      `Cannot judge ${where} as it must have two documents or more: found ${samples.length}.`,
    );
  }
  const allowed = margins.get(`${task}/${metric.name}`) ?? margins.get(metric.name) ??
    BOARD_MARGIN[metric.unit];
  const judged: Metric = { ...metric, ...(allowed === undefined ? {} : { allowed }) };
  const slices = bySubject(base, samples);
  const found = compare(judged, { eval: task, when: "quiet", against: "baseline" }, samples, { slices });
  const few = slices.size > 0 && found.clusters < FEW
    ? `its ${found.clusters} subjects are the clusters, and so few decide little, however many documents they have`
    : undefined;
  const notes = [note, few, found.note].filter((one) => one !== undefined);
  return notes.length === 0 ? found : { ...found, note: notes.join("; ") };
}

/** The differences of each subject, so that a whole cannot hide one that lost; none where there is but one. */
function bySubject(
  { scores }: Scale,
  samples: readonly PairedSample[],
): ReadonlyMap<string, readonly Difference[]> {
  const documents = [...scores.values()];
  if (new Set(documents.map(({ subject }) => subject)).size < 2) return new Map();
  const parts = Map.groupBy(
    samples.map(({ base, candidate, weight }, i) => ({
      cluster: documents[i]!.cluster,
      difference: candidate - base,
      weight,
    })),
    (_, i) => documents[i]!.subject ?? "no subject",
  );
  return new Map([...parts].filter(([, differences]) => differences.length >= FEWEST));
}

function pairs(base: Scale, candidate: Scale, where: string): readonly PairedSample[] {
  for (const [one, other, who] of [[base, candidate, "baseline"], [candidate, base, "candidate"]] as const) {
    const alone = [...one.scores.keys()].filter((id) => !other.scores.has(id));
    if (alone.length > 0) {
      throw new UserError(
        `Cannot pair the logs as both must hold the same documents: ${alone.length} of ${where} only in the ${who}'s, e.g. ${
          clean(alone[0], 60)
        }.`,
      );
    }
  }
  const subjects = new Set([...base.scores.values()].map(({ subject }) => subject));
  return [...base.scores].map(([id, before]) => {
    const after = candidate.scores.get(id)!;
    const name = clean(id, 80);
    same(before, after, `${name} of ${base.eval}`);
    return {
      id: name,
      cluster: subjects.size < 2 ? before.cluster : before.subject ?? before.cluster,
      base: before.value,
      candidate: after.value,
      weight: before.weight,
      ...(before.value === after.value
        ? {}
        : { shown: { prompt: before.prompt, base: before.answer, candidate: after.answer } }),
    };
  });
}

function same(before: Scored, after: Scored, where: string): void {
  for (const [what, value] of Object.entries(before.asked)) {
    if (value !== after.asked[what as keyof Scored["asked"]]) {
      throw new UserError(
        `Cannot pair the logs as a document must be the same in both: the ${what} of ${where} differs.`,
      );
    }
  }
  if (before.weight !== after.weight) {
    throw new UserError(
      `Cannot pair the logs as a document must be the same in both: the length of ${where} differs.`,
    );
  }
}
