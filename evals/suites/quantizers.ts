/**
 * The quantizers suite: every technique of the catalogue that holds weights, or K and V, in fewer bits, on running text
 * of an encyclopedia and of code, on questions, and served. Fewer bits lose less text of the kind that they were
 * calibrated on, so both kinds are judged. What holds K and V is seen by `served` alone, whose texts are as many as a
 * margin takes and reach as far again as a context of some hundred tokens.
 */
import {
  arcEasy,
  chatClients,
  chatSingle,
  codeText,
  edgeCases,
  hellaswag,
  lambada,
  quotedContext,
  wikiText,
} from "../../datasets/mod.ts";
import { type Technique, techniques } from "../../techniques/mod.ts";
import { cloze } from "../quality/cloze.ts";
import { generated } from "../quality/generated.ts";
import { logitKl } from "../quality/logit_kl.ts";
import { multipleChoice } from "../quality/multiple_choice.ts";
import { perplexity } from "../quality/perplexity.ts";
import { served } from "../quality/served.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

/** Whatever makes other weights of the model's, or keeps what attention reads in fewer bits. */
const isQuantizer = ({ slot, claim }: Technique) =>
  slot === "model" || (slot === "cache" && claim === "equivalent");

export const suite: Suite = {
  name: "quantizers",
  summary: "weights, and K and V, in fewer bits: what they lose, and what they take",
  candidates: Object.fromEntries(
    Object.entries<Technique>(techniques).filter(([, technique]) => isQuantizer(technique))
      .map(([name, technique]) => [name, [technique]]),
  ),
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    served(wikiText, { count: 24, tokens: 40 }),
    generated(edgeCases, { count: 35, tokens: 32 }),
    perplexity(wikiText, { count: 40, tokens: 512 }),
    perplexity(codeText, { count: 40, tokens: 512 }),
    logitKl(wikiText, { count: 8, tokens: 128 }),
    logitKl(codeText, { count: 8, tokens: 128 }),
    multipleChoice(arcEasy, { count: 500, judged: "acc", chance: 0.25 }),
    multipleChoice(hellaswag, { count: 500, judged: "acc_norm", chance: 0.25 }),
    cloze(lambada, { count: 500 }),
  ],
  workloads: [chatSingle, chatClients],
  pairs: 8,
  seed: 20,
};
