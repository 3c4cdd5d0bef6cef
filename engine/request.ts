/** What a request must hold before it may run. */
import type { Request } from "./engine.ts";
import { checkSampling } from "./sampling.ts";

/** @throws {RangeError} when the prompt is empty or does not fit the context with its answer, or the adapter is unknown. */
export function checkRequest(
  { id, prompt, maxTokens, sampling, forced, adapter }: Request,
  context: number,
  adapters: readonly string[] = [],
): void {
  if (prompt.length === 0) throw new RangeError(`Cannot answer request ${id} as its prompt is empty`);
  if (prompt.length + maxTokens > context) {
    throw new RangeError(
      `Cannot answer request ${id} as prompt and answer must fit ${context} tokens: ` +
        `found ${prompt.length} + ${maxTokens}`,
    );
  }
  if (forced && forced.length !== maxTokens) {
    throw new RangeError(
      `Cannot answer request ${id} as it must force ${maxTokens} tokens: found ${forced.length}`,
    );
  }
  if (adapter !== undefined && !adapters.includes(adapter)) {
    throw new RangeError(
      `Cannot answer request ${id} as its adapter must be one of [${adapters.join(", ")}]: found ${adapter}`,
    );
  }
  if (sampling) checkSampling(sampling);
}
