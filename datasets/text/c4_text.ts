/** Web pages of C4 (Raffel et al., 2020), menus and all, in three splits. */
import { FILES } from "../packages.ts";
import { fileText } from "./file_text.ts";

const about = {
  name: "c4_text",
  paper: "Raffel et al., JMLR 2020",
  license: "not stated",
  twins: "54 56 59",
};

export const c4Text = fileText(about, FILES.c4, "test", 96);
export const c4TextCalibration = fileText(about, FILES.c4, "calibration", 93);
export const c4TextWorkload = fileText(about, FILES.c4, "workload", 84);
