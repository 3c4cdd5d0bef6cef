/// <reference lib="deno.worker" />
/** Runs a model over calibration texts, one at a time, and writes the extent of its K and V. */
import { publish } from "../assets/mod.ts";
import { UserError } from "../engine.ts";
import { fileTokenizer } from "../file_tokenizer.ts";
import { Extent, EXTENTS } from "../kv_extent.ts";
import { modelConfig, openWeights } from "../weights/mod.ts";
import type { Calibrating } from "./kv_calibration.ts";
import { openNetwork } from "./onnx_open.ts";
import { hostWork } from "./worker_host.ts";

/** Fewer tokens have not shown what the channels span. */
const FEWEST = 4096;

/** The share that writing the model's graph is, where it has to be written. */
const OPENING = 0.5;

hostWork(async ({ stack, texts, tokens, name, backend }: Calibrating, progress) => {
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const { encode } = fileTokenizer(weights);
  const longest = Math.min(tokens, modelConfig(weights).context);
  const read = texts.map((text) => encode(text).slice(0, longest)).filter(({ length }) => length > 0);
  const total = read.reduce((sum, { length }) => sum + length, 0);
  if (total < FEWEST) {
    throw new UserError(
      `Cannot calibrate the KV cache as its texts must have ${FEWEST} tokens: found ${total}. Give it more texts.`,
    );
  }
  const threads = navigator.hardwareConcurrency;
  await using network = await openNetwork({ stack, backend, threads }, (share) => progress(share * OPENING));
  const extent = new Extent(network.shape);
  let done = 0;
  for (const [id, all] of read.entries()) {
    const { kv } = await network.forward({
      tokens: Int32Array.from(all),
      positions: Int32Array.from(all.keys()),
      sequence: new Int32Array(all.length),
      past: [{ id, epoch: 0, length: 0, copy() {} }],
      want: new Int32Array(0),
    });
    extent.widen(kv);
    progress(OPENING + (done += all.length) / total * (1 - OPENING));
  }
  await publish(`${EXTENTS}/${name}`, (path) => Deno.writeFile(path, extent.bytes()));
});
