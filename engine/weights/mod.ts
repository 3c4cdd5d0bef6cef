/** Where weights come from, and what they are. */
export * from "./blocks.ts";
export * from "./config.ts";
export * from "./folder.ts";
export * from "./gguf.ts";
export * from "./join.ts";
export * from "./open.ts";
export * from "./packed.ts";
export * from "./some_layers.ts";
export * from "./weights.ts";
