"""What the default installation leaves out, and what it would add."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from threads.errors import ModelError

WEIGHTS: Final = "below_the_line_weights"


@dataclass(frozen=True, slots=True)
class Extra:
    """Packages that are installed on demand: their modules, what they add, and how to get them."""

    name: str
    modules: tuple[str, ...]
    adds: str
    remedy: str

    @property
    def missing(self) -> str | None:
        """The first of its modules that is not installed; None where all are."""
        return next((module for module in self.modules if find_spec(module) is None), None)


ONNX: Final = Extra(
    "onnx",
    ("onnxruntime", "tokenizers", WEIGHTS),
    "Fine-tuned encoders: for offensive more often right than the model of the package, for reply_relation "
    "a little; about a hundred comments a second, 23 MB each.",
    "Run `make onnx`, or install the extra onnx and the folder weights of this project",
)
TRANSFORMERS: Final = Extra(
    "transformers",
    ("torch", "transformers", "safetensors"),
    "Your own classification model of the Hugging Face kind for reply_relation, stance or offensive, or one "
    "of natural language inference for stance; on a GPU where there is one. It brings torch: 1 GB.",
    "In the project's folder: pip install '.[transformers]'",
)
CAMPS: Final = Extra(
    "camps",
    ("igraph", "leidenalg"),
    "Camps of people who agree with each other and disagree with others; under the GPL, hence not installed "
    "by default.",
    "In the project's folder: pip install '.[camps]'",
)
EXTRAS: Final = (ONNX, TRANSFORMERS)


def require(extra: Extra, source: str) -> None:
    """Raise ModelError, naming `source` and the remedy, where a module of `extra` is not installed."""
    if (missing := extra.missing) is not None:
        raise ModelError(f"{missing} is not installed", source=source, remedy=extra.remedy)
