/**
 * What llama-perplexity left: the file of --kl-divergence-base (header, tokens, and for each scored position a scale,
 * the least log-probability and one 16-bit level a token; log_softmax in tools/perplexity/perplexity.cpp), and the
 * 32-bit logits that the tap saw. Only the second half of each chunk is scored.
 */
import { UserError } from "../../../engine/mod.ts";

const HEADER_BYTES = 20;

export interface Header {
  /** Tokens of a chunk. */
  readonly context: number;
  readonly vocabulary: number;
  readonly chunks: number;
  /** Scored positions of a chunk. */
  readonly rows: number;
  /** Each chunk's tokens; those beyond the first half and one are scored. */
  readonly tokens: readonly (readonly number[])[];
}

/** @throws {UserError} when the file is not of that form. */
export function readHeader(path: string): Header {
  const head = readAt(path, 0, HEADER_BYTES);
  if (new TextDecoder().decode(head.subarray(0, 8)) !== "_logits_") {
    throw new UserError(`Cannot compare as ${path} must be a file of --kl-divergence-base: it is not.`);
  }
  const [context, vocabulary, chunks] = [...new Int32Array(head.slice(8).buffer)] as [number, number, number];
  const ids = new Int32Array(readAt(path, HEADER_BYTES, 4 * context * chunks).buffer);
  const tokens = Array.from(
    { length: chunks },
    (_, c) => [...ids.subarray(c * context, (c + 1) * context)],
  );
  return { context, vocabulary, chunks, rows: context - 1 - (context >> 1), tokens };
}

/** The log-probabilities of one chunk, [rows x vocabulary], as the levels stand for them. */
export function readStored(
  path: string,
  { context, vocabulary, chunks, rows }: Header,
  chunk: number,
): Float32Array {
  const width = 2 * ((vocabulary + 1) >> 1) + 4;
  const start = HEADER_BYTES + 4 * context * chunks + chunk * rows * width * 2;
  const { buffer } = readAt(path, start, rows * width * 2);
  const logProbs = new Float32Array(rows * vocabulary);
  for (let row = 0; row < rows; row++) {
    const [scale, least] = [...new Float32Array(buffer, row * width * 2, 2)] as [number, number];
    const levels = new Uint16Array(buffer, row * width * 2 + 8, vocabulary);
    const into = logProbs.subarray(row * vocabulary, (row + 1) * vocabulary);
    for (let v = 0; v < vocabulary; v++) into[v] = Math.fround(scale * levels[v]!) + least;
  }
  return logProbs;
}

/** The log-probabilities of one chunk, [rows x vocabulary], by a log-softmax of its logits in 64 bits. */
export function readTapped(path: string, { vocabulary, rows }: Header, chunk: number): Float32Array {
  const bytes = 4 * rows * vocabulary;
  const logits = new Float32Array(readAt(path, chunk * bytes, bytes).buffer);
  for (let row = 0; row < rows; row++) {
    const one = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    const most = one.reduce((max, v) => Math.max(max, v), -Infinity);
    const logSum = most + Math.log(one.reduce((sum, v) => sum + Math.exp(v - most), 0));
    for (let v = 0; v < vocabulary; v++) one[v] = one[v]! - logSum;
  }
  return logits;
}

function readAt(path: string, start: number, length: number): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  file.seekSync(start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) {
      throw new UserError(`Cannot compare as ${path} must be whole: it ends early. Remove it.`);
    }
    done += read;
  }
  return bytes;
}
