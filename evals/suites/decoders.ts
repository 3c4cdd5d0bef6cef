/**
 * The decoders suite: every speculative decoder of the catalogue, on answers asked alone and in a crowd, drawn under
 * seeds, served and at the edges, then raced where answers quote what was given and where they do not. Guesses are worth
 * what the text lets them be, so a gain on one workload says nothing of another.
 */
import {
  chatClients,
  chatSingle,
  codeEditSingle,
  edgeCases,
  mathsSingle,
  mtBench,
  quotedContext,
  quotedSingle,
  summarySingle,
  translationSingle,
  wikiText,
} from "../../datasets/mod.ts";
import { type Technique, techniques } from "../../techniques/mod.ts";
import { drafts } from "../quality/drafts.ts";
import { sampled } from "../quality/sampled.ts";
import { served } from "../quality/served.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "decoders",
  summary: "speculative decoders: whether answers stay what they were, and what guessing gains by workload",
  candidates: Object.fromEntries(
    Object.entries<Technique>(techniques).filter(([, { slot }]) => slot === "decoder")
      .map(([name, technique]) => [name, [technique]]),
  ),
  evals: [
    tokenMatch(quotedContext, { count: 12, tokens: 48 }),
    tokenMatch(mtBench, { count: 8, tokens: 48 }),
    served(wikiText, { count: 20, tokens: 40, rule: "guard" }),
    sampled(mtBench, { count: 6, draws: 32, tokens: 3 }),
    tokenMatch(edgeCases, { count: 35, tokens: 16 }),
    drafts(quotedContext, { count: 8, tokens: 48 }),
  ],
  workloads: [
    { ...chatSingle, maxTokens: 64 },
    summarySingle,
    quotedSingle,
    codeEditSingle,
    translationSingle,
    mathsSingle,
    chatClients,
  ],
  pairs: 8,
  seed: 20,
};
