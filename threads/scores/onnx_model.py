"""Fine-tuned encoders that onnxruntime runs, from the distribution below-the-line-weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.errors import ModelError
from threads.models import Card, card_of, entry_of, verified
from threads.models.calibration import log_softmax
from threads.scores.classifier import Classifier, Vector
from threads.scores.extras import ONNX, WEIGHTS, require
from threads.scores.text import writable

MANIFEST: Final = "models.json"
INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
LEAST: Final = 1e-9  # a probability of zero would outvote everything
CHARACTERS_PER_TOKEN: Final = 16  # more than words have: what lies beyond would be cut off as tokens anyway
_AGAIN: Final = "Install the folder weights of this project again"
_SETTLED: Final = (
    *("labels", "tokenizer", "tokenizer_sha256", "max_tokens", "temperature", "shift", "weights"),
    "thresholds",
)


@dataclass(frozen=True)
class OnnxModel:
    """A fine-tuned encoder as a Classifier, averaged half and half with another where `beside` is one.

    Log-probabilities are averaged, so that calibration by a temperature and shifts holds for the mean, too.

    A text and its context are read as [CLS] text [SEP] context [SEP], cut to `max_tokens` from the longer of
    the two. Of each no more than CHARACTERS_PER_TOKEN characters a token are looked at, so that a huge
    text costs no more than a long one. Each row is run by itself: activations are rounded by the largest of
    what is run together, so neighbours would change its bits.
    """

    entry: Mapping[str, Any] = field(repr=False)
    folder: Path
    beside: Classifier | None = None

    @classmethod
    def load(cls, name: str, builtin: Callable[[], Classifier], folder: Path | None = None) -> OnnxModel:
        """Return the encoder called `name`, of the installed weights unless another folder is given.

        `builtin` makes what it is averaged with, where it is.
        Files are read and their hashes checked when the first text is judged.

        Raises
        ------
        ModelError
            What runs it, the weights or this model are not installed, or its entry is not complete.
        """
        if folder is None:
            require(ONNX, f"onnx:{name}")
            folder = installed_weights()
        entry = entry_of(name, folder / MANIFEST, remedy=_AGAIN)
        absent = [key for key in _SETTLED if key not in entry]
        if absent:
            raise ModelError(f"lacks {absent[0]}", source=str(folder / MANIFEST), place=name, remedy=_AGAIN)
        beside = None if entry.get("averaged_temperature") is None else builtin()
        if beside is not None and set(beside.labels) != set(entry["labels"]):
            raise ModelError(f"has other labels than {beside.label}", source=f"onnx:{name}", remedy=_AGAIN)
        return cls(entry, folder, beside)

    @property
    def label(self) -> str:
        """Name and version."""
        return f"onnx:{self.entry['name']}@{self.entry['version']}"

    @property
    def card(self) -> Card:
        """What is known about the model."""
        return card_of(dict(self.entry))

    @property
    def sentence(self) -> str:
        """How right it is."""
        return self.card.sentence

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""
        return tuple(self.entry["labels"])

    @cached_property
    def weights(self) -> Vector:
        """What probabilities are multiplied by for the forced choice."""
        return np.asarray(self.entry["weights"], dtype=np.float64)

    @cached_property
    def thresholds(self) -> Vector:
        """The probability from which each label is said."""
        return np.asarray(self.entry["thresholds"], dtype=np.float64)

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels."""
        logits = np.empty((len(texts), len(self.labels)))
        for row, (text, context) in enumerate(zip(texts, contexts, strict=True)):
            logits[row] = self._logits(text, context)
        logs = log_softmax(logits / self.entry["temperature"])
        if self.beside is not None:
            order = [self.beside.labels.index(label) for label in self.labels]
            beside = self.beside.probabilities(texts, contexts)[:, order]
            logs = averaged(logs, beside) / self.entry["averaged_temperature"]
        return np.asarray(np.exp(log_softmax(logs + np.asarray(self.entry["shift"]))))

    def _logits(self, text: str, context: str) -> Vector:
        (logits,) = self._session.run(["logits"], self._inputs(text, context))
        return np.asarray(logits[0], dtype=np.float64)

    def _inputs(self, text: str, context: str) -> dict[str, npt.NDArray[np.int64]]:
        limit = CHARACTERS_PER_TOKEN * self.entry["max_tokens"]
        pair = [writable(part[:limit]) for part in (text, context)]
        found = self._tokenizer.encode(pair[0], pair[1] or None)
        values = (found.ids, found.attention_mask, found.type_ids)
        return {name: np.array([row], dtype=np.int64) for name, row in zip(INPUTS, values, strict=True)}

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra

        content = verified(
            self.folder / self.entry["tokenizer"], self.entry["tokenizer_sha256"], remedy=_AGAIN
        )
        tokenizer = Tokenizer.from_str(content.decode())
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.entry["max_tokens"])
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - an extra

        content = verified(self.folder / self.entry["file"], self.entry["sha256"], remedy=_AGAIN)
        options = SessionOptions()
        # One thread: sums in an order of their own for each number of threads would change the last bits.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return InferenceSession(content, options, providers=["CPUExecutionProvider"])


def averaged(logs: Vector, beside: Vector) -> Vector:
    """Return the mean of log-probabilities and of the logarithms of the probabilities `beside` them."""
    return np.asarray((logs + np.log(np.maximum(beside, LEAST))) / 2)


def installed_weights() -> Path:
    """Return the folder of the installed distribution of weights."""
    return Path(str(files(WEIGHTS)))
