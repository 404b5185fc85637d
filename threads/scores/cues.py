"""Features worked out by hand from a comment and what it answers, in time linear in their length."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.settings import SETTINGS

Vector = npt.NDArray[np.float64]

MOST_CHARACTERS: Final = int(next(s.default for s in SETTINGS if s.name == "max_comment_characters"))
OPENING: Final = 6  # tokens; a reply that takes a side mostly says so in its first words

GROUPS: Final[dict[str, str]] = {
    "negation": "no not never none nothing nobody nowhere neither nor cannot cant dont doesnt didnt isnt "
    "arent wasnt werent wont wouldnt shouldnt couldnt aint hasnt havent hadnt without hardly barely",
    "yes": "yes yeah yep yup yea aye indeed exactly absolutely definitely totally precisely certainly amen "
    "agreed ditto true right correct",
    "agree": "agree agrees agreed exactly absolutely indeed definitely totally precisely amen ditto "
    "seconded well_said so_true good_point great_point fair_point fair_enough very_true spot_on "
    "you_are_right you're_right youre_right is_right are_right makes_sense i_concur same_here me_too "
    "of_course no_doubt thank_you couldn't_agree could_not_agree good_question nail_head nailed_it "
    "bang_on hear_hear",
    "disagree": "disagree disagrees wrong false incorrect untrue nonsense rubbish bullshit bs lie lies liar "
    "liars lying crap garbage ridiculous absurd debunked hoax fake propaganda misleading misinformed "
    "mistaken inaccurate nope baloney not_true isn't_true is_not not_really you're_wrong are_wrong "
    "is_wrong are_you how_dare shut_up stop_spreading get_your no_it no_they no_he no_she no_you "
    "no_that not_a no_evidence no_proof that's_not thats_not didn't_happen never_happened does_not "
    "doesn't_mean nothing_to not_even",
    "contrast": "but however though although yet still except despite instead rather whereas actually "
    "on_the_other even_if even_though in_fact",
    "doubt": "doubt doubtful doubts supposedly allegedly apparently maybe perhaps possibly unlikely dubious "
    "skeptical sceptical suspicious suspect rumor rumour rumors rumours unconfirmed questionable "
    "i_doubt not_sure are_sure you_sure is_true if_true how_do so_you",
    "evidence": "report reports reported reporting confirm confirms confirmed confirming source sources "
    "police officials official according statement video footage photo photos picture evidence proof "
    "witness witnesses breaking news update study article link fact facts data statistics according_to",
    "request": "source proof evidence link citation confirm_this any_evidence any_proof any_source is_it "
    "is_this is_that do_you can_you did_you have_you what_about where_did how_do who_is what_is why_is "
    "does_anyone anyone_know",
    "question_word": "who what when where why how which whose whom",
    "auxiliary": "is are was were do does did can could would will should has have had isn't aren't don't "
    "doesn't didn't won't wouldn't so really any",
    "first_person": "i me my mine myself we us our ours i'm i've i'll i'd we're we've",
    "second_person": "you your yours yourself yourselves u ur you're youre you've you'll you'd",
    "third_person": "he she they him her them his their it its he's she's they're",
    "laughter": "lol lmao rofl haha hahaha hahahaha hehe lolol lmfao ha",
    "profanity": "fuck fucking fucked fucker shit shitty damn ass asshole bitch bastard hell crap wtf idiot "
    "idiots idiotic stupid moron morons dumb fool fools pathetic loser scum",
    "duty": "should must ought need needs have_to has_to shouldn't mustn't ought_to",
    "sympathy": "rip pray prayers praying prayer hope hopefully condolences thoughts sad tragic tragedy "
    "heartbreaking horrible safe bless god terrible sorry",
    "thanks": "thanks thank thx cheers appreciated",
    "intensifier": "very so really too extremely completely totally always never all every",
    "hedge": "think guess believe seems seem feel probably maybe perhaps might could imho imo sounds",
    "correction": "actually fact misread meant wasn't weren't isn't aren't didn't doesn't don't won't "
    "wouldn't",
}
"""Words and phrases (their words joined by _) that speak for something; a phrase may be in several groups."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STOP_WORDS: Final = frozenset(
    _words(
        "the a an and or of to in on at for from by with as is are was were be been being it its this that "
        "these those he she they them his her their i me my we us our you your not no do does did have has "
        "had will would can could should so if but then than there here what who how why when where which "
        "just also about into up out over all any some more most very too only own same such url user rt "
        "via"
    )
)

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LINK = re.compile(r"https?://\S+|www\.\S+|\bURL\b")
_LINK_SIGNS: Final = ("://", "www.", "URL")
_MENTION = re.compile(r"@\w+")
_CAPITALS = re.compile(r"[A-Z]+")
_CAPITAL_WORD = re.compile(r"\b[A-Z]{3,}\b")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_QUOTED = re.compile(r"""\s*(?:[>"“”«]|&gt;|RT\b)""")
# Curly apostrophes to straight ones; hidden and bidi characters, NUL and lone surrogates to nothing.
_PLAIN: Final[dict[int, str | None]] = {
    **dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x0060, 0x00B4, 0xFF07), "'"),
    **{0xFF01 + i: chr(0x21 + i) for i in range(94) if i != 6},
    **dict.fromkeys(
        (0, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
    ),
    **dict.fromkeys(range(0xD800, 0xE000)),
}


def _phrases() -> dict[int, dict[tuple[str, ...], tuple[int, ...]]]:
    """Return the groups of each phrase, by its number of words."""
    found: dict[int, dict[tuple[str, ...], tuple[int, ...]]] = {1: {}, 2: {}, 3: {}}
    for number, phrases in enumerate(GROUPS.values()):
        for phrase in dict.fromkeys(phrases.split()):
            words = tuple(phrase.split("_"))
            found[len(words)][words] = (*found[len(words)].get(words, ()), number)
    return found


_PHRASES: Final = _phrases()
_WORDS: Final = {words[0]: groups for words, groups in _PHRASES[1].items()}
_STARTS: Final = frozenset(words[0] for words in _PHRASES[3])
_GROUP: Final = {name: number for number, name in enumerate(GROUPS)}
_NEGATIONS: Final = frozenset(GROUPS["negation"].split())
_NEGATION: Final = _GROUP["negation"]


@lru_cache(maxsize=1)
def valences() -> dict[str, float]:
    """Return the mean human rating (-4 to 4) of each word of the VADER lexicon (Hutto & Gilbert 2014)."""
    lines = files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8").splitlines()
    fields = (line.split("\t") for line in lines)
    return {parts[0]: float(parts[1]) for parts in fields if len(parts) > 1}


def plain(text: str) -> str:
    """Return `text` cut to the longest comment scored, without hidden characters and lone surrogates."""
    text = text[:MOST_CHARACTERS]
    return text if text.isascii() and "\0" not in text and "`" not in text else text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, read once: its tokens (lower case), content words, and what was counted in it."""

    tokens: tuple[str, ...]
    content: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    counts: tuple[int, ...]
    opening: tuple[int, ...]
    positive: float
    negative: float
    marks: Mapping[str, float]

    def count(self, group: str) -> int:
        """Return how many words and phrases of a group of GROUPS stand in the text."""
        return self.counts[_GROUP[group]]

    def early(self, group: str) -> int:
        """Return how many of them stand among its first OPENING tokens."""
        return self.opening[_GROUP[group]]

    @property
    def valence(self) -> float:
        """Positive minus negative ratings for each square root of a token, about -4 to 4."""
        return (self.positive - self.negative) / math.sqrt(len(self.tokens) + 1)


def read(text: str) -> Reading:
    """Return what stands in `text`: any string, in time linear in its length."""
    text = plain(text)
    bare, links = _LINK.subn(" ", text) if any(map(text.__contains__, _LINK_SIGNS)) else (text, 0)
    bare = _MENTION.sub(" ", bare) if "@" in bare else bare
    lower = bare.lower()
    tokens = _TOKEN.findall(lower)
    pairs = frozenset(pairwise(tokens))
    contracted = [p for p, token in enumerate(tokens) if token.endswith("n't")] if "n't" in lower else []
    counts, opening = _counted(tokens, pairs, contracted)
    positive, negative = _rated(tokens, contracted)
    return Reading(
        tokens=tuple(tokens),
        content=frozenset(tokens) - STOP_WORDS,
        pairs=pairs,
        counts=counts,
        opening=opening,
        positive=positive,
        negative=negative,
        marks=_marks(bare, tokens, links),
    )


def _counted(
    tokens: list[str], pairs: frozenset[tuple[str, str]], contracted: list[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    counts, opening = [0] * len(GROUPS), [0] * len(GROUPS)
    for place, groups in [*_found(tokens, pairs), *((place, (_NEGATION,)) for place in contracted)]:
        for group in groups:
            counts[group] += 1
            opening[group] += place < OPENING
    return tuple(counts), tuple(opening)


def _found(tokens: list[str], pairs: frozenset[tuple[str, str]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the place and the groups of each word and phrase of GROUPS."""
    yield from ((place, _WORDS[token]) for place, token in enumerate(tokens) if token in _WORDS)
    twos, threes = _PHRASES[2], _PHRASES[3]
    if not pairs.isdisjoint(twos):
        yield from ((place, twos[pair]) for place, pair in enumerate(pairwise(tokens)) if pair in twos)
    if not _STARTS.isdisjoint(tokens):
        triples = enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False))
        yield from ((place, threes[triple]) for place, triple in triples if triple in threes)


def _rated(tokens: list[str], contracted: list[int]) -> tuple[float, float]:
    """Return the sums of positive and of negative ratings; a negation turns the next three words round."""
    rating, positive, negative = valences(), 0.0, 0.0
    negated = {*contracted, *(place for place, token in enumerate(tokens) if token in _NEGATIONS)}
    for place, token in enumerate(tokens):
        if token not in rating:
            continue
        value = rating[token]
        if not negated.isdisjoint((place - 1, place - 2, place - 3)):
            value *= -0.74  # the factor that VADER uses for negation
        if value > 0:
            positive += value
        else:
            negative -= value
    return positive, negative


def _marks(text: str, tokens: list[str], links: int) -> dict[str, float]:
    ending = text[-200:].rstrip(" \t\r\n\"')”…*#")
    return {
        "question_marks": text.count("?"),
        "ends_asking": float(ending.endswith("?")),
        "asks_at_once": float("?" in text[:80]),
        "exclamation_marks": text.count("!"),
        "ellipses": text.count("...") + text.count("…"),
        "quotation_marks": text.count('"') + text.count("“"),
        "capital_share": sum(map(len, _CAPITALS.findall(text))) / max(1, len(text)),
        "capital_words": len(_CAPITAL_WORD.findall(text)),
        "links": links,
        "hashtags": text.count("#"),
        "numbers": sum(map(str.isdigit, tokens)),
        "emoji": len(_EMOJI.findall(text)),
        "quoted_start": float(_QUOTED.match(text) is not None),
        "quoted_line": float("\n>" in text or text.startswith(">")),
        "lines": text.count("\n"),
        "sentences": text.count(". ") + text.count("! ") + text.count("? "),
    }


def _some(value: float) -> float:
    return math.log1p(value)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _flipped(text: Reading, parent: Reading) -> float:
    return float((text.count("negation") > 0) != (parent.count("negation") > 0))


_MARKS: Final = _words(
    "question_marks exclamation_marks ellipses quotation_marks capital_words links hashtags numbers emoji "
    "lines sentences"
)
_PLAIN_MARKS: Final = _words("ends_asking asks_at_once capital_share quoted_start quoted_line")
_EARLY: Final = _words(
    "negation yes agree disagree contrast doubt evidence question_word auxiliary second_person first_person "
    "laughter thanks request"
)
_PARENT_GROUPS: Final = _words("negation evidence second_person first_person disagree agree profanity doubt")
_PARENT_MARKS: Final = _words("question_marks links hashtags exclamation_marks")

_OWN: Final[dict[str, Callable[[Reading], float]]] = {
    "length": lambda t: _some(len(t.tokens)),
    "word_length": lambda t: _share(sum(map(len, t.tokens)), len(t.tokens)),
    "distinct_words": lambda t: _share(len(t.content), len(t.tokens)),
    "positive": lambda t: t.positive / math.sqrt(len(t.tokens) + 1),
    "negative": lambda t: t.negative / math.sqrt(len(t.tokens) + 1),
    "valence": lambda t: t.valence,
}
_BOTH: Final[dict[str, Callable[[Reading, Reading], float]]] = {
    "parent_length": lambda _, p: _some(len(p.tokens)),
    "parent_valence": lambda _, p: p.valence,
    "parent_ends_asking": lambda _, p: p.marks["ends_asking"],
    "relative_length": lambda t, p: _some(len(t.tokens)) - _some(len(p.tokens)),
    "words_from_parent": lambda t, p: _share(len(t.content & p.content), len(t.content)),
    "parent_words_taken_up": lambda t, p: _share(len(t.content & p.content), len(p.content)),
    "jaccard": lambda t, p: _share(len(t.content & p.content), len(t.content | p.content)),
    "pairs_from_parent": lambda t, p: _share(len(t.pairs & p.pairs), len(t.pairs)),
    "new_words": lambda t, p: _some(len(t.content - p.content)),
    "negation_flipped": _flipped,
    "valence_product": lambda t, p: t.valence * p.valence,
    "valence_change": lambda t, p: t.valence - p.valence,
    "no_words": lambda t, _: float(not t.tokens),
}

FEATURES: Final[tuple[str, ...]] = (
    *_OWN,
    *(f"count_{name}" for name in GROUPS),
    *(f"early_{name}" for name in _EARLY),
    *_MARKS,
    *_PLAIN_MARKS,
    *_BOTH,
    *(f"parent_{name}" for name in _PARENT_GROUPS),
    *(f"parent_{name}" for name in _PARENT_MARKS),
)
"""The names of the features of `pair_features`, in order."""


def pair_features(text: Reading, parent: Reading) -> list[float]:
    """Return the features (FEATURES, in order) of a text that answers `parent`; all finite."""
    return [
        *(feature(text) for feature in _OWN.values()),
        *map(_some, text.counts),
        *(_some(text.early(name)) for name in _EARLY),
        *(_some(text.marks[name]) for name in _MARKS),
        *(text.marks[name] for name in _PLAIN_MARKS),
        *(feature(text, parent) for feature in _BOTH.values()),
        *(_some(parent.count(name)) for name in _PARENT_GROUPS),
        *(_some(parent.marks[name]) for name in _PARENT_MARKS),
    ]


def feature_matrix(texts: Iterable[str], parents: Iterable[str]) -> Vector:
    """Return the features of each text beside its parent, rows × FEATURES."""
    # A parent is mostly one of the comments just before, or the same title again.
    reading = lru_cache(maxsize=128)(read)
    rows = [
        pair_features(reading(text), reading(parent)) for text, parent in zip(texts, parents, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def words(features: Vector) -> Vector:
    """Return the number of words of each text, from rows × FEATURES."""
    return np.rint(np.expm1(features[:, FEATURES.index("length")]))
