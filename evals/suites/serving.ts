/**
 * The serving suite: every batcher, and caches that share, on answers asked alone and in a crowd, again on what is then
 * cached, drawn under seeds and at the edges; then raced under eight clients, at people's own lengths, on a heap of work,
 * and where prompts repeat: documents, the turns of agents, the rules of tenants; and where some are long. A file of cold
 * conversations is not among them: in these workloads nobody returns after memory was short.
 */
import {
  agentClients,
  chatClients,
  edgeCases,
  longMixedClients,
  mtBench,
  offlineBatch,
  ragClients,
  sharedPrefix,
  sharegptClients,
  tenantClients,
  wikiText,
} from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { sampled } from "../quality/sampled.ts";
import { served } from "../quality/served.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

const { static_batch, continuous_batching, prefill_first, chunked_prefill, prefix_cache } = techniques;

export const suite: Suite = {
  name: "serving",
  summary: "batchers and shared prefixes: whether answers stay what they were, and what many clients gain",
  candidates: {
    static_batch: [static_batch],
    continuous_batching: [continuous_batching],
    prefill_first: [prefill_first],
    chunked_prefill: [chunked_prefill],
    prefix_cache: [prefix_cache],
    shared_batches: [prefix_cache, continuous_batching],
  },
  evals: [
    tokenMatch(sharedPrefix, { count: 12, tokens: 32 }),
    tokenMatch(mtBench, { count: 8, tokens: 48 }),
    served(wikiText, { count: 20, tokens: 40, rule: "guard" }),
    sampled(mtBench, { count: 6, draws: 32, tokens: 3 }),
    tokenMatch(edgeCases, { count: 35, tokens: 16 }),
  ],
  workloads: [
    chatClients,
    { ...sharegptClients, maxTokens: 128 },
    { ...offlineBatch, requests: 8 },
    ragClients,
    agentClients,
    tenantClients,
    longMixedClients,
  ],
  pairs: 8,
  seed: 20,
};
