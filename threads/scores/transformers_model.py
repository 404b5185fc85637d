"""A user's own model of the Hugging Face kind as a Classifier: by name or by folder, run by torch.

Only weights in the format safetensors are read, and code that comes with a model is never run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import numpy as np
import numpy.typing as npt

from threads.errors import ModelError, SettingError
from threads.scores.classifier import Vector
from threads.scores.extras import TRANSFORMERS, require
from threads.scores.labels import TASKS, Task, mapped
from threads.scores.text import writable

MOST_TOKENS: Final = 512
CHARACTERS_PER_TOKEN: Final = 16  # of a huge text no more is looked at
SURE: Final = 0.5  # nothing is known of how right it is, so a label is said where it is likelier than not
RESTS: Final = {"reply_relation": "comments", "topic_stance": "neutral", "offensive": "clean"}
"""The label of each task that holds where no other does."""
HYPOTHESES: Final = ("The writer is in favour of {target}.", "The writer is against {target}.")
ENTAILS: Final = "entailment"
LEAST: Final = 1e-6  # the smallest probability that odds are made of


@dataclass(frozen=True, eq=False)
class Network:
    """A model that sorts pairs of texts into classes: the logits of one pair at a time.

    A pair is run by itself: what it is padded to would change its last bits.
    """

    name: str
    model: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    device: str

    @classmethod
    def load(cls, name: str, *, download: bool = False) -> Network:
        """Return the model in the folder `name`, or called so on the Hugging Face hub; on a GPU if possible.

        From the hub it is downloaded only where `download` is set; else it must be in the local cache.

        Raises
        ------
        ModelError
            torch or transformers is not installed; there is no such folder or model, it is not in the format
            safetensors, needs code of its own, or was not trained to sort texts.
        """
        _require_folder(name)
        require(TRANSFORMERS, name)
        import torch  # noqa: PLC0415 - an extra, and slow to import
        from safetensors import SafetensorError  # noqa: PLC0415
        from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415

        where = {"local_files_only": not download, "trust_remote_code": False}
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            with _quiet():
                model, found = AutoModelForSequenceClassification.from_pretrained(
                    name, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **where
                )
                tokenizer = AutoTokenizer.from_pretrained(name, **where)
        except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
            raise ModelError(
                f"cannot be loaded ({_first_line(error)})", source=name, remedy=_remedy(name, download)
            ) from error
        if found["missing_keys"]:
            raise ModelError(
                f"was not trained to sort texts: {min(found['missing_keys'])} is missing",
                source=name,
                remedy="Give a model for sequence classification",
            )
        return cls(name, model.to(device).eval(), tokenizer, device)

    @property
    def classes(self) -> tuple[str, ...]:
        """What the model calls its classes, in the order of its logits."""
        names = self.model.config.id2label
        return tuple(str(names[number]) for number in range(self.model.config.num_labels))

    @property
    def several(self) -> bool:
        """Whether several classes may hold of one text, each with a probability of its own."""
        return self.model.config.problem_type == "multi_label_classification" or len(self.classes) == 1

    @cached_property
    def version(self) -> str:
        """Eight digits that change with the weights."""
        import torch  # noqa: PLC0415 - an extra, and slow to import

        digest = hashlib.sha256()
        for name, value in sorted(self.model.state_dict().items()):
            digest.update(f"{name} {tuple(value.shape)} ".encode())
            digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
        return digest.hexdigest()[:8]

    @cached_property
    def most_tokens(self) -> int:
        """Where pairs are cut."""
        positions = getattr(self.model.config, "max_position_embeddings", None) or MOST_TOKENS + 2
        # Two positions are kept free: RoBERTa and its kin count from two.
        return int(min(self.tokenizer.model_max_length, positions - 2, MOST_TOKENS))

    def logits(self, text: str, context: str) -> Vector:
        """Return the logit of each class for a text and what stands beside it ("" for nothing)."""
        import torch  # noqa: PLC0415 - an extra, and slow to import

        limit = CHARACTERS_PER_TOKEN * self.most_tokens
        found = self.tokenizer(
            writable(text[:limit]),
            writable(context[:limit]) or None,
            truncation="longest_first",
            max_length=self.most_tokens,
            return_tensors="pt",
        )
        with torch.inference_mode():
            logits = self.model(**found.to(self.device)).logits[0]
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float64)

    def chances(self, text: str, context: str) -> Vector:
        """Return the probability of each class."""
        logits = self.logits(text, context)
        if self.several:
            return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))))
        raised = np.exp(logits - logits.max())
        return np.asarray(raised / raised.sum())


class _Judge:
    """What classifiers on a network share."""

    kind: str
    network: Network
    task: Task

    @property
    def label(self) -> str:
        """What judged: kind, name and the version of the weights."""
        return f"{self.kind}:{self.network.name}@{self.network.version}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""
        return self.task.labels

    @property
    def weights(self) -> Vector:
        """What probabilities are multiplied by for the forced choice: one each."""
        return np.ones(len(self.labels))

    @property
    def thresholds(self) -> Vector:
        """The probability from which each label is said."""
        return np.full(len(self.labels), SURE)

    @property
    def sentence(self) -> str:
        """That nothing is known of how right it is."""
        return f"Your own model {self.network.name}: `btl evaluate` says how right it is on labelled data."

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels; they are not calibrated."""
        found = np.empty((len(texts), len(self.labels)))
        for row, (text, context) in enumerate(zip(texts, contexts, strict=True)):
            found[row] = self._judged(text, context)
        return found

    def _judged(self, text: str, context: str) -> Vector:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class TransformersModel(_Judge):
    """A model whose classes stand for the labels of a task.

    `members` are the places of the classes that mean each label. Where one class alone holds of a text, their
    probabilities add up; where several may, the greatest counts, and the label of RESTS gets what is left.
    """

    network: Network
    task: Task
    members: Mapping[str, npt.NDArray[np.intp]]
    kind = "transformers"

    @classmethod
    def load(cls, choice: str, task: Task, *, download: bool = False) -> TransformersModel:
        """Return the model that `choice` names, NAME or NAME?CLASS=LABEL&CLASS=LABEL.

        Raises
        ------
        ModelError
            As in `Network.load`.
        SettingError
            The classes of the model cannot all be taken for labels of the task, or all stand for one.
        """
        name, _, given = choice.partition("?")
        network = Network.load(name, download=download)
        return cls(network, task, members(network, task, dict(parse_qsl(given))))

    def _judged(self, text: str, context: str) -> Vector:
        chances = self.network.chances(text, context if self.task.contexts else "")
        if not self.network.several:
            return np.array([chances[self.members[label]].sum() for label in self.labels])
        found = np.array([chances[self.members[label]].max(initial=0.0) for label in self.labels])
        rest = self.labels.index(RESTS[self.task.name])
        if not len(self.members[self.labels[rest]]):
            found[rest] = np.prod(1 - np.delete(found, rest))
        return np.asarray(found / max(found.sum(), LEAST))


@dataclass(frozen=True, eq=False)
class NliModel(_Judge):
    """The stance toward any target, by a model of natural language inference (Yin et al. 2019).

    It is asked whether a comment entails each of HYPOTHESES. Both answers are taken as odds: supportive and
    critical weigh by theirs, and neutral by one.
    """

    network: Network
    task: Task
    entails: int
    kind = "nli"

    @classmethod
    def load(cls, name: str, *, download: bool = False) -> NliModel:
        """Return the model called `name`; errors as in `Network.load`, SettingError without ENTAILS."""
        network = Network.load(name, download=download)
        classes = [word.lower() for word in network.classes]
        if classes.count(ENTAILS) != 1 or network.several:
            raise SettingError(
                f"is no model of natural language inference: its classes are {', '.join(network.classes)}",
                source=name,
                remedy=f"Give one with a class called {ENTAILS}, or choose it as transformers:NAME",
            )
        return cls(network, TASKS["topic_stance"], classes.index(ENTAILS))

    def _judged(self, text: str, context: str) -> Vector:
        target = context.strip().rstrip(".")
        asked = (hypothesis.format(target=target) for hypothesis in HYPOTHESES)
        chances = (self.network.chances(text, hypothesis)[self.entails] for hypothesis in asked)
        supportive, critical = (np.clip(chance, LEAST, 1 - LEAST) for chance in chances)
        odds = np.array([supportive / (1 - supportive), critical / (1 - critical), 1.0])
        return np.asarray(odds / odds.sum())


def members(network: Network, task: Task, given: Mapping[str, str]) -> dict[str, npt.NDArray[np.intp]]:
    """Return the places of the classes that mean each label of a task; `given` says so for some classes.

    Raises
    ------
    SettingError
        A class cannot be taken for a label, or all of them stand for one label.
    """
    classes = network.classes
    meaning = mapped(classes, task) | dict(given)
    known = {word: label for word, label in meaning.items() if word in classes and label in task.labels}
    unknown = sorted({*classes, *given} - known.keys())
    if unknown or (len(set(known.values())) < 2 and not network.several):
        what = f"{', '.join(unknown)} cannot be taken for" if unknown else "all classes stand for one of"
        raise SettingError(
            f"{what} the labels of {task.name}: its classes are {', '.join(classes)}",
            source=network.name,
            remedy=f"Say what each class means ({', '.join(task.labels)}) behind the name: "
            f"{network.name}?{classes[0]}={task.labels[0]}&…",
        )
    return {
        label: np.array([place for place, word in enumerate(classes) if known[word] == label], dtype=np.intp)
        for label in task.labels
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from reporting on standard error; what matters is told as an error."""
    from transformers.utils import logging  # noqa: PLC0415 - an extra, and slow to import

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return " ".join((str(error).strip() or type(error).__name__).splitlines()[0].split())[:200].rstrip(".")


def _require_folder(name: str) -> None:
    """Raise ModelError where a name can only be that of a folder, and there is none."""
    if _is_path(name) and not Path(name).is_dir():
        tilde = " (~ does not stand for your home here)" if name.startswith("~") else ""
        raise ModelError("there is no such folder", source=name, remedy=f"Give one that exists{tilde}")


def _is_path(name: str) -> bool:
    """Return whether a name is none that a model on the Hugging Face hub can have: MODEL, or OWNER/MODEL."""
    return Path(name).is_absolute() or name.startswith(("./", "../", "~")) or name.count("/") > 1


def _remedy(name: str, download: bool) -> str:
    if Path(name).is_dir():
        return "The folder must hold config.json, model.safetensors and a tokenizer"
    if download:
        return "Give a folder, or the name of a model on the Hugging Face hub"
    return "It is no folder here; set BTL_DOWNLOAD_MODELS=1 to fetch it from the Hugging Face hub"
