/**
 * Results of AIPerf: profile_export.jsonl, a request a line, beside profile_export_aiperf.json, which says what ran.
 * https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/working-with-profile-exports.md
 */
import { UserError } from "../../engine/mod.ts";
import type { Served, ServedRequest } from "./served.ts";
import {
  clean,
  type Fields,
  fields,
  finite,
  list,
  parseJson,
  parseLines,
  readSource,
  settings,
  type SourceFile,
} from "./source.ts";

const RECORDS = /profile_export\.jsonl$/;
const SUMMARY = "profile_export_aiperf.json";

/** Reads one arm's records and the summary beside them. @throws {UserError} when either is missing or damaged. */
export async function readAiperf(file: SourceFile): Promise<Served> {
  const summary = await readSource(file.path.replace(RECORDS, SUMMARY)).catch(() => {
    throw new UserError(
      `Cannot import the speed in ${file.name} as ${SUMMARY} must lie beside it: there is none. It says which load ran.`,
    );
  });
  const { aiperf_version: version, input_config: config } = fields(
    parseJson(new TextDecoder().decode(summary.bytes), summary.name),
  );
  const requests: ServedRequest[] = [];
  let [unanswered, start, end] = [0, Infinity, -Infinity];
  for (const [value, where] of parseLines(file)) {
    const { metadata, metrics, error } = fields(value);
    const { benchmark_phase: phase, was_cancelled: cancelled, request_start_ns: from, request_end_ns: to } =
      fields(
        metadata,
      );
    if (phase !== undefined && phase !== "profiling") continue;
    if ((error !== undefined && error !== null) || cancelled === true) {
      unanswered++;
      continue;
    }
    const read = (name: string, unit: string) => measured(fields(metrics)[name], unit, `${name} on ${where}`);
    requests.push({
      input: read("input_sequence_length", "tokens"),
      output: read("output_sequence_length", "tokens"),
      first: read("time_to_first_token", "ms"),
      last: read("request_latency", "ms"),
    });
    // Nanoseconds since 1970 are rounded to a quarter of a microsecond.
    start = Math.min(start, finite(from) ?? NaN);
    end = Math.max(end, finite(to) ?? NaN);
  }
  const { models, phases } = fields(config);
  const load = list(phases).map(fields).filter(({ kind }) => kind !== "warmup").map(loadOf).join("; ");
  if (load === "") {
    throw new UserError(
      `Cannot import the speed in ${file.name} as ${SUMMARY} must say which load ran: it does not.`,
    );
  }
  const { path, name, digest } = file;
  return {
    tool: `aiperf ${clean(version ?? "unknown", 20)}`,
    model: clean(fields(list(fields(models).items)[0]).name ?? "unnamed", 80),
    load,
    duration: (end - start) / 1e6,
    requests,
    unanswered,
    file: { path, name, digest },
  };
}

export const isAiperf = (path: string): boolean => RECORDS.test(path);

function measured(metric: unknown, unit: string, where: string): number {
  const { value, unit: found } = fields(metric);
  if (found !== undefined && found !== unit) {
    throw new UserError(`Cannot import the speed as ${where} must be in ${unit}: found ${clean(found, 20)}.`);
  }
  return finite(value) ?? NaN;
}

/** The phase's own words, e.g. "concurrency, requests 24, concurrency 4". */
function loadOf({ type, name: _, kind: __, ...rest }: Fields): string {
  return [clean(type, 30), settings(rest)].join(", ");
}
