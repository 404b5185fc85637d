"""Cues of taking a side, worked out by hand from a comment and what it answers, in linear time.

A comment is read sentence by sentence, and a cue counts by the share of sentences that show it, against the
share that is usual, so that a long comment is not pushed toward a label by its length alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.settings import SETTINGS

Vector = npt.NDArray[np.float64]

MOST_CHARACTERS: Final = int(next(s.default for s in SETTINGS if s.name == "max_comment_characters"))
NEGATION_REACH: Final = 5  # words
NEGATION_FACTOR: Final = -0.74  # what VADER multiplies a negated rating by
MOST_SENTENCES: Final = 16  # beyond these a comment weighs no more
VALENCE_SCALE: Final = 15.0  # VADER's normalisation of a sum of ratings

OPENINGS: Final[dict[str, str]] = {
    "opens_yes": "yes yeah yep yup yea aye right ok okay sure agreed agree exactly absolutely indeed "
    "definitely totally precisely amen ditto true correct certainly this same seconded spot_on "
    "well_said well_put of_course good_point fair_point hear_hear quite_right too_right",
    "opens_no": "no nope nah not wrong false untrue incorrect rubbish nonsense bullshit bs lies "
    "bollocks baloney never really seriously actually sorry_but um er hardly yeah_but yes_but "
    "you_are_wrong you're_wrong what_a_load oh_please come_on",
}
"""Words and phrases (their words joined by _) that speak for something at the start of a sentence."""

ANYWHERE: Final[dict[str, str]] = {
    "agree": "agree agrees agreed amen ditto seconded concur indeed well_said so_true good_point "
    "great_point fair_point excellent_point fair_enough very_true spot_on you_are_right you're_right "
    "youre_right is_right are_right makes_sense same_here me_too no_doubt for_sure couldn't_agree "
    "could_not_agree can't_argue nailed_it bang_on hear_hear this_is_true that's_true thats_true "
    "that's_right thats_right good_question my_thoughts my_point this_exactly well_put glad_someone "
    "someone_said said_it as_you_say",
    "disagree": "disagree disagrees wrong false incorrect untrue nonsense rubbish bullshit bs lie lies "
    "liar liars lying debunked hoax propaganda misleading misinformed mistaken inaccurate nope baloney "
    "disingenuous hardly not_true isn't_true not_really not_so you're_wrong are_wrong is_wrong "
    "how_dare shut_up stop_spreading get_your_facts that's_not thats_not that_isn't didn't_happen "
    "never_happened no_it no_they no_he no_she no_you no_that no_this no_we no_evidence no_proof "
    "doesn't_mean does_not_mean missing_the_point miss_the_point beg_to_differ on_the_contrary i_doubt "
    "don't_think do_not_think don't_believe nothing_to_do not_what not_how",
    "negation": "no not never none nothing nobody nowhere neither nor cannot cant dont doesnt didnt "
    "isnt arent wasnt werent wont wouldnt shouldnt couldnt aint hasnt havent hadnt without hardly "
    "barely",
    "praise": "great good excellent brilliant wonderful superb fantastic amazing awesome love loved "
    "glad pleased happy delighted proud welcome support supports bravo congratulations congrats kudos "
    "hooray hurrah finally thank thanks grateful best beautiful sensible wise hope well_done good_news "
    "good_idea great_idea great_news about_time at_last thank_you looking_forward can't_wait in_favour "
    "in_favor long_overdue i_like build_it bring_it_on worth_it worth_every",
    "blame": "disgrace disgraceful shame shameful ashamed waste wasted wasting disaster scandal "
    "corrupt corruption greed greedy incompetent incompetence farce joke appalling awful terrible "
    "horrible disgusting outrage outrageous failure failed fails ruin ruined ruins destroy destroyed "
    "useless worthless pointless mistake madness insane crazy oppose opposed reject resign ridiculous "
    "absurd pathetic hate ugly garbage crap worst bad stupid nonsense rubbish vanity betrayal robbery "
    "shambles monstrosity folly against shame_on fed_up sick_of enough_of no_thanks white_elephant "
    "how_dare who_asked nobody_asked",
    "insult": "idiot idiots idiotic moron morons moronic dumb stupid fool fools pathetic loser losers "
    "scum clown clowns ignorant hypocrite hypocrites coward cowards troll delusional brainwashed sheep "
    "asshole bitch bastard",
    "profanity": "fuck fucking fucked fucker shit shitty damn ass asshole bitch bastard hell crap wtf arse",
    "contrast": "but however though although yet except instead rather whereas actually even_if "
    "even_though in_fact on_the_other on_the_contrary",
    "doubt": "doubt doubtful supposedly allegedly apparently unlikely dubious skeptical sceptical "
    "suspicious questionable unconfirmed really i_doubt not_sure are_you_sure are_you_serious so_you "
    "yeah_right sure_they oh_please if_true",
    "sarcasm": "oh wow genius sure_thing yeah_right oh_yes oh_great because_of_course good_luck "
    "how_convenient thanks_for_nothing",
    "request": "source sources proof evidence link citation confirm_this any_evidence any_proof "
    "any_source is_this_true is_that_true do_you_have can_you did_you have_you what_about where_did "
    "how_do who_is what_is why_is does_anyone anyone_know what_do_you",
    "question_word": "who what when where why how which whose whom",
    "evidence": "report reports reported confirmed confirms official according statement video photo "
    "evidence proof study article facts data statistics according_to",
    "i": "i me my mine myself i'm i've i'll i'd",
    "we": "we us our ours we're we've",
    "you": "you your yours yourself yourselves u ur you're youre you've you'll you'd",
    "they": "he she they him her them his their he's she's they're",
    "laughter": "lol lmao rofl haha hahaha hahahaha hehe lolol lmfao",
    "duty": "should must ought needs have_to has_to need_to shouldn't mustn't ought_to",
    "sympathy": "rip pray prayers praying condolences thoughts sad tragic tragedy heartbreaking safe "
    "bless god sorry",
    "hedge": "think guess believe seems seem feel probably maybe perhaps might could imho imo possibly",
    "instruction": "stop try look read learn check google listen wake imagine tell go get wait show "
    "prove name explain let's please",
}
"""Words and phrases that speak for something wherever they stand; a phrase may be in several groups."""

GROUPS: Final[tuple[str, ...]] = (*OPENINGS, *ANYWHERE)
_BIT: Final = {name: 1 << number for number, name in enumerate(GROUPS)}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OPENERS: Final = frozenset(_words("and but well oh so i lol ha haha ah that very"))  # before a yes or no

STOP_WORDS: Final = frozenset(
    _words(
        "the a an and or of to in on at for from by with as is are was were be been being it its this that "
        "these those i you he she we they me him her us them my your his our their not no do does did have "
        "has had will would can could should so if but then than there here what who how why when where "
        "which just also about into up out over all any some more most very too only own same such url user "
        "rt via"
    )
)

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)?|[.!?…]+|\n")
_ENDS: Final = frozenset(".!?…\n")
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

Phrases = dict[str, list[tuple[list[str], int]]]


def _phrases(groups: Mapping[str, str], shortest: int) -> Phrases:
    """Return the phrases of `shortest` words or more with their groups' bits, by their first word."""
    found: Phrases = {}
    for name, phrases in groups.items():
        for words in (phrase.split("_") for phrase in dict.fromkeys(phrases.split())):
            if len(words) >= shortest:
                found.setdefault(words[0], []).append((words, _BIT[name]))
    return found


def _singles() -> dict[str, int]:
    found: dict[str, int] = {}
    for name, phrases in ANYWHERE.items():
        for word in phrases.split():
            if "_" not in word:
                found[word] = found.get(word, 0) | _BIT[name]
    return found


_SINGLE: Final = _singles()
_PHRASE: Final = _phrases(ANYWHERE, 2)
_OPENING: Final = _phrases(OPENINGS, 1)
_NEGATION: Final = _BIT["negation"]
_YES: Final = _BIT["opens_yes"]
_FOR: Final = _BIT["praise"] | _BIT["agree"]
_AGAINST: Final = _BIT["blame"] | _BIT["disagree"]
_ATTACK: Final = _AGAINST | _BIT["insult"] | _BIT["profanity"]


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
class Sentence:
    """One sentence: `cues` has a bit for each of GROUPS, `valence` is -1 to 1, `mark` is how it ends.

    `denied` says that praise or agreement in it was negated, and so not counted as such.
    """

    tokens: list[str]
    mark: str
    cues: int
    valence: float
    denied: bool

    @property
    def asks(self) -> bool:
        """Whether it ends with a question mark."""
        return "?" in self.mark

    def shows(self, group: str) -> bool:
        """Return whether a word or phrase of one of GROUPS stands in it."""
        return bool(self.cues & _BIT[group])


_NOTHING: Final = Sentence([], "", 0, 0.0, False)


@dataclass(frozen=True)
class Reading:
    """One text, read once: its sentences, its tokens (lower case), itself without links, how many links."""

    sentences: tuple[Sentence, ...]
    tokens: list[str]
    bare: str
    links: int

    @cached_property
    def content(self) -> frozenset[str]:
        """The words that are no stop words."""
        return frozenset(self.tokens) - STOP_WORDS

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of neighbouring words."""
        return frozenset(pairwise(self.tokens))

    @cached_property
    def marks(self) -> Mapping[str, float]:
        """Counts of punctuation, capitals, links and the like."""
        return _marks(self.bare, self.tokens, self.links)

    @property
    def first(self) -> Sentence:
        """The first sentence, an empty one where there is none."""
        return self.sentences[0] if self.sentences else _NOTHING

    @property
    def last(self) -> Sentence:
        """The last sentence, an empty one where there is none."""
        return self.sentences[-1] if self.sentences else _NOTHING

    def share(self, holds: Callable[[Sentence], float]) -> float:
        """Return the mean of a value over the sentences, 0 where there is none."""
        return sum(map(holds, self.sentences)) / max(1, len(self.sentences))

    @cached_property
    def valence(self) -> float:
        """The mean valence of the sentences, -1 to 1."""
        return self.share(lambda sentence: sentence.valence)


def read(text: str) -> Reading:
    """Return what stands in `text`: any string, in time linear in its length."""
    text = plain(text)
    bare, links = _LINK.subn(" ", text) if any(map(text.__contains__, _LINK_SIGNS)) else (text, 0)
    bare = _MENTION.sub(" ", bare) if "@" in bare else bare
    sentences = tuple(_sentences(_TOKEN.findall(bare.lower())))
    tokens = [token for sentence in sentences for token in sentence.tokens]
    return Reading(sentences=sentences, tokens=tokens, bare=bare, links=links)


def _sentences(found: list[str]) -> list[Sentence]:
    sentences, start = [], 0
    for place, token in enumerate(found):
        if token[0] in _ENDS:
            if place > start:
                sentences.append(_sentence(found[start:place], token))
            start = place + 1
    if start < len(found):
        sentences.append(_sentence(found[start:], ""))
    return sentences


def _sentence(tokens: list[str], mark: str) -> Sentence:
    rating, cues, total, denied = valences(), _opening(tokens), 0.0, False
    if "?" in mark:
        cues &= ~_YES
    since = NEGATION_REACH
    for place, token in enumerate(tokens):
        bits = _bits(tokens, place, token)
        value = rating.get(token, 0.0)
        if since < NEGATION_REACH:
            denied = denied or bool(bits & _FOR)
            bits &= ~_FOR if bits & _NEGATION else ~(_FOR | _AGAINST)
            value *= NEGATION_FACTOR
        cues |= bits
        total += value
        since = 0 if bits & _NEGATION else since + 1
    return Sentence(tokens, mark, cues, total / math.sqrt(total * total + VALENCE_SCALE), denied)


def _bits(tokens: list[str], place: int, token: str) -> int:
    bits = _SINGLE.get(token, 0)
    if token in _PHRASE:
        for phrase, bit in _PHRASE[token]:
            if tokens[place : place + len(phrase)] == phrase:
                bits |= bit
    return bits | _NEGATION if token.endswith("n't") else bits


def _opening(tokens: list[str]) -> int:
    places = (0, 1) if tokens[0] in _OPENERS else (0,)
    bits = 0
    for place in places:
        for phrase, bit in _OPENING.get(tokens[place], ()) if place < len(tokens) else ():
            if tokens[place : place + len(phrase)] == phrase:
                bits |= bit
    return bits


def _marks(text: str, tokens: list[str], links: int) -> dict[str, float]:
    return {
        "question_marks": text.count("?"),
        "exclamation_marks": text.count("!"),
        "ellipses": text.count("...") + text.count("…"),
        "quotation_marks": text.count('"') + text.count("“"),
        "capital_share": sum(map(len, _CAPITALS.findall(text))) / max(1, len(text)),
        "capital_words": len(_CAPITAL_WORD.findall(text)),
        "links": links,
        "hashtags": text.count("#"),
        "numbers": sum(token[0].isdigit() for token in tokens),
        "emoji": 0 if text.isascii() else len(_EMOJI.findall(text)),
        "quoted_start": float(_QUOTED.match(text) is not None),
        "quoted_line": float("\n>" in text or text.startswith(">")),
        "lines": text.count("\n"),
    }


def _some(value: float) -> float:
    return math.log1p(value)


def _part(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _toward_you(text: Reading, groups: int) -> float:
    you = _BIT["you"]
    return text.share(lambda sentence: bool(sentence.cues & you and sentence.cues & groups))


def _yes_but(text: Reading) -> float:
    """Return whether a yes at the start is taken back in the first two sentences."""
    return float(text.first.shows("opens_yes") and any(s.shows("contrast") for s in text.sentences[:2]))


def _negated(text: Reading) -> bool:
    return any(sentence.cues & _NEGATION for sentence in text.sentences)


def _shared_valence(text: Reading, parent: Reading) -> float:
    return text.share(lambda s: 0.0 if parent.content.isdisjoint(s.tokens) else s.valence)


_COMMON_MARKS: Final = _words(
    "question_marks exclamation_marks ellipses quotation_marks capital_words links hashtags numbers emoji "
    "lines"
)
_PLAIN_MARKS: Final = _words("capital_share quoted_start quoted_line")
_PARENT_MARKS: Final = _words("question_marks exclamation_marks links hashtags")
_PARENT_GROUPS: Final = _words("negation disagree agree evidence you i profanity doubt")

_CUES: Final[dict[str, Callable[[Reading, Reading], float]]] = {
    "share_asks": lambda t, _: t.share(lambda s: s.asks),
    "first_asks": lambda t, _: float(t.first.asks),
    "last_asks": lambda t, _: float(t.last.asks),
    "share_exclaims": lambda t, _: t.share(lambda s: "!" in s.mark),
    "valence": lambda t, _: t.valence,
    "first_valence": lambda t, _: t.first.valence,
    "last_valence": lambda t, _: t.last.valence,
    "shared_valence": _shared_valence,
    "you_attacked": lambda t, _: _toward_you(t, _ATTACK),
    "you_praised": lambda t, _: _toward_you(t, _FOR),
    "praise_denied": lambda t, _: t.share(lambda s: s.denied),
    "yes_but": lambda t, _: _yes_but(t),
    "negation_flipped": lambda t, p: float(_negated(t) != _negated(p)),
    "valence_product": lambda t, p: t.valence * p.valence,
    "weight": lambda t, _: min(len(t.sentences), MOST_SENTENCES) ** 0.75,
}
_FORM: Final[dict[str, Callable[[Reading, Reading], float]]] = {
    "length": lambda t, _: _some(len(t.tokens)),
    "word_length": lambda t, _: _part(sum(map(len, t.tokens)), len(t.tokens)),
    "distinct_words": lambda t, _: _part(len(t.content), len(t.tokens)),
    "relative_length": lambda t, p: _some(len(t.tokens)) - _some(len(p.tokens)),
    "words_from_parent": lambda t, p: _part(len(t.content & p.content), len(t.content)),
    "parent_words_taken_up": lambda t, p: _part(len(t.content & p.content), len(p.content)),
    "jaccard": lambda t, p: _part(len(t.content & p.content), len(t.content | p.content)),
    "pairs_from_parent": lambda t, p: _part(len(t.pairs & p.pairs), len(t.pairs)),
    "new_words": lambda t, p: _some(len(t.content - p.content)),
    "parent_length": lambda _, p: _some(len(p.tokens)),
    "parent_valence": lambda _, p: p.valence,
    "parent_asks": lambda _, p: float(p.last.asks),
}

CUES: Final[tuple[str, ...]] = (
    *(f"share_{name}" for name in GROUPS),
    *(f"first_{name}" for name in GROUPS),
    *_CUES,
)
"""The names of the cues: values from -1 to 1, and last how much the means over sentences weigh.

The weight lies between that of a mean (1) and of a sum: what three sentences say alike is surer than what one
says, and not three times as sure.
"""

MEANS: Final[frozenset[str]] = frozenset(
    (
        *(f"share_{name}" for name in GROUPS),
        *_words("share_exclaims valence shared_valence you_attacked you_praised praise_denied"),
    )
)
"""The cues that are means over the sentences."""

FEATURES: Final[tuple[str, ...]] = (
    *CUES,
    *_FORM,
    *_COMMON_MARKS,
    *_PLAIN_MARKS,
    *(f"parent_{name}" for name in _PARENT_GROUPS),
    *(f"parent_{name}" for name in _PARENT_MARKS),
)
"""The names of the features of `pair_features`, in order: the cues, then the outward form of both texts."""


def cues_of(text: Reading, parent: Reading) -> list[float]:
    """Return the values of CUES, in order, for a text that answers `parent`."""
    return [
        *_shares(text.sentences),
        *_shares(text.sentences[:1]),
        *(cue(text, parent) for cue in _CUES.values()),
    ]


def features_of(text: Reading, parent: Reading) -> list[float]:
    """Return the values of FEATURES, in order, for a text that answers `parent`; all finite."""
    return [
        *cues_of(text, parent),
        *(feature(text, parent) for feature in _FORM.values()),
        *(_some(text.marks[name]) for name in _COMMON_MARKS),
        *(text.marks[name] for name in _PLAIN_MARKS),
        *_shares(parent.sentences, _PARENT_GROUPS),
        *(_some(parent.marks[name]) for name in _PARENT_MARKS),
    ]


def _shares(sentences: Sequence[Sentence], groups: Sequence[str] = GROUPS) -> list[float]:
    """Return for each group the share of sentences that show it."""
    cues, count = [sentence.cues for sentence in sentences], max(1, len(sentences))
    return [sum([bits & bit > 0 for bits in cues]) / count for bit in map(_BIT.__getitem__, groups)]


def cue_matrix(texts: Iterable[str], parents: Iterable[str]) -> Vector:
    """Return the cues of each text beside its parent, rows × CUES."""
    return _matrix(cues_of, len(CUES), texts, parents)


def feature_matrix(texts: Iterable[str], parents: Iterable[str]) -> Vector:
    """Return the features of each text beside its parent, rows × FEATURES; the first are the cues."""
    return _matrix(features_of, len(FEATURES), texts, parents)


def _matrix(
    values: Callable[[Reading, Reading], list[float]],
    width: int,
    texts: Iterable[str],
    parents: Iterable[str],
) -> Vector:
    # A parent is mostly one of the comments just before, or the same title again.
    reading = lru_cache(maxsize=128)(read)
    rows = [values(reading(text), reading(parent)) for text, parent in zip(texts, parents, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)
