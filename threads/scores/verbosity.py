"""How much is said, and how: length, variety of words, readability.

Every measure of variety or readability needs a certain length to mean something; below it the value is
missing. The functions on words and counts take any length: the limits are applied by `measure`.

The formulas are those of textstat and lexicalrichness; what counts as a word, a sentence and a syllable is
not, and tests/test_verbosity_peers.py has each difference with its size and reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import pandas as pd
import regex

from threads.frames import typed
from threads.parse.language import ENGLISH, base_language
from threads.records import Column
from threads.scores.text import listed, sentences, words

# The share of different words falls with length; below this, chance decides it (Tweedie and Baayen 1998).
TYPE_TOKEN_WORDS = 50
# Koizumi 2012: MTLD is stable from 100 words on; at 50 its coefficient of variation is about 0.4.
MTLD_WORDS = 100
# Flesch 1948 scores samples of 100 words; "lol" alone would get 121.
READABILITY_WORDS = 100
# As for the share of different words: one word more or less must not move the share by over 2 points.
DENSITY_WORDS = 50
# McCarthy and Jarvis 2010: where the type-token ratio levels off in English texts.
MTLD_FACTOR = 0.72

_CACHED_WORD = 30  # characters; longer ones are rare and would fill the memory
FUNCTION_WORDS = listed(
    """a about above across after against all along although am among an and another any anybody anyone
    anything are aren't around as at be because been before behind being below beneath beside besides
    between beyond both but by can can't cannot could couldn't despite did didn't do does doesn't doing
    don't done down during each either enough even every everybody everyone everything except few for from
    had hadn't has hasn't have haven't having he he'd he'll he's her here hers herself him himself his how
    however i i'd i'll i'm i've if in inside into is isn't it it'd it'll it's its itself just least less
    let's like many may me might mine more most much must mustn't my myself near neither no nobody none nor
    not nothing of off on once one ones only onto or other others ought our ours ourselves out outside over
    per rather same shall shan't she she'd she'll she's should shouldn't since so some somebody someone
    something such than that that's the their theirs them themselves then there there's these they they'd
    they'll they're they've this those though through throughout till to too toward towards under unless
    until up upon us very via was wasn't we we'd we'll we're we've were weren't what what's whatever when
    whenever where wherever whether which whichever while who who's whoever whom whose why will with within
    without won't would wouldn't yet you you'd you'll you're you've your yours yourself yourselves"""
)


class Measures(NamedTuple):
    """The measures of one text or of several together; None where there is no telling."""

    words: int
    sentences: int
    characters: int
    mean_sentence_length: float | None
    type_token_ratio: float | None
    mtld: float | None
    flesch_reading_ease: float | None
    flesch_kincaid_grade: float | None
    lexical_density: float | None


MEASURES: tuple[Column, ...] = (
    Column("words", "integer", "Number of words."),
    Column("sentences", "integer", "Number of sentences."),
    Column("characters", "integer", "Number of characters (code points) as found."),
    Column("mean_sentence_length", "number", "Words a sentence.", "words"),
    Column("type_token_ratio", "number", "Different words by all words; from 50 words on.", "share"),
    Column("mtld", "number", "Measure of textual lexical diversity; from 100 words on.", "words"),
    Column(
        "flesch_reading_ease", "number", "Higher is easier; English, from 100 words on.", "about 0 to 100"
    ),
    Column("flesch_kincaid_grade", "number", "School grade needed; English, from 100 words on.", "grade"),
    Column("lexical_density", "number", "Content words by all words; English, from 50 words on.", "share"),
)


_UNKNOWN = [None] * len(MEASURES)


def measure(texts: Iterable[str], *, english: bool = True) -> Measures:
    """Return the measures of all texts together, words of different case being the same word."""
    found: list[str] = []
    number_of_sentences = characters = 0
    for text in texts:
        found += words(text.replace("’", "'").lower())
        number_of_sentences += len(sentences(text))
        characters += len(text)
    count = len(found)
    readable = english and count >= READABILITY_WORDS and number_of_sentences > 0
    syllable_count = sum(map(syllables, found)) if readable else 0
    return Measures(
        words=count,
        sentences=number_of_sentences,
        characters=characters,
        mean_sentence_length=count / number_of_sentences if count and number_of_sentences else None,
        type_token_ratio=type_token_ratio(found) if count >= TYPE_TOKEN_WORDS else None,
        mtld=mtld(found) if count >= MTLD_WORDS else None,
        flesch_reading_ease=(
            flesch_reading_ease(count, number_of_sentences, syllable_count) if readable else None
        ),
        flesch_kincaid_grade=(
            flesch_kincaid_grade(count, number_of_sentences, syllable_count) if readable else None
        ),
        lexical_density=lexical_density(found) if english and count >= DENSITY_WORDS else None,
    )


def type_token_ratio(tokens: Sequence[str]) -> float | None:
    """Return the share of different words; None without words."""
    return len(set(tokens)) / len(tokens) if tokens else None


def mtld(tokens: Sequence[str]) -> float | None:
    """Return the mean length of runs that keep a type-token ratio above 0.72, forward and backward.

    McCarthy and Jarvis, MTLD, vocd-D, and HD-D, Behavior Research Methods 42, 2010. None where no word is
    ever repeated: the runs have no end.
    """
    factors = _factors(tokens), _factors(tokens[::-1])
    if not all(factors):
        return None
    return (len(tokens) / factors[0] + len(tokens) / factors[1]) / 2


def flesch_reading_ease(words: int, sentences: int, syllables: int) -> float:
    """Return Flesch's reading ease (A new readability yardstick, 1948); higher is easier."""
    return 206.835 - 1.015 * words / sentences - 84.6 * syllables / words


def flesch_kincaid_grade(words: int, sentences: int, syllables: int) -> float:
    """Return the US school grade of Kincaid, Fishburne, Rogers and Chissom 1975."""
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def lexical_density(tokens: Sequence[str]) -> float | None:
    """Return the share of content words of lower-case English words (Ure 1971); None without words.

    Whatever is not in a list of articles, pronouns, prepositions, conjunctions, auxiliaries and the like is a
    content word, numbers included.
    """
    return sum(token not in FUNCTION_WORDS for token in tokens) / len(tokens) if tokens else None


def syllables(word: str) -> int:
    """Return the number of syllables of an English word in lower case, by rules of spelling; at least 1.

    A number counts a syllable for each digit. Of the 23,698 different words of 20,000 comments that the CMU
    Pronouncing Dictionary lists, 95% have the number of one of its pronunciations; of all their uses, 99%.
    """
    return _cached_syllables(word) if len(word) <= _CACHED_WORD else _syllables(word)


class Verbosity:
    """Length, variety of words and readability of each comment, and its share of the thread."""

    name = "verbosity"
    help = "How long, how varied and how readable a comment is."
    columns: tuple[Column, ...] = (
        *MEASURES,
        Column("word_share", "number", "Share of all words, within the thread.", "share"),
        Column("word_rank", "integer", "Place by number of words, within the thread; 1 is the longest."),
    )

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row; a discussion of unknown language is taken as English."""
        languages = frame["language"].tolist() if "language" in frame else [None] * len(frame)
        rows = [
            measure([text], english=is_english(language)) if isinstance(text, str) else _UNKNOWN
            for text, language in zip(frame["text"].tolist(), languages, strict=True)
        ]
        scored = typed(pd.DataFrame(rows, columns=list(Measures._fields), index=frame.index), MEASURES)
        counts = scored["words"].astype("float64")
        threads = frame["thread_id"] if "thread_id" in frame else pd.Series("", index=frame.index)
        grouped = counts.groupby(threads.to_numpy(), dropna=False, sort=False)
        totals = grouped.transform("sum")
        scored["word_share"] = counts / totals
        scored["word_rank"] = grouped.rank(method="min", ascending=False)
        return typed(scored, self.columns)


def is_english(language: object) -> bool:
    """Return whether measures for English apply; a language that is not known is taken as English."""
    return base_language(language) in (None, ENGLISH)


def _factors(tokens: Sequence[str]) -> float:
    factors, length, seen = 0.0, 0, set[str]()
    for token in tokens:
        length += 1
        seen.add(token)
        if len(seen) < MTLD_FACTOR * length:
            factors, length, seen = factors + 1, 0, set()
    if length:
        factors += (1 - len(seen) / length) / (1 - MTLD_FACTOR)
    return factors


_CONSONANT_Y = regex.compile(r"(?:^|(?<=[aeiou]))y(?=[aeiou])")
_CLITIC = regex.compile(r"'(?:s|re|ve|ll|d|m)$")
_VOWELS = regex.compile(r"[aeiouy]++")
# Vowels that are written and not spoken: like, makes, walked, movement, lovely, something, league.
_SILENT = regex.compile(
    r"(?<=[^aeiouy])e$(?<!(?:^|[^aeiouy])[lr]e)"
    r"|(?<=[^aeiouysxzcg])es$(?<![cs]hes|[^aeiouy]les)"
    r"|(?<=[^aeiouytd])ed$(?<![^aeiouyrl]led)"
    r"|(?<=[aeiou][^aeiouyl])e(?=ment|ful|less|ness)"
    r"|(?<=[aeiouy][^aeiou]?[^aeiou])e(?=ly)"
    r"|(?<=^som|^ther|^wher|^her|^mor|^saf|^lif|^hom|^tim)e(?=[^aeiouyrd])"
    r"|(?<=[aeiouy]g)ue$"
)
# Neighbouring vowels that are spoken apart (media, society, usual, video, being, create), and vowels that are
# spoken and not written (prism, didn't).
_PARTED = regex.compile(
    r"(?<![ctsg])i(?=a(?!ge))|(?<=[ct])i(?=at)|(?<=[rdvbpmh])i(?=o(?!ur))|(?<=^t|^l|at)i(?=o$)"
    r"|(?<![ct])i(?=e(?:nce|nt|ty|t$))|(?<=^sc|^soc)i(?=e)|(?<=[aeiouy][^aeiou]+)i(?=e(?:r|rs|st)$)"
    r"|(?<!g)u(?=a(?!d))|u(?=ou)|(?<!^p)e(?=o(?![nu]))|y(?=i)|[eou](?=ing)|(?<=^co)o(?=p)"
    r"|(?<=n)e(?=ou)|e(?=ity)|i(?=um)"
    r"|(?<=^cr)e(?=at)|(?<=^id|^ar)e(?=as?$)|(?<=^r)e(?=a(?:ct|li))"
    r"|(?<=[aio])s(?=m$)|(?<=[dst])n(?='t$)"
)
_IRREGULAR = {
    **dict.fromkeys(("business", "every", "maybe"), 2),
    **dict.fromkeys(("anyone", "behavior", "businesses", "everyday", "everyone", "everything", "nuclear"), 3),
    "everybody": 4,
}


def _syllables(word: str) -> int:
    return max(1, sum(_part_syllables(part) for part in word.split("-")))


_cached_syllables = lru_cache(maxsize=100_000)(_syllables)


def _part_syllables(part: str) -> int:
    # An accented e is never silent, whatever the rules for an e would say.
    plain = _CLITIC.sub("", part if part.isascii() else _without_accents(part.replace("é", "i")))
    if plain in _IRREGULAR:
        return _IRREGULAR[plain]
    spelt = _CONSONANT_Y.sub("j", plain.replace("qu", "q"))
    groups = len(_VOWELS.findall(spelt))
    digits = sum(map(str.isdigit, spelt))
    if not groups:
        return digits
    return digits + max(1, groups - len(_SILENT.findall(spelt)) + len(_PARTED.findall(spelt)))


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
