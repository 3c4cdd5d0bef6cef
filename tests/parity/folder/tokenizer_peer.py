"""Encodes with the Rust implementation of a tokenizer.json and with transformers' chat templates.

usage: tokenizer_peer.py FILE.gguf SCHEME FOLDER
The vocabulary, the merges and the template are those of the GGUF file; how text is cut before merging, SCHEME, is as the
model's own tokenizer.json has it. The folder is written; then each line {"text", "special"} or {"messages"} of the input
is answered by a line of ids.
"""
import importlib.metadata
import json
import os
import sys

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SCHEMES = {
    "smollm": (
        None,
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)],
    ),
    "qwen2": (
        normalizers.NFC(),
        [
            pre_tokenizers.Split(Regex(QWEN2), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ],
    ),
}
CONTROL, USER_DEFINED = 3, 4


def write(path, scheme, folder):
    reader = gguf.GGUFReader(path)
    field = lambda key: reader.get_field(f"tokenizer.{key}").contents()
    tokens, types = field("ggml.tokens"), field("ggml.token_type")
    normalizer, cutters = SCHEMES[scheme]
    merges = [tuple(merge.split(" ")) for merge in field("ggml.merges")]
    made = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=merges))
    if normalizer:
        made.normalizer = normalizer
    made.pre_tokenizer = pre_tokenizers.Sequence(cutters)
    made.decoder = decoders.ByteLevel()
    for kind, add in ((CONTROL, made.add_special_tokens), (USER_DEFINED, made.add_tokens)):
        add([AddedToken(token, special=kind == CONTROL, normalized=False) for token, own in zip(tokens, types) if own == kind])
    os.makedirs(folder, exist_ok=True)
    made.save(f"{folder}/tokenizer.json")
    bos, eos = tokens[field("ggml.bos_token_id")], tokens[field("ggml.eos_token_id")]
    names = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": bos,
        "eos_token": eos,
        "clean_up_tokenization_spaces": False,
        "chat_template": field("chat_template"),
    }
    with open(f"{folder}/tokenizer_config.json", "w") as file:
        json.dump(names, file)


def main(path, scheme, folder):
    write(path, scheme, folder)
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    chats = PreTrainedTokenizerFast.from_pretrained(folder)
    say = lambda value: print(json.dumps(value), flush=True)
    say({name: importlib.metadata.version(name) for name in ("tokenizers", "transformers")})
    for line in sys.stdin:
        asked = json.loads(line)
        if "messages" in asked:
            prompt = chats.apply_chat_template(asked["messages"], add_generation_prompt=True, tokenize=False)
            asked = {"text": prompt, "special": True}
        tokenizer.encode_special_tokens = not asked["special"]
        say(tokenizer.encode(asked["text"], add_special_tokens=False).ids)


main(*sys.argv[1:])
