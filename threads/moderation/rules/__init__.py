"""RULES lists every rule that puts a comment before a moderator, each with its reason."""

from __future__ import annotations

from threads.moderation.rules.base import Limit, ListOfWords, Rule, Values, called
from threads.moderation.rules.campaigns import Campaigns
from threads.moderation.rules.comments import Comments
from threads.moderation.rules.links import Links
from threads.moderation.rules.off_topic import OffTopic
from threads.moderation.rules.offensive import IDENTITY_ATTACK, OFFENSIVE, THREAT
from threads.moderation.rules.personal_data import PersonalData
from threads.moderation.rules.pile_on import PileOn
from threads.moderation.rules.profanity import Profanity
from threads.moderation.rules.repeats import Repeats
from threads.moderation.rules.reported import Reported
from threads.moderation.rules.shouting import Shouting
from threads.moderation.rules.word_lists import BANNED, SUSPECT

__all__ = ["RULES", "Comments", "Limit", "ListOfWords", "Rule", "Values", "called", "title_of"]

RULES: tuple[Rule, ...] = (
    OFFENSIVE,
    THREAT,
    IDENTITY_ATTACK,
    Profanity(),
    BANNED,
    SUSPECT,
    PersonalData(),
    PileOn(),
    Campaigns(),
    Repeats(),
    Links(),
    Shouting(),
    OffTopic(),
    Reported(),
)


def title_of(name: str) -> str:
    """Return what people call a rule; one that is no more keeps its code, for its flags are still there."""
    return next((rule.title for rule in RULES if rule.name == name), name.replace("_", " ").capitalize())
