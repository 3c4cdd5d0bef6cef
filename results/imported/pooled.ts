/** Groups of tasks, e.g. the subjects of one benchmark: pooled, each task a cluster, since their documents are one set. */
import type { Scale, Scored } from "./log.ts";
import { clean, type Fields, list } from "./source.ts";

/** Fewer clusters say too little of how clusters differ; such tasks stay apart. */
const FEWEST = 10;

/** The scales with every group of tasks made one; `groups` names each group's tasks or groups. */
export function pooled(scales: readonly Scale[], groups: Fields): readonly Scale[] {
  const nested = new Set(Object.values(groups).flatMap(list).map(String));
  const parts = new Map(Object.entries(groups).map(([name, inner]) => [name, list(inner).map(String)]));
  const leaves = (name: string, depth = 0): readonly string[] =>
    depth > 8 ? [] : parts.get(name)?.flatMap((inner) => leaves(inner, depth + 1)) ?? [name];
  return [...parts.keys()].filter((name) => !nested.has(name)).reduce(
    (all, name) => poolOne(all, clean(name), new Set(leaves(name).map((leaf) => clean(leaf)))),
    scales,
  );
}

function poolOne(scales: readonly Scale[], name: string, tasks: ReadonlySet<string>): readonly Scale[] {
  const inside = Map.groupBy(scales.filter((scale) => tasks.has(scale.eval)), (scale) => scale.metric.name);
  const made = [...inside.values()].filter((of) => of.length >= FEWEST && of.length === tasks.size);
  const gone = new Set(made.flat());
  return [...scales.filter((scale) => !gone.has(scale)), ...made.map((of) => join(name, of))];
}

function join(name: string, scales: readonly Scale[]): Scale {
  const [first] = scales as [Scale];
  const scores = new Map<string, Scored>();
  for (const { eval: task, scores: own } of scales) {
    for (const [id, scored] of own) {
      scores.set(`${task}/${id}`, { ...scored, cluster: `${task}/${scored.cluster}`, subject: task });
    }
  }
  const chances = scales.map(({ metric, scores: { size } }) => (metric.chance ?? 0) * size);
  const chance = chances.reduce((sum, one) => sum + one, 0) / scores.size;
  return {
    ...first,
    eval: name,
    dataset: `lm_eval group ${name}, ${scales.length} tasks`,
    metric: first.metric.chance === undefined ? first.metric : { ...first.metric, chance },
    scores,
  };
}
