"""Reads packed matrices as ONNX Runtime and onnx read them, and rounds as ONNX Runtime, ml_dtypes and gguf do.

usage: peer.py FOLDER      requests as JSON lines; arrays come as raw files in the folder, and go back after the line
                           that says whose they are and how many values they have
"""
import importlib.metadata
import json
import sys

import gguf
import ml_dtypes
import numpy
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnxruntime.capi import _pybind_state as runtime

FOLDER = sys.argv[1]
UNSIGNED = {2: TensorProto.UINT2, 4: TensorProto.UINT4, 8: TensorProto.UINT8}
SIGNED = {2: TensorProto.INT2, 4: TensorProto.INT4, 8: TensorProto.INT8}
FLOAT8 = {
    "e4m3": (TensorProto.FLOAT8E4M3FN, ml_dtypes.float8_e4m3fn),
    "e5m2": (TensorProto.FLOAT8E5M2, ml_dtypes.float8_e5m2),
}


def tell(value):
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


def give(path, values, **more):
    values = numpy.ascontiguousarray(values, dtype=numpy.float32)
    tell({"path": path, "count": values.size, **more})
    sys.stdout.buffer.write(values.tobytes())
    sys.stdout.buffer.flush()


def array(name, kind):
    return numpy.fromfile(f"{FOLDER}/{name}", dtype=kind)


def model(nodes, inputs, tensors, opset):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        tensors,
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=13 if opset >= 25 else 10)


def run(made, feeds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(["y"], feeds)[0]


def raw(name, kind, shape, data):
    tensor = TensorProto(name=name, data_type=kind, raw_data=data.tobytes())
    tensor.dims.extend(shape)
    return tensor


def fields(packed, bits):
    """The codes in bytes, the lowest bits first."""
    shifts = numpy.arange(0, 8, bits, dtype=numpy.uint8)
    return (packed[..., None] >> shifts & (1 << bits) - 1).reshape(*packed.shape[:-1], -1)


def packed_bits(codes, bits):
    """The other way, a whole array in one, padded at its end."""
    per = 8 // bits
    flat = numpy.concatenate([codes.ravel(), numpy.zeros(-codes.size % per, numpy.uint8)]).reshape(-1, per)
    shifts = numpy.arange(0, 8, bits, dtype=numpy.uint8)
    return numpy.bitwise_or.reduce((flat & (1 << bits) - 1) << shifts, axis=1).astype(numpy.uint8)


def packed(asked):
    out, width, field, block, blocks = (asked[key] for key in ("out", "width", "field", "block", "blocks"))
    values, scales = array("values", numpy.uint8), array("scales", numpy.float32)
    zeros = array("zeros", numpy.uint8) if asked["zeros"] else None
    inputs = ["x", "q", "s"] + (["z"] if zeros is not None else [])
    tensors = [
        raw("q", TensorProto.UINT8, [out, blocks, block * field // 8], values),
        numpy_helper.from_array(scales, "s"),
    ]
    if zeros is not None:
        tensors.append(numpy_helper.from_array(zeros, "z"))
    shape = {"K": width, "N": out, "bits": field, "block_size": block, "accuracy_level": 0}
    node = helper.make_node("MatMulNBits", inputs, ["y"], domain="com.microsoft", **shape)
    identity = numpy.eye(width, dtype=numpy.float32)
    give("MatMulNBits", run(model([node], {"x": [width, width]}, tensors, 21), {"x": identity}).T)

    codes = fields(values.reshape(out, -1), field)[:, :width]
    if asked["symmetric"]:
        kind, codes, zero = SIGNED[field], codes - numpy.uint8(1 << asked["bits"] - 1), None
    else:
        kind, zero = UNSIGNED[field], fields(zeros.reshape(out, -1), field)[:, :blocks]
    tensors = [raw("q", kind, [out, width], packed_bits(codes, field)), numpy_helper.from_array(scales.reshape(out, blocks), "s")]
    if zero is not None:
        tensors.append(raw("z", kind, [out, blocks], packed_bits(zero, field)))
    names = ["q", "s"] + (["z"] if zero is not None else [])
    node = helper.make_node("DequantizeLinear", names, ["y"], axis=1, block_size=block)
    made = model([node], {}, tensors, 25 if field == 2 else 21)
    give("DequantizeLinear", run(made, {}))
    give("onnx.reference", ReferenceEvaluator(made).run(None, {})[0])
    if not asked["symmetric"] and asked["bits"] == field and asked["group"] == block:
        rounded(asked)
    tell({"path": "", "count": 0})


def rounded(asked):
    """ONNX Runtime's own rounding of the weights; symmetric it uses another grid, so only asymmetric."""
    out, width, bits, block, blocks = (asked[key] for key in ("out", "width", "bits", "block", "blocks"))
    quantize = getattr(runtime, f"quantize_matmul_{bits}bits", None)
    if quantize is None:
        return
    codes = numpy.zeros((out, blocks, block * bits // 8), numpy.uint8)
    scales = numpy.zeros((out, blocks), numpy.float32)
    zeros = numpy.zeros((out, (blocks * bits + 7) // 8), numpy.uint8)
    weights = numpy.ascontiguousarray(array("weights", numpy.float32).reshape(out, width).T)
    quantize(codes, weights, scales, zeros, block, out, width, False)
    give("quantize_matmul scales", scales)
    give("quantize_matmul zeros", fields(zeros, bits)[:, :blocks])
    give("quantize_matmul codes", fields(codes.reshape(out, -1), bits)[:, :width])


def float8(asked):
    """Each value as the nearest float of eight bits; scales, one a row, where there are any."""
    kind, own = FLOAT8[asked["float"]]
    x = array("weights", numpy.float32).reshape(asked["out"], asked["width"])
    scales = array("scales", numpy.float32)
    tensors = [numpy_helper.from_array(scales, "s"), raw("z", kind, [scales.size], numpy.zeros(scales.size, numpy.uint8))]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], axis=0, saturate=1),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], axis=0),
    ]
    give("QuantizeLinear", run(model(nodes, {"x": list(x.shape)}, tensors, 21), {"x": x}))
    largest = float(ml_dtypes.finfo(own).max)
    give("ml_dtypes", numpy.clip(x / scales[:, None], -largest, largest).astype(own).astype(numpy.float32) * scales[:, None])
    tell({"path": "", "count": 0})


def ggml(asked):
    """The weights through one of gguf's formats, and the scales of its blocks."""
    kind = gguf.GGMLQuantizationType[asked["type"]]
    data = gguf.quants.quantize(array("weights", numpy.float32).reshape(asked["out"], asked["width"]), kind)
    size = gguf.GGML_QUANT_SIZES[kind][1]
    give("gguf", gguf.quants.dequantize(data, kind))
    give("gguf scales", data.reshape(-1, size)[:, :2].copy().view(numpy.float16).astype(numpy.float32))
    tell({"path": "", "count": 0})


tell({name: importlib.metadata.version(name) for name in ("onnx", "onnxruntime", "numpy", "gguf", "ml_dtypes")})
for line in sys.stdin:
    asked = json.loads(line)
    {"packed": packed, "float8": float8, "gguf": ggml}[asked["kind"]](asked)
