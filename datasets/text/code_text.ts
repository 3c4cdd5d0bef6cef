/** Source code of many languages, with what was written around it, in three splits. */
import { FILES } from "../packages.ts";
import { fileText } from "./file_text.ts";

const about = {
  name: "code_text",
  paper: "code and pages about code, whose origin the package does not tell",
  license: "not stated",
  twins: "56 57 58 84 92 94 95 124 126 129 130 165 192 194 197 203",
};

export const codeText = fileText(about, FILES.code, "test", 96);
export const codeTextCalibration = fileText(about, FILES.code, "calibration", 80);
export const codeTextWorkload = fileText(about, FILES.code, "workload", 88);
