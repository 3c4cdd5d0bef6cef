"""Dequantizes GGUF files with the gguf package; with --write, first makes small ones with that package's quantizers.

usage: peer.py FILE...         every tensor of every file: one JSON line, then its 32-bit floats, row-major
       peer.py --write FOLDER  files of seeded values in every format that is read; one JSON line a file
"""
import importlib.metadata
import json
import sys

import gguf
import numpy

QUANTIZED = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"]
# The package reads these and does not write them: where the 16-bit scales of a block are, the rest being any bytes.
SCALES = {"Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def tell(value):
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")


def values(name):
    """Rows of unlike size: ordinary, tiny, large, all equal, all zero, and one outlier among small values."""
    random = numpy.random.default_rng(20)
    rows = random.standard_normal((12, 96)).astype(numpy.float32)
    rows[1] *= 1e-6
    rows[2] *= 1e3
    rows[3] = 0.25
    rows[4] = 0
    rows[5, 7] = 300
    rows[6] = numpy.abs(rows[6])
    rows[7] = -numpy.abs(rows[7])
    return rows


def random_blocks(kind, scales):
    """Rows of three blocks of any bytes, with scales of every size that is finite."""
    size = gguf.GGML_QUANT_SIZES[kind][1]
    random = numpy.random.default_rng(21)
    blocks = random.integers(0, 256, (12, 3, size), dtype=numpy.uint8)
    for at in scales:
        scale = (random.standard_normal((12, 3, 1)) * 10.0 ** random.integers(-6, 3, (12, 3, 1))).astype(numpy.float16)
        blocks[:, :, at : at + 2] = scale.view(numpy.uint8)
    return blocks.reshape(12, 3 * size)


def write(folder):
    for name in [*QUANTIZED, *SCALES]:
        kind = gguf.GGMLQuantizationType[name]
        path = f"{folder}/{name}.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        data = random_blocks(kind, SCALES[name]) if name in SCALES else gguf.quants.quantize(values(name), kind)
        # Two tensors, so that the second one lies at a padded offset: the first takes 510 bytes as Q8_0.
        writer.add_tensor("first.weight", data[:5].copy(), raw_dtype=kind)
        writer.add_tensor("second.weight", data, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        tell({"path": path})


def dump(path):
    for tensor in gguf.GGUFReader(path).tensors:
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        tell({"file": path, "name": tensor.name, "type": tensor.tensor_type.name, "shape": list(data.shape)})
        sys.stdout.buffer.write(numpy.ascontiguousarray(data).tobytes())


if sys.argv[1] == "--write":
    write(sys.argv[2])
else:
    tell({"gguf": importlib.metadata.version("gguf"), "numpy": numpy.__version__})
    for path in sys.argv[1:]:
        dump(path)
