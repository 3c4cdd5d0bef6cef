/**
 * Packed matrices as ONNX Runtime and the onnx package read them, and rounding as ONNX Runtime, ml_dtypes and the gguf
 * package round: what a packed matrix stands for by MatMulNBits on the identity and by DequantizeLinear, ONNX Runtime's
 * own codes, scales and zeros where its grid is ours (asymmetric), floats of eight bits, and gguf's formats on weights
 * that lie on a lattice of theirs and ours.
 *
 *   deno run -A tests/parity/quantizers/parity.ts [--python VENV/bin/python] [--folder DIR]
 *
 * Without a Python it makes one in the folder, with the packages below.
 */
import { defaultModel, type Float8, type Integers } from "../../../engine/mod.ts";
import { inFloat8, nearestFloat8 } from "../../../engine/graph/float8.ts";
import { dequantize, layout, pack, quantize } from "../../../engine/workbench/mod.ts";
import { openGguf } from "../../../engine/weights/mod.ts";
import { python, workFolder } from "../environment.ts";
import { keep, main, PythonPeer } from "../peer.ts";
import { awkward, eighths, lattice, type Made, PRECISIONS } from "./matrices.ts";
import { Tally } from "./tally.ts";
import { differences } from "./ties.ts";

const PACKAGES = ["onnx==1.23.2", "onnxruntime==1.30.0", "gguf==0.19.0", "ml_dtypes==0.6.0", "numpy==2.4.6"];

const model = await defaultModel();

await main(async () => {
  const folder = await workFolder("quantizers");
  await using peer = new PythonPeer(
    await python(folder, PACKAGES),
    new URL("peer.py", import.meta.url),
    [folder],
  );
  const versions = (await peer.line<Record<string, string>>())!;
  const ask = async (request: unknown, arrays: Readonly<Record<string, Uint8Array | Float32Array>>) => {
    for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
      await Deno.writeFile(
        `${folder}/${name}`,
        new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
      );
    }
    await peer.tell(request);
    const found = new Map<string, Float32Array>();
    for (let told; (told = (await peer.line<{ path: string; count: number }>())!).path;) {
      found.set(told.path, await peer.floats(told.count));
    }
    return found;
  };
  const tally = new Tally();
  for (const matrix of [...awkward(), real()]) {
    for (const p of PRECISIONS) await comparePacked(ask, matrix, p, tally);
  }
  for (const format of ["e4m3", "e5m2"] as const) await compareFloat8(ask, format, tally);
  await compareGguf(ask, tally);
  await keep(import.meta.url, versions, tally.told());
  return tally.equal;
});

type Ask = (
  request: unknown,
  arrays: Readonly<Record<string, Uint8Array | Float32Array>>,
) => Promise<ReadonlyMap<string, Float32Array>>;

/** Rows of a matrix of the model, whose width is that of the widest. */
function real(): Made {
  using weights = openGguf(model.file);
  const name = "blk.10.ffn_down.weight";
  const width = weights.shape(name)[1]!;
  return { name: "model", out: 64, width, values: weights.read(name).slice(0, 64 * width) };
}

async function comparePacked(ask: Ask, { name, out, width, values }: Made, p: Integers, tally: Tally) {
  const { group, block, blocks, field } = layout(p, width);
  const packed = quantize(values, out, width, p);
  // As the graph has them: three bits are in fields of four, whose middle is another.
  const zeros = packed.zeros ??
    (p.bits === 3 ? new Uint8Array(out * Math.ceil(blocks / 2)).fill(0x44) : undefined);
  const found = await ask(
    { kind: "packed", out, width, ...p, group, block, blocks, field, zeros: zeros !== undefined },
    { values: packed.values, scales: packed.scales, weights: values, ...(zeros && { zeros }) },
  );
  const ours = dequantize(packed, out, width, p);
  const label = `int${p.bits} ${p.symmetric ? "symmetric" : "asymmetric"}`;
  for (const path of ["MatMulNBits", "DequantizeLinear", "onnx.reference"]) {
    tally.same(`${path}: ${label}`, ours, found.get(path)!);
  }
  const [scales, own, codes] = ["scales", "zeros", "codes"].map((of) => found.get(`quantize_matmul ${of}`));
  if (!scales || !own || !codes) return;
  const spread = (bytes: Uint8Array, held: number, count: number) => {
    const per = 8 / field;
    return Float32Array.from({ length: out * count }, (_, at) => {
      const i = Math.floor(at / count) * held + at % count;
      return bytes[Math.floor(i / per)]! >> (i % per * field) & 2 ** field - 1;
    });
  };
  const perByte = 8 / field;
  const mine = {
    scales: packed.scales,
    zeros: spread(packed.zeros!, Math.ceil(blocks / perByte) * perByte, blocks),
    codes: spread(packed.values, blocks * block, width),
  };
  const theirs = { scales, zeros: own, codes };
  tally.rounded(
    `quantize_matmul_${p.bits}bits: ${name}`,
    codes.length,
    differences(values, width, block, mine, theirs),
  );
}

async function compareFloat8(ask: Ask, format: Float8["float"], tally: Tally) {
  const values = eighths(format);
  const found = await ask(
    { kind: "float8", float: format, out: 1, width: values.length },
    { weights: values, scales: new Float32Array([1]) },
  );
  const ours = values.map((value) => nearestFloat8(value, format));
  for (const [path, theirs] of found) tally.same(`${path}: ${format}, every step and tie`, ours, theirs);
  const { out, width, values: weights } = real();
  for (const per of ["channel", "tensor"] as const) {
    const write = () => (row: number, into: Float32Array, offset: number) =>
      into.set(weights.subarray(row * width, (row + 1) * width), offset);
    const rows = inFloat8({ name: "model", out, in: width, rows: write }, { bits: 8, float: format, per })
      .rows();
    const made = new Float32Array(weights.length);
    for (let row = 0; row < out; row++) rows(row, made, row * width);
    const most = (of: Float32Array) => of.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const largest = format === "e4m3" ? 448 : 57344;
    const scales = Float32Array.from(
      { length: out },
      (_, row) =>
        most(per === "channel" ? weights.subarray(row * width, (row + 1) * width) : weights) / largest,
    );
    const theirs = await ask({ kind: "float8", float: format, out, width }, { weights, scales });
    for (const [path, floats] of theirs) tally.same(`${path}: ${format} per ${per}, model`, made, floats);
  }
}

async function compareGguf(ask: Ask, tally: Tally) {
  for (
    const [type, p] of Object.entries(
      {
        Q8_0: { bits: 8, block: 32, symmetric: true },
        Q4_1: { bits: 4, block: 32, symmetric: false },
      } as const,
    )
  ) {
    const { out, width, values } = lattice(p);
    const found = await ask({ kind: "gguf", type, out, width }, { weights: values });
    const packed = quantize(values, out, width, p);
    const ours = dequantize(packed, out, width, p);
    tally.same(`gguf ${type}: a lattice comes back`, values, ours);
    tally.same(`gguf ${type}: a lattice`, ours, found.get("gguf")!);
    tally.same(`gguf ${type}: scales of a lattice`, packed.scales, found.get("gguf scales")!);
  }
  const { out, width, values } = real();
  const found = await ask({ kind: "gguf", type: "Q4_0", out, width }, { weights: values });
  const [floats, scales] = [found.get("gguf"), found.get("gguf scales")] as [Float32Array, Float32Array];
  const codes = Uint8Array.from(
    floats,
    (value, i) => Math.round(value / (scales[Math.floor(i / 32)]! || 1)) + 8,
  );
  const p = { bits: 4, block: 32, symmetric: true } as const;
  const held = dequantize(pack(codes, scales, new Uint8Array(scales.length).fill(8), out, p), out, width, p);
  tally.same("gguf Q4_0: its codes and scales, held as ours", held, floats);
}
