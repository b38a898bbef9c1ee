"""Prints the folder and the version of the PyTorch that this interpreter finds; nothing where it has none.

PyTorch is looked up, not imported: an import takes seconds and fails in an installation without the GPU's libraries.
"""
import importlib.util
import os
import re

spec = importlib.util.find_spec("torch")
for folder in (spec.submodule_search_locations or []) if spec else []:
    with open(os.path.join(folder, "version.py")) as file:
        version = re.search(r"__version__ = '([0-9.]+)", file.read()).group(1)
    if os.path.exists(os.path.join(folder, "include", "ATen", "ATen.h")):
        print(folder, version)
