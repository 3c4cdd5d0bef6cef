"""GPTQ of Intel's neural-compressor and AWQ of AutoAWQ on matrices of one layer, with activations of a Hugging Face forward pass.

usage: solver_peer.py MODEL.gguf FOLDER     one request as a JSON line: tokens, layer, bits, group, damping
Each matrix comes back as one JSON line, which says how many values its arrays have, then the arrays.
"""
import importlib.metadata
import json
import logging
import os
import sys

import torch
import transformers

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../harness"))
import hf_model  # noqa: E402

OUT = os.dup(1)
os.dup2(2, 1)  # what a library prints is no answer
from awq.quantize.quantizer import AwqQuantizer  # noqa: E402
from neural_compressor.torch.algorithms.weight_only.gptq import GPTQ  # noqa: E402
from neural_compressor.torch.algorithms.weight_only.utility import quant_tensor  # noqa: E402

logging.disable(logging.INFO)
torch.set_num_threads(2)
MATRICES = {
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_down": "mlp.down_proj",
}


def give(head, arrays):
    arrays = {name: values.detach().to(torch.float32).contiguous() for name, values in arrays.items()}
    counts = {name: values.numel() for name, values in arrays.items()}
    parts = [json.dumps({**head, "counts": counts}).encode() + b"\n", *(values.numpy().tobytes() for values in arrays.values())]
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(OUT, view) :]


def activations(path, folder, tokens, layer):
    """Weights and inputs of the layer's matrices, [tokens, in]."""
    if not os.path.exists(f"{folder}/hf/tokenizer_config.json"):
        hf_model.write(path, f"{folder}/hf")
    model = transformers.AutoModelForCausalLM.from_pretrained(f"{folder}/hf", dtype=torch.float32).model.eval()
    model.layers = model.layers[: layer + 1]
    inputs = {name: [] for name in MATRICES}
    modules = {name: model.layers[layer].get_submodule(path) for name, path in MATRICES.items()}
    for name, module in modules.items():
        module.register_forward_pre_hook(lambda _, args, name=name: inputs[name].append(args[0][0].clone()))
    with torch.no_grad():
        for text in tokens:
            model(torch.tensor([text]))
    return {name: (modules[name].weight.detach().clone(), torch.cat(inputs[name])) for name in MATRICES}


def gptq(w, x, asked, ordered):
    """Floats, and the static scale and zero of each group, [out, groups]."""
    config = {"dtype": "int", "bits": asked["bits"], "sym": False, "group_size": asked["group"], "mse": False,
              "perchannel": True, "use_double_quant": False, "double_quant_sym": False}
    layer = torch.nn.Linear(w.shape[1], w.shape[0], bias=False)
    solver = GPTQ(layer, w)
    solver.quantizer.configure(config)
    solver.add_batch(x, None)
    size = {"percdamp": asked["damping"], "groupsize": asked["group"], "act_order": ordered, "static_groups": True}
    made = solver.fasterquant(w.clone(), **size)[-1]
    steps = [(solver.quantizer.find_params(part, weight=True), solver.quantizer.scale, solver.quantizer.zero)[1:]
             for part in w.split(asked["group"], dim=1)]
    return made, torch.cat([scale for scale, _ in steps], 1), torch.cat([zero for _, zero in steps], 1)


@torch.no_grad()
def awq(w, x, asked, by_weights):
    """Scales of the inputs, and floats in the matrix's own terms: with those scales, and with ranges clipped too."""
    search = AwqQuantizer.__new__(AwqQuantizer)  # its constructor wants a whole model
    search.w_bit, search.group_size, search.zero_point, search.duo_scaling = asked["bits"], asked["group"], True, by_weights
    search.max_chunk_memory, search.n_parallel_calib_samples = 2**30, None
    layer = torch.nn.Linear(w.shape[1], w.shape[0], bias=False)
    layer.weight.data = w.clone()
    scales = search._search_best_scale(layer, layer, [layer], x)[-1]
    scaled = w * scales
    most = search._compute_best_clip(scaled, x / scales).repeat_interleave(asked["group"], dim=1).reshape(w.shape)
    floats = (search.pseudo_quantize_tensor(part)[0] / scales for part in (scaled, scaled.clamp(-most, most)))
    return scales, *floats


def main():
    names = ("neural-compressor-pt", "autoawq", "torch", "transformers")
    give({name: importlib.metadata.version(name) for name in names}, {})
    asked = json.loads(sys.stdin.readline())
    for name, (w, x) in activations(sys.argv[1], sys.argv[2], asked["tokens"], asked["layer"]).items():
        made, scales, zeros = gptq(w, x, asked, ordered=True)
        awq_scales, scaled, clipped = awq(w, x, asked, by_weights=False)
        _, scaled_by_weights, clipped_by_weights = awq(w, x, asked, by_weights=True)
        arrays = {
            "w": w,
            "gram": (x.T.double() @ x.double()),
            "meanAbs": x.abs().mean(0),
            "rounded": quant_tensor(w.clone(), bits=asked["bits"], group_size=asked["group"], scheme="asym"),
            "scales": scales,
            "zeros": zeros,
            "ordered": made,
            "plain": gptq(w, x, asked, ordered=False)[0],
            "awqScales": awq_scales,
            "scaled": scaled,
            "clipped": clipped,
            "scaledByWeights": scaled_by_weights,
            "clippedByWeights": clipped_by_weights,
        }
        give({"matrix": name, "rows": w.shape[0], "columns": w.shape[1]}, arrays)


main()
