/**
 * Reports of GuideLLM (`--output kind=json`): one JSON object with benchmarks, each with its requests; times in seconds.
 * https://github.com/vllm-project/guidellm/tree/main/src/guidellm/schemas
 */
import { UserError } from "../../engine/mod.ts";
import type { Served } from "./served.ts";
import { clean, type Fields, fields, finite, list, settings, type SourceFile } from "./source.ts";

export const isGuidellm = (value: Fields): boolean =>
  Array.isArray(value.benchmarks) && "guidellm_version" in fields(value.metadata);

/** Reads one arm's report. @throws {UserError} when it holds another number of benchmarks than one. */
export function readGuidellm(value: Fields, { path, name, digest }: SourceFile): Served {
  const [benchmark, ...more] = list(value.benchmarks).map(fields);
  if (benchmark === undefined || more.length > 0) {
    throw new UserError(
      `Cannot import the speed in ${name} as it must hold one benchmark: found ${
        benchmark === undefined ? 0 : more.length + 1
      }. Run GuideLLM with one rate or number of streams.`,
    );
  }
  const { successful, errored, incomplete } = fields(benchmark.requests);
  const requests = list(successful).map(fields).map((request) => {
    const { timings } = fields(request.info);
    const { first_token_iteration: first, last_token_iteration: last } = fields(timings);
    const sent = finite(request.request_start_time) ?? NaN;
    return {
      input: finite(request.prompt_tokens) ?? NaN,
      output: finite(request.output_tokens) ?? NaN,
      first: ((finite(first) ?? NaN) - sent) * 1000,
      last: ((finite(last) ?? NaN) - sent) * 1000,
    };
  });
  const { backend } = fields(fields(value.config).spec);
  return {
    tool: `guidellm ${clean(fields(value.metadata).guidellm_version, 20)}`,
    model: clean(fields(backend).model ?? "unnamed", 80),
    load: loadOf(fields(fields(benchmark.config).strategy)),
    duration: (finite(benchmark.duration) ?? NaN) * 1000,
    requests,
    unanswered: list(errored).length + list(incomplete).length,
    file: { path, name, digest },
  };
}

/** The strategy's own words; how many workers ran it is no part of the load. */
function loadOf({ type_: type, worker_count: _, ...rest }: Fields): string {
  return [clean(type, 30), settings(rest)].join(", ");
}
