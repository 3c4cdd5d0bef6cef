/**
 * MT-Bench's first questions as customers of eight companies ask them: each company is a tenant with its own house rules
 * before every question, and its K and V may serve no other. Companies are asked by Zipf's law, the first of them most.
 */
import { type Dataset, hash, type Prompt } from "../dataset.ts";
import { mtBench } from "./mt_bench.ts";
import { houseRules } from "./shared_prefix.ts";

const COMPANIES = [
  "Fernhill Instruments",
  "Alder and Quay Optics",
  "Morrow Field Supply",
  "Tarn Valley Survey Tools",
  "Bexley Weather Works",
  "Corrie Geodetics",
  "Longmere Gauges",
  "Saltmarsh Levels",
];

/** The company that a question goes to: drawn by its id, the n-th with a weight of 1/n. */
export function companyOf(id: string): string {
  const weights = COMPANIES.map((_, i) => 1 / (i + 1));
  let left = hash(`company:${id}`) / 2 ** 32 * weights.reduce((sum, weight) => sum + weight, 0);
  return COMPANIES[weights.findIndex((weight) => (left -= weight) < 0)] ?? COMPANIES[0]!;
}

export const tenants: Dataset<Prompt> = {
  ...mtBench,
  name: "tenants",
  source: `${mtBench.source}; tenants as in datasets/text/tenants.ts`,
  async *samples() {
    for await (const { id, cluster, slices, turns } of mtBench.samples()) {
      const company = companyOf(id);
      yield {
        id: `tenant-${id}`,
        cluster,
        slices,
        turns: turns.slice(0, 1),
        system: houseRules(company),
        tenant: company,
      };
    }
  },
};
