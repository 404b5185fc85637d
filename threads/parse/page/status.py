"""Comments that a moderator or their author took away, or that wait: what the page shows in their place."""

from __future__ import annotations

import re

from threads.parse.calendar_words import fold
from threads.records import Status

_LONGEST = 160
_MOST_WORDS = 20
_DELETED = re.compile(
    r"^\W*(?:\[(?:deleted|gelöscht|supprimé|eliminado)\]|comment deleted by user"
    r"|(?:this )?comment (?:was |has been )?deleted(?: by (?:its |the )?(?:user|author))?"
    r"|(?:dieser )?(?:kommentar|beitrag) (?:wurde )?(?:vom (?:autor|verfasser|nutzer) )?gelöscht"
    r"|(?:ce )?commentaire (?:a été )?supprimé(?: par (?:son auteur|l'auteur))?"
    r"|(?:este )?comentario (?:fue |ha sido )?eliminado|commento eliminato"
    r"|comentário (?:apagado|excluído|removido pelo autor)|комментарий удал[её]н)\W*$"
)
_REMOVED = re.compile(
    r"^\W*(?:\[(?:removed|entfernt|flagged|dead)\]|removed by (?:a )?moderator"
    r"|entfernt\b.{0,120}\bredaktion"
    r"|(?:this |the )?(?:comment|post|message) (?:was |has been |is )?(?:removed|hidden|moderated)"
    r"(?= by| because| due| for| as|\W*$|\.)"
    r"|(?:dieser |der )?(?:kommentar|beitrag)\b.{0,80}\b(?:wurde|ist)"
    r"(?: bereits| von der (?:redaktion|moderation))? (?:entfernt|gesperrt|ausgeblendet)"
    r"|(?:ce |le )?(?:commentaire|message)\b.{0,40}\b(?:modéré|retiré|masqué)"
    r"|comentario (?:retirado|moderado)|(?:commento|messaggio) rimosso"
    r"|reactie (?:is )?verwijderd|komentarz (?:został )?(?:usunięty|ukryty))"
)
_PENDING = re.compile(
    r"(?:awaiting moderation|pending (?:approval|moderation)|wartet auf (?:freischaltung|moderation)"
    r"|en attente de modération|pendiente de moderación|in attesa di moderazione|aguardando moderação"
    r"|wacht op moderatie|oczekuje na moderację|ожидает (?:проверки|модерации))"
)


def status_of(text: str) -> Status:
    """Return the status that a text tells: a placeholder of the site, not words of the author."""
    if len(text) > _LONGEST:
        return "visible"
    folded = fold(" ".join(text.split()))
    if _DELETED.match(folded):
        return "deleted"
    if len(folded.split()) > _MOST_WORDS or "?" in folded:
        return "visible"
    return "removed" if _REMOVED.match(folded) else "visible"


def is_pending(line: str) -> bool:
    """Return whether a line beside a comment says that it waits for a moderator."""
    return len(line) <= _LONGEST and _PENDING.search(fold(line)) is not None
