/** What the server counts, as Prometheus reads it: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { Milliseconds } from "../clock.ts";
import type { Emission, SessionStats } from "../engine.ts";

/** How requests end; "left": the client went; "stop": at a text that ends an answer, or a token that does. */
export type Ending = "stop" | "length" | "error" | "left" | "overdue" | "refused";

/** Upper bounds of the buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

class Histogram {
  readonly #counts: number[] = BUCKETS.map(() => 0);
  #count = 0;
  #sum = 0;

  add(value: Milliseconds, times = 1): void {
    const seconds = value / 1000;
    this.#count += times;
    this.#sum += seconds * times;
    BUCKETS.forEach((bound, i) => {
      if (seconds <= bound) this.#counts[i]! += times;
    });
  }

  lines(name: string): readonly string[] {
    return [
      ...BUCKETS.map((bound, i) => `${name}_bucket{le="${bound}"} ${this.#counts[i]}`),
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#sum}`,
      `${name}_count ${this.#count}`,
    ];
  }
}

/** One request, as it is noted. */
export interface Watch {
  told(emission: Emission): void;
  over(): void;
}

export class Metrics {
  readonly #first = new Histogram();
  readonly #between = new Histogram();
  readonly #whole = new Histogram();
  readonly #ended: Record<Ending, number> = { stop: 0, length: 0, error: 0, left: 0, overdue: 0, refused: 0 };
  #promptTokens = 0;
  #tokens = 0;
  #waiting = 0;
  #running = 0;

  /** Notes a request that was taken. */
  asked(promptTokens: number, at: Milliseconds): Watch {
    this.#promptTokens += promptTokens;
    this.#waiting++;
    let last: Milliseconds | undefined;
    return {
      told: ({ tokens, at: now, finish }) => {
        this.#tokens += tokens.length;
        if (tokens.length > 0) {
          if (last === undefined) {
            this.#waiting--;
            this.#running++;
            this.#first.add(now - at);
          } else this.#between.add((now - last) / tokens.length, tokens.length);
          last = now;
        }
        if (finish === undefined) return;
        this.#whole.add(now - at);
        this.ended(finish);
      },
      over: () => {
        if (last === undefined) this.#waiting--;
        else this.#running--;
      },
    };
  }

  ended(how: Ending, count = 1): void {
    this.#ended[how] += count;
  }

  /** The whole text, with the engine's own counts. */
  text({ counters }: Pick<SessionStats, "counters">): string {
    const metric = (name: string, type: string, help: string, lines: readonly string[]) => [
      `# HELP assay_${name} ${help}`,
      `# TYPE assay_${name} ${type}`,
      ...lines.map((line) => `assay_${line}`),
    ];
    const one = (name: string, type: "counter" | "gauge", help: string, value: number) =>
      metric(name, type, help, [`${name} ${value}`]);
    return [
      ...one("requests_waiting", "gauge", "Requests that have no token yet.", this.#waiting),
      ...one("requests_running", "gauge", "Requests that have a token, and are under way.", this.#running),
      ...metric(
        "requests_ended_total",
        "counter",
        "Requests by how they ended.",
        Object.entries(this.#ended).map(([how, count]) => `requests_ended_total{how="${how}"} ${count}`),
      ),
      ...one("prompt_tokens_total", "counter", "Tokens of the prompts that were taken.", this.#promptTokens),
      ...one("generation_tokens_total", "counter", "Tokens that were generated.", this.#tokens),
      ...metric(
        "time_to_first_token_seconds",
        "histogram",
        "From taking a request to its first token.",
        this.#first.lines("time_to_first_token_seconds"),
      ),
      ...metric(
        "inter_token_latency_seconds",
        "histogram",
        "Between a request's tokens; those of one step share its time.",
        this.#between.lines("inter_token_latency_seconds"),
      ),
      ...metric(
        "request_duration_seconds",
        "histogram",
        "From taking a request to its last token, of those that ended by themselves.",
        this.#whole.lines("request_duration_seconds"),
      ),
      ...Object.entries(counters).flatMap(([name, value]) =>
        one(`engine_${snake(name)}`, "gauge", `The engine's own count: ${name}.`, value)
      ),
    ].join("\n") + "\n";
  }
}

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
