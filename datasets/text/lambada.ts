/** LAMBADA (Paperno et al., 2016), in OpenAI's detokenized form: the last word of a passage. */
import type { Cloze, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { rows } from "../source.ts";

interface Row {
  readonly request: { readonly context: string; readonly continuation: string };
  readonly doc_id: number;
}

export const lambada: Dataset<Cloze> = {
  name: "lambada",
  version: "1",
  source: `${from(FILES.lambada)}; Paperno et al., ACL 2016`,
  license: "CC BY 4.0",
  split: "test",
  digest: FILES.lambada.sha256,
  size: 5153,
  samples: () =>
    rows(FILES.lambada, (row) => {
      const { request, doc_id } = row as Row;
      const id = String(doc_id);
      return { id, cluster: id, slices: [], context: request.context, target: request.continuation };
    }),
};
