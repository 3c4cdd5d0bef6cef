/** OpenBookQA (Mihaylov et al., 2018): elementary science, without the book; the question alone is the prompt. */
import { FILES } from "../packages.ts";
import { harnessChoices } from "./harness_choices.ts";

/** A document with its question alone as the prompt. */
export function bare<D extends { readonly query: string }>(doc: D): D {
  return { ...doc, query: doc.query.replace(/^Question: /, "").replace(/\nAnswer:$/, "") };
}

export const openbookQa = harnessChoices(
  {
    name: "openbook_qa",
    version: "1",
    paper: "Mihaylov et al., EMNLP 2018",
    license: "not stated",
    split: "test",
    size: 500,
    chance: 0.25,
  },
  FILES.openbookQa,
  bare,
);
