"""The benchmarks' own programs: what they measure at length, tests ask in short."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

_BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@cache
def benchmark(path: str) -> ModuleType:
    """A program of benchmarks/, as a module."""
    name = "benchmark_" + path.removesuffix(".py").replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, _BENCHMARKS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
