/** Where weights come from, and what they are. */
export * from "./blocks.ts";
export * from "./config.ts";
export * from "./gguf.ts";
