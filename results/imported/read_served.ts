/** Which load generator wrote a file, by what it holds. */
import { UserError } from "../../engine/mod.ts";
import { isAiperf, readAiperf } from "./aiperf.ts";
import { isGuidellm, readGuidellm } from "./guidellm.ts";
import type { Served } from "./served.ts";
import { fields, parseJson, readSource } from "./source.ts";
import { isVllmBench, readVllmBench } from "./vllm_bench.ts";

/** Reads one arm's result. @throws {UserError} when no known tool wrote it. */
export async function readServed(path: string): Promise<Served> {
  const file = await readSource(path);
  if (isAiperf(path)) return await readAiperf(file);
  const value = fields(parseJson(new TextDecoder().decode(file.bytes), file.name));
  if (isGuidellm(value)) return readGuidellm(value, file);
  if (isVllmBench(value)) return readVllmBench(value, file);
  throw new UserError(
    `Cannot import the speed in ${file.name} as it must be of vllm bench serve, GuideLLM (JSON) or AIPerf (profile_export.jsonl): it is none.`,
  );
}
