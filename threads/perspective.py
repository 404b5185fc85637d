"""The two calls of Google's Perspective API, answered on one's own machine: requests in, answers out.

The shapes are those of the public reference of `commentanalyzer` v1alpha1, whose service ends with 2026; what
judges is this project's, so values differ. An attribute that no model here carries is refused, never made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from threads.errors import ThreadsError
from threads.parse.exports.texts import from_html
from threads.parse.language import ENGLISH, UNKNOWN, base_language, of_comment
from threads.scores.chosen import scores_for
from threads.scores.featuring import Featuring
from threads.scores.offensive import Offensive
from threads.scores.offensive_model import HEADS, OffensiveModel
from threads.scores.offensive_text import tokens
from threads.scores.reply_relation import ReplyRelation
from threads.scores.stance import Stance
from threads.scores.text import has_word, sentences
from threads.scores.vader import polarity
from threads.settings import Settings

MOST_ATTRIBUTES: Final = 50
MOST_ENTRIES: Final = 10
TYPE: Final = "PROBABILITY"
ERROR_TYPE: Final = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
PARENT: Final = "context.entries"
CUES_ACCURACY: Final = "Not measured: no comments labelled as constructive were at hand."
_NEEDED: Final = {"last": "the comment that is answered", "first": "what the talk is about"}
VADER_ACCURACY: Final = (
    "Its compound correlates .87 with human ratings of tweets, .50 with those of editorials."
)


class RequestRefusedError(ThreadsError):
    """A request that cannot be answered, in Google's terms: `reason` is the errorType, if it has one."""

    def __init__(self, problem: str, reason: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(problem)
        self.reason, self.details = reason, details or {}

    def answer(self) -> dict[str, Any]:
        """Return the body of the answer, whose status is 400."""
        body: dict[str, Any] = {"code": 400, "message": self.problem, "status": "INVALID_ARGUMENT"}
        if self.reason:
            field = self.reason[0].lower() + _camel(self.reason)[1:] + "Error"
            body["details"] = [{"@type": ERROR_TYPE, "errorType": self.reason, field: dict(self.details)}]
        return {"error": body}


@dataclass(frozen=True, slots=True)
class Attribute:
    """What can be asked for: its name there, what it is here, and the least and greatest value.

    `spans` says whether it is given for each sentence too, `context` which of context.entries it needs: the
    last is the comment answered, the first what the talk is about.
    """

    name: str
    help: str
    values: Callable[[Models, Sequence[str], str], list[float | None]]
    type: str = TYPE
    spans: bool = True
    context: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True)
class Models:
    """The models that judge."""

    offensive: Offensive
    relation: ReplyRelation
    stance: Stance
    featuring: Featuring

    @classmethod
    def chosen(cls, settings: Settings) -> Models:
        """Return the models that `settings` name."""
        scores = scores_for(settings)
        return cls(
            next(score for score in scores if isinstance(score, Offensive)),
            next(score for score in scores if isinstance(score, ReplyRelation)),
            # A model of one's own topic judges no other: then the package's does.
            next((score for score in scores if isinstance(score, Stance)), Stance()),
            next(score for score in scores if isinstance(score, Featuring)),
        )


def _head(place: int) -> Callable[[Models, Sequence[str], str], list[float | None]]:
    """Return what gives one probability of the offensive-language model for each text."""

    def values(models: Models, texts: Sequence[str], _parent: str) -> list[float | None]:
        return [None if value is None else float(value) for value in _heads(models, texts)[:, place]]

    return values


def _heads(models: Models, texts: Sequence[str]) -> Any:
    model = models.offensive.classifier
    if not isinstance(model, OffensiveModel):
        return models.offensive.values(list(texts), [])
    odds = model.odds([tokens(text) for text in texts])
    chances = np.full((len(texts), len(HEADS)), None, dtype=object)
    there = ~np.isnan(odds[:, 0])
    chances[there] = model.chances(odds)[there]
    return chances


def _sentiment(_models: Models, texts: Sequence[str], _parent: str) -> list[float | None]:
    return [float(polarity(text).compound) for text in texts]


def _agreement(models: Models, texts: Sequence[str], parent: str) -> list[float | None]:
    judge = models.relation.classifier
    place = judge.labels.index("agrees")
    return [float(row[place]) for row in judge.probabilities(list(texts), [parent] * len(texts))]


def _stance(models: Models, texts: Sequence[str], target: str) -> list[float | None]:
    judge = models.stance.classifier
    for_, against = (judge.labels.index(side) for side in ("supportive", "critical"))
    if not has_word(target):
        return [None] * len(texts)
    found = judge.probabilities(list(texts), [target] * len(texts))
    return [
        float(row[for_] - row[against]) if has_word(text) else None
        for text, row in zip(texts, found, strict=True)
    ]


def _constructiveness(models: Models, texts: Sequence[str], _context: str) -> list[float | None]:
    # Each in a thread of its own: then only the cues of the comment itself are there.
    frame = pd.DataFrame({"text": texts, "thread_id": [str(place) for place in range(len(texts))]})
    found = models.featuring.score(frame.assign(language=ENGLISH))["featuring"]
    return [None if pd.isna(value) else float(value) for value in found]


_RANKING: Final = "A ranking by the words, not by what is meant; learnt from shares of annotators."
ATTRIBUTES: Final = (
    Attribute("TOXICITY", "Probability that readers find the language offensive.", _head(0)),
    Attribute("INSULT", f"Share of readers who would mark an insult. {_RANKING}", _head(1)),
    Attribute("THREAT", f"Share of readers who would mark a threat. {_RANKING}", _head(2)),
    Attribute("IDENTITY_ATTACK", f"Share who would mark an attack on a group. {_RANKING}", _head(3)),
    Attribute("PROFANITY", f"Share of readers who would mark profanity. {_RANKING}", _head(4)),
    Attribute("SENTIMENT", "VADER's compound, from -1 to 1: no probability.", _sentiment, type="COMPOUND"),
    Attribute(
        "AGREEMENT",
        f"Probability that the comment agrees with the one it answers ({PARENT}); tentative.",
        _agreement,
        spans=False,
        context="last",
    ),
    Attribute(
        "STANCE",
        f"Probability that the comment supports what the first of {PARENT} says, less that it is critical "
        "of it: from -1 to 1. Mostly near 0: no label of the topic was seen.",
        _stance,
        type="COMPOUND",
        spans=False,
        context="first",
    ),
    Attribute(
        "CONSTRUCTIVENESS",
        "Mean of cues of readability, argument and lived experience, from 0 to 1: rates of words to be "
        "checked against the text, no probability. Comments of 10 words or more.",
        _constructiveness,
        type="CUES",
        spans=False,
    ),
)
_BY_NAME: Final = {attribute.name: attribute for attribute in ATTRIBUTES}
NOT_CARRIED: Final = {"SEVERE_TOXICITY": "no model here tells severe from other offence"}


def analyze(request: Any, models: Models, *, longest: int) -> dict[str, Any]:
    """Return the answer to `comments:analyze`.

    Parameters
    ----------
    request
        The body, as JSON gave it: an AnalyzeCommentRequest.
    longest
        Most characters of a text.

    Raises
    ------
    RequestRefusedError
        The body is not of that form, the comment is empty, too long or in another language than an attribute
        reads, or an attribute is not carried.
    """
    body = _object(request, "the request")
    text = _text(_object(body.get("comment"), "comment"), longest)
    asked = _asked(body)
    said = _languages(body)
    detected = _detected(text)
    language = said[0] if said else detected[0] if detected else UNKNOWN
    for name in asked:
        if base_language(language) != ENGLISH:
            raise RequestRefusedError(
                f"Attribute {name} does not support request languages: {language}",
                "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
                {"detectedLanguages": detected, "attribute": name},
            )
    context = _context(body, longest)
    spans = _spans(text) if body.get("spanAnnotations") is True else [(0, len(text))]
    scores = {}
    for name, wanted in asked.items():
        found = _scored(_BY_NAME[name], text, spans, context, models)
        if found is not None and found["summaryScore"]["value"] >= _threshold(wanted, name):
            scores[name] = found
    answer: dict[str, Any] = {"attributeScores": scores, "languages": said or [language]}
    answer["detectedLanguages"] = detected
    return {**answer, **_token(body)}


def suggestion(request: Any, *, longest: int) -> dict[str, Any]:
    """Return what `comments:suggestscore` tells: text, language and score by attribute, ready to be kept.

    Raises
    ------
    RequestRefusedError
        As `analyze` does; or no score is told, or one is not from 0 to 1.
    """
    body = _object(request, "the request")
    text = _text(_object(body.get("comment"), "comment"), longest)
    told = _object(body.get("attributeScores"), "attributeScores")
    if not told:
        raise RequestRefusedError("attributeScores is empty: there is nothing to learn")
    scores = {}
    for name, given in told.items():
        _known(name)
        summary = _object(_object(given, name).get("summaryScore"), f"{name}.summaryScore")
        value = summary.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise RequestRefusedError(f"{name}.summaryScore.value is no number from 0 to 1")
        scores[name] = float(value)
    said = _languages(body)
    return {"text": text, "language": said[0] if said else None, "scores": scores, **_token(body)}


def described(models: Models) -> list[dict[str, Any]]:
    """Return every attribute with the model behind it and how right that was measured to be."""
    judges = {
        **dict.fromkeys(("TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY"), models.offensive),
        "AGREEMENT": models.relation,
        "STANCE": models.stance,
    }
    others = {"SENTIMENT": ("vaderSentiment 3.3.2, to the last digit", VADER_ACCURACY)}
    others["CONSTRUCTIVENESS"] = ("cues of the score featuring", CUES_ACCURACY)
    found = []
    for attribute in ATTRIBUTES:
        judge = judges.get(attribute.name)
        found.append(
            {
                "name": attribute.name,
                "description": attribute.help,
                "type": attribute.type,
                "languages": [ENGLISH],
                "needsContext": attribute.context is not None,
                "model": judge.classifier.label if judge else others[attribute.name][0],
                "accuracy": judge.classifier.sentence if judge else others[attribute.name][1],
            }
        )
    refused = [{"name": name, "carried": False, "reason": reason} for name, reason in NOT_CARRIED.items()]
    return [*found, *refused]


def _scored(
    attribute: Attribute,
    text: str,
    spans: Sequence[tuple[int, int]],
    context: Mapping[str, str],
    models: Models,
) -> dict[str, Any] | None:
    """Return the score of a comment and of its spans; None where the text has nothing to judge by."""
    beside = context.get(attribute.context, "") if attribute.context else ""
    if attribute.context and not beside:
        raise RequestRefusedError(f"{attribute.name} needs {_NEEDED[attribute.context]}, in {PARENT}")
    pieces = spans if attribute.spans and len(spans) > 1 else []
    values = attribute.values(models, [text, *(text[start:end] for start, end in pieces)], beside)
    whole = values[0]
    if whole is None:
        return None
    parts = zip(pieces, values[1:], strict=True) if pieces else [((0, len(text)), whole)]
    return {
        "spanScores": [
            {"begin": start, "end": end, "score": {"value": value, "type": attribute.type}}
            for (start, end), value in parts
            if value is not None
        ],
        "summaryScore": {"value": whole, "type": attribute.type},
    }


def _text(comment: Mapping[str, Any], longest: int) -> str:
    text, kind = comment.get("text"), comment.get("type", "PLAIN_TEXT")
    if not isinstance(text, str):
        raise RequestRefusedError("comment.text is no text")
    if kind not in ("PLAIN_TEXT", "HTML", "TEXT_TYPE_UNSPECIFIED"):
        raise RequestRefusedError("comment.type is neither PLAIN_TEXT nor HTML")
    if len(text) > longest:
        raise RequestRefusedError(f"Comment is too long: at most {longest} characters", "COMMENT_TOO_LONG")
    text = from_html(text) if kind == "HTML" else text
    if not text.strip():
        raise RequestRefusedError("Comment must be non-empty.", "COMMENT_EMPTY")
    return text


def _asked(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    asked = _object(body.get("requestedAttributes"), "requestedAttributes")
    if not asked:
        raise RequestRefusedError("requestedAttributes is empty: name what is wanted")
    if len(asked) > MOST_ATTRIBUTES:
        raise RequestRefusedError(f"requestedAttributes has more than {MOST_ATTRIBUTES} names")
    for name in asked:
        _known(name)
    return {name: _object({} if wanted is None else wanted, name) for name, wanted in asked.items()}


def _known(name: str) -> None:
    if name in _BY_NAME:
        return
    why = NOT_CARRIED.get(name, f"known are {', '.join(_BY_NAME)}")
    problem = f"Attribute {name[:80]} is not carried here: {why}"
    raise RequestRefusedError(problem, "ATTRIBUTE_NOT_CARRIED", {"attribute": name[:80]})


def _threshold(wanted: Mapping[str, Any], name: str) -> float:
    kind = wanted.get("scoreType", _BY_NAME[name].type)
    if kind not in (_BY_NAME[name].type, "SCORE_TYPE_UNSPECIFIED"):
        raise RequestRefusedError(f"{name} is given as {_BY_NAME[name].type} only")
    threshold = wanted.get("scoreThreshold", -np.inf)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise RequestRefusedError(f"{name}.scoreThreshold is no number")
    return float(threshold)


def _languages(body: Mapping[str, Any]) -> list[str]:
    said = _given(body, "languages", [])
    if not isinstance(said, list) or not all(isinstance(language, str) for language in said):
        raise RequestRefusedError("languages is no list of language codes")
    return [language[:35] for language in said[:MOST_ENTRIES]]


def _detected(text: str) -> list[str]:
    """Return the language of a text: English, unless it is surely another."""
    found = of_comment(text, ENGLISH)
    return [found] if found and found != UNKNOWN else []


def _context(body: Mapping[str, Any], longest: int) -> dict[str, str]:
    """Return the texts of the context that are read: the first entry and the last, where there are any."""
    context = _object(_given(body, "context", {}), "context")
    entries = _given(context, "entries", [])
    if not isinstance(entries, list):
        raise RequestRefusedError(f"{PARENT} is no list")
    if not entries:
        return {}
    places = {"first": entries[0], "last": entries[-1]}
    return {place: _text(_object(entry, PARENT), longest) for place, entry in places.items()}


def _spans(text: str) -> list[tuple[int, int]]:
    return sentences(text) or [(0, len(text))]


def _given(body: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    """Return a field, or what stands for one that is left out or null."""
    value = body.get(name)
    return otherwise if value is None else value


def _token(body: Mapping[str, Any]) -> dict[str, Any]:
    token = body.get("clientToken")
    return {"clientToken": token[:200]} if isinstance(token, str) else {}


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RequestRefusedError(f"{name} is no object")
    return value


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.lower().split("_"))
