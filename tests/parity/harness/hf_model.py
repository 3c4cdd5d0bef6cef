"""Writes a GGUF file of the llama architecture as a Hugging Face model folder in 32-bit floats, with its tokenizer.

The weights are dequantized by the gguf package. llama.cpp's converter reorders the rows of Q and K within each head
(pairs of the rotary embedding side by side); here they are put back as Hugging Face has them (halves). The tokenizer is
the scheme that SmolLM's own tokenizer.json states: single digits, then GPT-2's byte level, in the Rust implementation.
"""
import json
import os

import gguf
import numpy
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
CONTROL = 3


def halves(rows, heads):
    """Undoes the converter's reordering of [heads x size, width]."""
    pairs = rows.reshape(heads, rows.shape[0] // heads // 2, 2, rows.shape[1])
    return pairs.swapaxes(1, 2).reshape(rows.shape)


def hf_name(name):
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{NAMES[part]}.weight"


def write(path, folder):
    """Writes the folder; returns it."""
    reader = gguf.GGUFReader(path)
    field = lambda key: reader.get_field(key).contents()
    number = lambda key: field(f"llama.{key}")
    heads, kv_heads = number("attention.head_count"), number("attention.head_count_kv")
    state = {}
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        if ".attn_q." in tensor.name:
            values = halves(values, heads)
        if ".attn_k." in tensor.name:
            values = halves(values, kv_heads)
        state[hf_name(tensor.name)] = torch.from_numpy(numpy.ascontiguousarray(values))
    os.makedirs(folder, exist_ok=True)
    save_file(state, f"{folder}/model.safetensors", metadata={"format": "pt"})
    bos, eos = field("tokenizer.ggml.bos_token_id"), field("tokenizer.ggml.eos_token_id")
    base = number("rope.freq_base")
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": number("embedding_length"),
        "intermediate_size": number("feed_forward_length"),
        "num_hidden_layers": number("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": number("rope.dimension_count"),
        "rms_norm_eps": number("attention.layer_norm_rms_epsilon"),
        "rope_theta": base,
        "rope_parameters": {"rope_type": "default", "rope_theta": base},
        "max_position_embeddings": number("context_length"),
        "vocab_size": number("vocab_size"),
        "tie_word_embeddings": "output.weight" not in {tensor.name for tensor in reader.tensors},
        "hidden_act": "silu",
        "bos_token_id": bos,
        "eos_token_id": eos,
        "dtype": "float32",
    }
    tokens = field("tokenizer.ggml.tokens")
    _tokenizer(field, tokens).save(f"{folder}/tokenizer.json")
    names = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[bos],
        "eos_token": tokens[eos],
        "clean_up_tokenization_spaces": False,
    }
    for name, content in (("config", config), ("tokenizer_config", names)):
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump(content, file)
    return folder


def _tokenizer(field, tokens):
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = field("tokenizer.ggml.token_type")
    control = [token for token, kind in zip(tokens, types) if kind == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer
