/** HellaSwag (Zellers et al., 2019): which of four endings follows. */
import { FILES } from "../packages.ts";
import { harnessChoices } from "./harness_choices.ts";

export const hellaswag = harnessChoices({
  name: "hellaswag",
  version: "1",
  paper: "Zellers et al., ACL 2019",
  license: "MIT",
  split: "validation",
  size: 10042,
}, FILES.hellaswag);
