"""Writes tiny random models as transformers saves them, and tells what PyTorch makes of them.

usage: peer.py FOLDER
Prints a line of versions; then for each model a line {"folder", "name", "prompt", "greedy", "vocabulary"} and the logits
of all rows of prompt and greedy, [rows x vocabulary], as 32-bit floats. Weights stored in 16 bits are widened to 32 before
they are run.
"""
import importlib.metadata
import itertools
import json
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

SIZE = dict(
    vocab_size=300,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
)
CLASSES = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM)}
ROWS, NEW = 40, 12


def tokenizer():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={letter: id for id, letter in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<|end|>"])
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|end|>")


def write(folder, kind, dtype, tied, **more):
    config, model = CLASSES[kind]
    torch.manual_seed(len(folder))
    made = model(config(**SIZE, tie_word_embeddings=tied, rope_theta=5000.0, eos_token_id=256, bos_token_id=256))
    for name, values in made.named_parameters():
        torch.nn.init.normal_(values, 1.0 if "norm" in name else 0.0, 0.1 if values.dim() < 2 else 0.15)
    made.to(dtype).save_pretrained(folder, **more)
    tokenizer().save_pretrained(folder)


def tell(folder, name):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompt = [(i * i * 7 + 3 * i + 1) % SIZE["vocab_size"] for i in range(ROWS)]
    ids = list(prompt)
    with torch.no_grad():
        for _ in range(NEW):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
        logits = model(torch.tensor([ids])).logits[0]
    told = {"folder": folder, "name": name, "prompt": prompt, "greedy": ids[ROWS:], "vocabulary": SIZE["vocab_size"]}
    sys.stdout.buffer.write(f"{json.dumps(told)}\n".encode() + logits.numpy().astype("<f4").tobytes())
    sys.stdout.buffer.flush()


def main(root):
    versions = {name: importlib.metadata.version(name) for name in ("torch", "transformers", "safetensors")}
    sys.stdout.buffer.write(f"{json.dumps(versions)}\n".encode())
    shards = {"one file": {}, "shards": {"max_shard_size": "30KB"}}
    dtypes = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    for kind, dtype, tied, sharded in itertools.product(CLASSES, dtypes, (False, True), shards):
        name = f"{kind} {dtype}, {'tied' if tied else 'untied'}, {sharded}"
        folder = f"{root}/{name.replace(', ', '_').replace(' ', '_')}"
        write(folder, kind, dtypes[dtype], tied, **shards[sharded])
        tell(folder, name)


main(sys.argv[1])
