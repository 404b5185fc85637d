"""What codes of records and of the store are called: marked here for the catalogues, `_(code)` says it."""

from __future__ import annotations

import re
from typing import Final

from threads.language import N_, _

WORDS: Final = (
    # formats that are no names
    N_("pasted"),
    # stances
    N_("supportive"),
    N_("critical"),
    N_("neutral"),
    N_("unclear"),
    # sentiment
    N_("negative"),
    N_("positive"),
    N_("no text"),
    N_("no words"),
    N_("a language other than English: VADER reads English only"),
    # how right the models that judge are, of threads/models/manifest.json
    N_(
        "Neutral (off topic) is right 8.0 times in 10 it is said. A side is said of 18%, right 7.5 in 10 on "
        "written arguments; on real replies sides are guesses (5.0 in 10, by chance 5)."
    ),
    # what an action does
    N_("approve"),
    N_("reject"),
    N_("hold"),
    N_("escalate"),
    N_("feature"),
    N_("not offensive"),
    N_("undo"),
    # rules whose titles are made of their lists
    N_("Suspect words"),
    N_("Banned words"),
    # states of the queue and of deliveries
    N_("open"),
    N_("featured"),
    N_("reported"),
    N_("decided"),
    N_("all"),
    N_("waiting"),
    N_("delivered"),
    N_("superseded"),
    # groups and measures
    N_("newcomers"),
    N_("regulars"),
    N_("threads"),
    N_("chains"),
    N_("people"),
    N_("sentiment"),
    N_("stance"),
    N_("tempo"),
    N_("tone"),
    N_("length"),
    N_("offensive"),
    N_("minute"),
    N_("second"),
    # kinds of offensive language
    N_("insult"),
    N_("threat"),
    N_("identity attack"),
    N_("profanity"),
    # what is wrong with a request, of Werkzeug
    N_("Bad Request"),
    N_("Unauthorized"),
    N_("Forbidden"),
    N_("Not Found"),
    N_("Conflict"),
    N_("Request Entity Too Large"),
    N_("Internal Server Error"),
    # roles
    N_("viewer"),
    N_("moderator"),
    N_("admin"),
    # states
    N_("new"),
    N_("flagged"),
    N_("approved"),
    N_("rejected"),
    N_("held"),
    N_("escalated"),
)
_LANGUAGE = re.compile(
    r"(?P<kind>language|too short to tell, taken for) (?P<code>\S+): VADER reads English only"
)


def why_no_sentiment(reason: str) -> str:
    """Return why a comment has no sentiment, which is stored in English."""
    found = _LANGUAGE.fullmatch(reason)
    if found and found["kind"] == "language":
        return _("language {code}: VADER reads English only", code=found["code"])
    if found:
        return _("too short to tell, taken for {code}: VADER reads English only", code=found["code"])
    return _(reason)
