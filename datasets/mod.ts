/** What goes in: data sets and workloads. */
export * from "./dataset.ts";
export * from "./workload.ts";
