/** The report of tests/bench/gate.ts: each rate with its Monte Carlo error, and whether it keeps what is promised. */

export interface Cell {
  readonly part: "at the margin" | "no loss" | "at the margin, in turn" | "no loss, in turn" | "limits";
  readonly metric: string;
  readonly shape: string;
  /** Samples of accuracy, clusters of amounts; the most that are asked where they come in turn. */
  readonly n: number;
}

export interface Found extends Cell {
  readonly trials: number;
  readonly passed: number;
}

export interface Timed {
  readonly samples: number;
  readonly replicates: number;
  readonly milliseconds: number;
  readonly most: number;
}

/** Standard errors that chance may take a rate beyond a promise. */
const CHANCE = 3;

interface Part {
  readonly title: string;
  readonly what: string;
  /** The promise: a rate of passes, at most or at least. */
  readonly promise?: { readonly rate: number; readonly side: "at most" | "at least" };
}

const AT_MOST = { rate: 0.05, side: "at most" } as const;
const AT_LEAST = { rate: 0.8, side: "at least" } as const;
const PARTS: Readonly<Record<Cell["part"], Part>> = {
  "at the margin": {
    title: "False accepts",
    what: "The true loss is exactly the margin: a pass is an error.",
    promise: AT_MOST,
  },
  "no loss": {
    title: "Power at the planned n",
    what: "No true loss, and as many samples as planned: a pass is right.",
    promise: AT_LEAST,
  },
  "at the margin, in turn": {
    title: "False accepts under peeking",
    what:
      "The true loss is exactly the margin; samples come in turn and every look may decide, first at a quarter of the fixed plan, then with twice as many each time (amounts: a quarter more), up to three times the plan.",
    promise: AT_MOST,
  },
  "no loss, in turn": {
    title: "Power under peeking",
    what: "No true loss; the same looks, at most three times the samples of the fixed plan.",
    promise: AT_LEAST,
  },
  limits: {
    title: "Limits",
    what:
      "False accepts where 5 % cannot be promised: losses so rare or so heavy-tailed that the clusters which carry the mean are mostly not in the sample. No bound that says anything holds for every such law (Bahadur and Savage, 1956). A share p of broken clusters is seen at all with probability 1 - (1 - p)^n; the rates come down where a sample holds several of them. The guards, the tails and the exact checks look for these instead.",
  },
};

/** The report in Markdown. */
export function report(cells: readonly Found[], timed: Timed): string {
  const lines = [
    "# Error rates of the gate",
    "",
    "By simulation of the whole verdict, `compare()` and `judge()`, at the board's margins of 2 points and 0.02 nats a token.",
    `Beside each rate stands its Monte Carlo error (one standard error). A promise is broken where a rate lies more than ${CHANCE} standard errors beyond it.`,
    "",
    ...summary(cells),
    "",
    `Judging ${timed.samples} paired samples with ${timed.replicates} replicates took ${
      timed.milliseconds.toFixed(0)
    } ms (median of 5; at most ${timed.most.toFixed(0)} ms).`,
    "",
  ];
  for (const part of Object.keys(PARTS) as Cell["part"][]) {
    const own = cells.filter((cell) => cell.part === part);
    const { title, what, promise } = PARTS[part];
    lines.push(
      `## ${title}`,
      "",
      what + (promise ? ` Promised: ${promise.side} ${percent(promise.rate)}.` : ""),
      "",
    );
    for (const metric of new Set(own.map((cell) => cell.metric))) {
      const unit = metric === "accuracy" ? "samples" : "clusters";
      lines.push(
        `| ${metric} | ${unit} | trials | passes | error | |`,
        "| --- | ---: | ---: | ---: | ---: | --- |",
      );
      for (const cell of own.filter((one) => one.metric === metric)) lines.push(row(cell));
      lines.push("");
    }
  }
  lines.push(
    "Made by `nice deno run -A tests/bench/gate.ts`; the counts are in gate.json, for the code whose digest stands there.",
    "",
  );
  return lines.join("\n");
}

function summary(cells: readonly Found[]): readonly string[] {
  const lines = ["| | cells | worst | promised | broken |", "| --- | ---: | ---: | --- | ---: |"];
  for (const [part, { title, promise }] of Object.entries(PARTS)) {
    const own = cells.filter((cell) => cell.part === part);
    if (promise === undefined || own.length === 0) continue;
    const rates = own.map(({ passed, trials }) => passed / trials);
    const worst = promise.side === "at most" ? Math.max(...rates) : Math.min(...rates);
    const broke = own.filter(isBroken).length;
    lines.push(
      `| ${title} | ${own.length} | ${percent(worst)} | ${promise.side} ${
        percent(promise.rate)
      } | ${broke} |`,
    );
  }
  return lines;
}

function row(cell: Found): string {
  const { shape, n, trials, passed } = cell;
  const rate = passed / trials;
  const error = Math.sqrt(Math.max(rate * (1 - rate), 1 / trials) / trials);
  return `| ${shape} | ${n} | ${trials} | ${percent(rate)} | ${percent(error, 2)} | ${
    isBroken(cell) ? "**broken**" : ""
  } |`;
}

function isBroken({ part, trials, passed }: Found): boolean {
  const { promise } = PARTS[part];
  if (promise === undefined) return false;
  const { rate, side } = promise;
  const slack = CHANCE * Math.sqrt(rate * (1 - rate) / trials);
  return side === "at most" ? passed / trials > rate + slack : passed / trials < rate - slack;
}

function percent(rate: number, digits = 1): string {
  return `${(100 * rate).toFixed(digits)} %`;
}
