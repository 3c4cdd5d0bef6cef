/**
 * A decoder that guesses nothing and writes what it is told of each request to a file: the hidden states that drafters
 * are trained on, streamed, as many requests in memory as run at once.
 */
import { type DecoderLive, NO_DRAFT, oneByOne, type Slot } from "../../engine/mod.ts";

/** A prompt with its answer, and the features [rows x width] of all its tokens but the last. */
export interface Recorded {
  readonly tokens: Int32Array;
  readonly features: Float32Array;
}

/** The slot; the ids of requests are the names of their files in the folder. */
export const featureRecord = (folder: string): Slot => ({
  name: "feature_record",
  params: { folder },
  module: import.meta.url,
});

/** Opens the decoder. */
export function open({ folder }: { readonly folder: string }): DecoderLive {
  const kept = new Map<string, readonly Float32Array[]>();
  return {
    propose: oneByOne(() => NO_DRAFT),
    learn({ request: { id } }, from, features) {
      // One that was preempted is told anew.
      kept.set(id, [...(from === 0 ? [] : kept.get(id)!), features]);
    },
    finish({ request: { id }, tokens }) {
      const parts = kept.get(id) ?? [];
      kept.delete(id);
      using file = Deno.openSync(`${folder}/${id}`, { write: true, create: true, truncate: true });
      for (const data of [Int32Array.of(tokens.length), Int32Array.from(tokens), ...parts]) {
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      }
    },
  };
}

/** What was written of a request. */
export async function readRecorded(path: string): Promise<Recorded> {
  const { buffer } = await Deno.readFile(path);
  const count = new Int32Array(buffer, 0, 1)[0]!;
  return { tokens: new Int32Array(buffer, 4, count), features: new Float32Array(buffer, 4 + 4 * count) };
}
