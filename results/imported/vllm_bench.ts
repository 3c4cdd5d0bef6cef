/**
 * Results of `vllm bench serve --save-result --save-detailed`: one JSON object with a list a field, times in seconds.
 * https://docs.vllm.ai/en/latest/cli/bench/serve.html
 */
import { UserError } from "../../engine/mod.ts";
import type { Served, ServedRequest } from "./served.ts";
import { clean, type Fields, finite, list, type SourceFile } from "./source.ts";

export const isVllmBench = (value: Fields): boolean =>
  "request_throughput" in value && "total_input_tokens" in value;

/** Reads one arm's result. @throws {UserError} when it holds no request's own times. */
export function readVllmBench(value: Fields, { path, name, digest }: SourceFile): Served {
  const columns = ["input_lens", "output_lens", "ttfts", "itls"].map((key) => list(value[key]));
  const [inputs, outputs, ttfts, itls] = columns as [unknown[], unknown[], unknown[], unknown[]];
  if (inputs.length === 0 || columns.some(({ length }) => length !== inputs.length)) {
    throw new UserError(
      `Cannot import the speed in ${name} as it must hold each request's times: it does not. Run vllm bench serve with --save-detailed.`,
    );
  }
  const errors = list(value.errors);
  const requests = inputs.flatMap((input, i): readonly ServedRequest[] => {
    if (errors[i]) return [];
    const first = seconds(ttfts[i]);
    const rest = list(itls[i]).reduce((sum: number, gap) => sum + seconds(gap), 0);
    return [{ input: finite(input) ?? NaN, output: finite(outputs[i]) ?? NaN, first, last: first + rest }];
  });
  const { model_id: model, max_concurrency: most, request_rate: rate, burstiness } = value;
  return {
    tool: "vllm bench serve",
    model: clean(model ?? "unnamed", 80),
    load: `rate ${clean(rate, 20)}, burstiness ${clean(burstiness, 20)}, at most ${
      clean(most ?? "any number", 20)
    } at once`,
    duration: seconds(value.duration),
    requests,
    unanswered: inputs.length - requests.length,
    file: { path, name, digest },
  };
}

const seconds = (value: unknown): number => (finite(value) ?? NaN) * 1000;
