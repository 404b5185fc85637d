"""Comments that were taken away or that wait, told from people who talk about that."""

import pytest
from written_pages import COUNT, comment, found

from threads.parse.page.status import is_pending, status_of

DELETED = [
    "[deleted]",
    "This comment has been deleted.",
    "Comment deleted by user",
    "Dieser Kommentar wurde vom Autor gelöscht.",
    "Ce commentaire a été supprimé par son auteur",
    "Este comentario ha sido eliminado.",
    "Commento eliminato",
    "Comentário apagado",
    "Комментарий удалён",
]
REMOVED = [
    "[removed]",
    "This comment was removed by a moderator because it broke the house rules.",
    "Comment removed.",
    "Entfernt. Bitte bleiben Sie sachlich. Danke, die Redaktion",
    "Dieser Kommentar wurde von der Redaktion entfernt.",
    "Ce commentaire a été modéré",
    "Comentario moderado",
    "Messaggio rimosso",
    "Reactie verwijderd",
    "Komentarz został usunięty",
]
PENDING = [
    "Your comment is awaiting moderation.",
    "Ihr Kommentar wartet auf Freischaltung.",
    "Votre commentaire est en attente de modération.",
    "Tu comentario está pendiente de moderación",
    "Il tuo commento è in attesa di moderazione",
    "Seu comentário está aguardando moderação",
    "Je reactie wacht op moderatie",
    "Twój komentarz oczekuje na moderację",
    "Ваш комментарий ожидает проверки",
]
ORDINARY = [
    "My comment was removed yesterday, why?",
    "Why was this comment removed?",
    "I deleted my account.",
    "The post office has been removed from our town.",
    "The message is clear: build it.",
    "Das gehört gelöscht!",
    "Deleted scenes are the best part.",
    "Comments are removed too fast here",
    "I am awaiting your answer",
    "We wait for the bridge to be moderated, ha ha",
]


@pytest.mark.parametrize("text", DELETED)
def test_what_its_author_took_away_is_deleted(text):
    assert status_of(text) == "deleted"


@pytest.mark.parametrize("text", REMOVED)
def test_what_a_moderator_took_away_is_removed(text):
    assert status_of(text) == "removed"


@pytest.mark.parametrize("text", ORDINARY)
def test_who_talks_of_removal_is_visible(text):
    assert status_of(text) == "visible"


def test_a_long_text_that_begins_like_a_placeholder_is_visible():
    assert status_of("This comment was removed, " + "and I say it again, " * 10) == "visible"


def test_capitals_and_spaces_do_not_matter():
    assert status_of("  THIS  comment has\nbeen DELETED ") == "deleted"


@pytest.mark.parametrize("line", PENDING)
def test_a_line_says_that_a_comment_waits(line):
    assert is_pending(line)


@pytest.mark.parametrize("line", [*ORDINARY, *REMOVED, *DELETED])
def test_other_lines_do_not(line):
    assert not is_pending(line)


def test_a_placeholder_on_a_page_is_a_comment_with_a_status():
    boxes = [comment(i, text="[removed]" if i == 1 else None) for i in COUNT]
    assert [c.status for c in found(*boxes)] == ["visible", "removed", "visible", "visible"]


def test_a_note_beside_a_comment_says_that_it_waits():
    note = '<em class="comment-awaiting-moderation">Your comment is awaiting moderation.</em>'
    boxes = [comment(i, header=note if i == 1 else "") for i in COUNT]
    assert [c.status for c in found(*boxes)] == ["visible", "pending", "visible", "visible"]
