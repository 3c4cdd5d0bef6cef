/**
 * Takes an export into the store: workers examine its lines, this process adds what holds, in the order of the file and
 * a batch a transaction, so that a killed import goes on where it was. What does not hold is told by line.
 */
import type { Exported, ResultsStore } from "../recording.ts";
import type { Row } from "../row.ts";
import { examine, type Examined } from "./examine.ts";
import { linesOf } from "./lines.ts";
import { isSeal } from "./survey.ts";

export interface Taking {
  /** The time here. */
  readonly now: number;
  /** How many threads examine; 0 for none but this one. */
  readonly workers: number;
  /** Told how many bytes of the file were read. */
  readonly progress: (bytes: number) => void;
  /** Told of each line that is left out, and why. */
  readonly wrong: (line: number, why: string) => void;
}

/** How many recordings were new, how many were here already, and how many lines were left out. */
export interface Taken {
  readonly added: number;
  readonly known: number;
  readonly wrong: number;
}

interface Batch {
  readonly numbers: readonly number[];
  readonly lines: readonly Uint8Array<ArrayBuffer>[];
}

/** Batches are small enough that a few of them fit into memory, and large enough that a transaction pays. */
const BATCH_LINES = 256;
const BATCH_BYTES = 4 * 2 ** 20;

/** `store`: absent where the file is only examined, and nothing kept. */
export async function take(
  path: string,
  origin: Exported,
  { now, workers, progress, wrong }: Taking,
  store?: ResultsStore,
): Promise<Taken> {
  using crew = new Crew(workers, now);
  const total = { added: 0, known: 0, wrong: 0 };
  const leaveOut = (line: number, why: string) => {
    total.wrong++;
    wrong(line, why);
  };
  const settle = async (
    { numbers, examined }: { numbers: readonly number[]; examined: Promise<readonly Examined[]> },
  ) => {
    const rows: Row[] = [];
    for (const [i, one] of (await examined).entries()) {
      if ("why" in one) leaveOut(numbers[i]!, one.why);
      else rows.push(one);
    }
    const added = rows.length === 0 ? 0 : store?.take(rows, origin) ?? rows.length;
    total.added += added;
    total.known += rows.length - added;
  };
  const queue: Parameters<typeof settle>[0][] = [];
  for await (const { numbers, lines } of batchesOf(path, progress, leaveOut)) {
    const fresh = store === undefined ? lines.map(() => true) : unknown(store, lines);
    total.known += fresh.filter((one) => !one).length;
    queue.push({
      numbers: numbers.filter((_, i) => fresh[i]),
      examined: crew.examine(lines.filter((_, i) => fresh[i])),
    });
    if (queue.length > 2 * workers) await settle(queue.shift()!);
  }
  for (const batch of queue) await settle(batch);
  return total;
}

/** For each line, whether what it says to be its id is not in the store; only our own order of keys is looked at. */
function unknown(store: ResultsStore, lines: Batch["lines"]): readonly boolean[] {
  const ids = lines.map((line) => /^\{"id":"([0-9a-f]{64})"/.exec(DECODER.decode(line.subarray(0, 80)))?.[1]);
  const known = store.shelf.known(ids.filter((id) => id !== undefined));
  return ids.map((id) => id === undefined || !known.has(id));
}

const DECODER = new TextDecoder();

async function* batchesOf(
  path: string,
  progress: (bytes: number) => void,
  wrong: (line: number, why: string) => void,
): AsyncIterable<Batch> {
  let [numbers, lines, size]: [number[], Uint8Array<ArrayBuffer>[], number] = [[], [], 0];
  for await (const { number, bytes, ended } of linesOf(path, progress)) {
    if (number === 1) continue;
    if (bytes === undefined) wrong(number, "it is longer than any recording is");
    else if (bytes.length === 0) continue;
    else if (bytes.length < 1000 && isSeal(bytes)) continue;
    else if (!ended) wrong(number, "it is no whole JSON: cut short or damaged");
    else {
      // The reader's own memory is not kept alive by one line of it.
      lines.push(bytes.slice());
      numbers.push(number);
      size += bytes.length;
    }
    if (lines.length < BATCH_LINES && size < BATCH_BYTES) continue;
    yield { numbers, lines };
    [numbers, lines, size] = [[], [], 0];
  }
  if (lines.length > 0) yield { numbers, lines };
}

/** Threads that examine batches in turn, each its own in the order given. */
class Crew implements Disposable {
  readonly #workers: Worker[] = [];
  readonly #busy: Promise<unknown>[];
  readonly #most: number;
  readonly #now: number;
  #turn = 0;

  constructor(workers: number, now: number) {
    this.#most = workers;
    this.#busy = Array.from({ length: workers }, () => Promise.resolve());
    this.#now = now;
  }

  examine(lines: Batch["lines"]): Promise<readonly Examined[]> {
    const now = this.#now;
    if (lines.length === 0) return Promise.resolve([]);
    if (this.#most === 0) return Promise.resolve(lines.map((line) => examine(line, now)));
    const turn = this.#turn++ % this.#most;
    const worker = this.#workers[turn] ??= new Worker(new URL("./examiner.ts", import.meta.url), {
      type: "module",
    });
    const done = this.#busy[turn]!.then(() => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Examined[]>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ lines, now }, lines.map(({ buffer }) => buffer));
      return promise;
    });
    this.#busy[turn] = done.catch(() => {});
    return done;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}
