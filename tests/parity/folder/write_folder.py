"""Writes a GGUF file of the llama architecture as a model folder in 32-bit floats. usage: write_folder.py FILE FOLDER"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import hf_model  # noqa: E402

hf_model.write(*sys.argv[1:])
