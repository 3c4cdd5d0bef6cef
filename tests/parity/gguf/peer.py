"""Dequantizes GGUF files with the gguf package; with --write, first makes small ones with that package's quantizers.

usage: peer.py FILE...         every tensor of every file: one JSON line, then its 32-bit floats, row-major
       peer.py --write FOLDER  files of seeded values in F32, F16, Q8_0 and Q4_1; one JSON line a file
"""
import importlib.metadata
import json
import sys

import gguf
import numpy

WRITTEN = ["F32", "F16", "Q8_0", "Q4_1"]


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


def write(folder):
    for name in WRITTEN:
        kind = gguf.GGMLQuantizationType[name]
        path = f"{folder}/{name}.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        data = gguf.quants.quantize(values(name), kind)
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
