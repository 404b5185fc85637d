"""What pages write around comments: buttons, headings, forms and footers, in the languages of the web."""

from __future__ import annotations

import re
from functools import lru_cache

from threads.parse.calendar_words import fold

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = r"\d[\d.,\u00a0 ]{0,12}"


def words(text: str) -> frozenset[str]:
    """Return the words of `text`, for tables that read better as running text."""
    return frozenset(text.split())


# A line of buttons holds at least one of these …
_BUTTONS = words("""
    reply replies like likes share report quote permalink edit delete flag upvote upvotes downvote
    downvotes vote votes follow unfollow recommend retweet bookmark reblog
    antworten antwort melden teilen zitieren zitat bearbeiten löschen kommentieren empfehlen daumen
    répondre signaler partager citer modifier supprimer recommander j'aime
    responder denunciar compartir citar editar reportar compartilhar curtir gostei
    rispondi segnala condividi cita
    beantwoorden antwoorden reageren rapporteren rapporteer delen citeren
    odpowiedz zgłoś udostępnij cytuj lubię
    ответить пожаловаться поделиться цитировать нравится
    返信 返信する 回复 回覆 举报 답글 신고 yanıtla cevapla beğen paylaş رد إبلاغ
""")
# Articles have these of them, too.
_SHARING = words("""
    share retweet bookmark reblog follow unfollow edit vote votes recommend teilen empfehlen bearbeiten
    partager recommander modifier compartir compartilhar editar condividi delen udostępnij поделиться paylaş
""")
# … and otherwise only these.
_BESIDE_BUTTONS = words("""
    abuse to this comment link this up down more show hide view all save award give point points thumb thumbs
    gefällt gefällt's mir hoch runter mehr anzeigen kommentar beitrag link
    ce commentaire un me gusta mi piace este comentario a al lien enlace
    и на комментарий tweet facebook twitter
""")
_MOST_BUTTON_WORDS = 8
_REMEMBERED = 32_768  # the same lines are asked about by every reading of a page


def is_button_line(line: str) -> bool:
    """Return whether `line` holds only what a reader clicks ("Reply · Like 3 · Share"), or only marks.

    A sentence mark makes it text: "Like!" is a comment.
    """
    return len(line) <= 120 and _is_button_text(line)


@lru_cache(maxsize=_REMEMBERED)
def _is_button_text(line: str) -> bool:
    if any(mark in line for mark in "!?"):
        return False
    said = _LETTERS.findall(fold(line))
    if not said or len(said) > _MOST_BUTTON_WORDS or line.rstrip().endswith("."):
        return False
    return any(w in _BUTTONS for w in said) and all(w in _BUTTONS or w in _BESIDE_BUTTONS for w in said)


def is_answer_button(line: str) -> bool:
    """Return whether `line` is of buttons for a comment: to answer, like, quote or report it."""
    return is_button_line(line) and bool(_BUTTONS.intersection(_LETTERS.findall(fold(line))) - _SHARING)


def has_button(line: str) -> bool:
    """Return whether a short line holds a word that readers click, whatever else it says."""
    return len(line) <= 120 and any(word in _BUTTONS for word in _LETTERS.findall(fold(line)))


def is_mark_line(line: str) -> bool:
    """Return whether `line` holds no letter and no digit, only separators such as "·" or "|"."""
    stripped = line.strip()
    return bool(stripped) and len(stripped) <= 3 and all(c in "·•|-–—.,:/#*>»«›‹[]()+" for c in stripped)


_COUNT = rf"({_NUMBER}(?:[km]\b)?)"
_LIKE_BEHIND_WORDS = (
    r"(?:likes?|upvotes?|people like this|people liked this|mal gefällt mir|gefällt mir|j'aime"
    r"|me gusta|mi piace|vind ik leuks?|curtidas?|лайк(?:а|ов)?|いいね|赞)"
)
_LIKE_BEFORE_WORDS = r"(?:likes?|gefällt mir|j'aime|me gusta|mi piace|vind ik leuk|👍|▲|⬆)"
_LIKES_BEHIND = re.compile(rf"{_COUNT}\s?{_LIKE_BEHIND_WORDS}")
_LIKES_BEFORE = re.compile(rf"{_LIKE_BEFORE_WORDS}\ufe0f?\s?[:(]?\s?{_COUNT}\)?")
_VOTES = re.compile(
    rf"(?:👍|▲|⬆|\+)\ufe0f?\s?{_COUNT}\s?(?:[/|·]\s?)?(?:👎|▼|⬇|[-−])\ufe0f?\s?\d[\d.,]{{0,9}}[km]?"
)
_COUNT_ALONE = re.compile(r"([+\-−]?\d{1,6}|\d{1,4}[.,]\d{1,2}\s?[km]|\d{1,4}\s?[km])")
_BUTTON_GAP = re.compile(r"\s*[·•|/]\s*|\s{2,}|\t")
_THEN_BUTTON = re.compile(rf"{_LIKE_BEFORE_WORDS}\s?[:(]?\s?{_COUNT}\)?(?=\s[^\W\d_])")


def likes(line: str) -> int | None:
    """Return the likes that a line of page furniture counts, or None when it counts none.

    Such are "3 likes", "Like (3)", "▲ 4 ▼ 1" (those for it), and among buttons "Reply · 3 likes",
    "Like · Reply · 14".
    """
    if len(line) > 60:
        return None
    folded = fold(line.strip())
    for pattern in (_LIKES_BEHIND, _LIKES_BEFORE, _VOTES):
        match = pattern.fullmatch(folded)
        if match is not None:
            return whole_count(match[1])
    return _among_buttons(folded) if is_button_line(line) else None


def _among_buttons(folded: str) -> int | None:
    parts = [part for part in _BUTTON_GAP.split(folded) if part]
    for part in parts:
        match = _LIKES_BEHIND.fullmatch(part) or _LIKES_BEFORE.fullmatch(part) or _THEN_BUTTON.match(part)
        if match is not None:
            return whole_count(match[1])
    # A number after the last button counts likes where one of the buttons is for liking.
    liked = any(re.fullmatch(_LIKE_BEFORE_WORDS, part) for part in parts)
    return count_alone(parts[-1]) if liked else None


def count_alone(line: str) -> int | None:
    """Return the number that is all a line says ("12", "1.2K"), or None."""
    match = _COUNT_ALONE.fullmatch(fold(line.strip())) if len(line) <= 40 else None
    return whole_count(match[1]) if match else None


def whole_count(number: str) -> int:
    """Return a count as displayed ("1,204", "1.2k", "-3") as a whole number."""
    number = number.strip()
    factor = {"k": 1_000, "m": 1_000_000}.get(number[-1:])
    if factor is not None:
        parts = re.findall(r"\d+", number)
        thousands, rest = int(parts[0]), "".join(parts[1:])
        return thousands * factor + (int(rest) * factor // 10 ** len(rest) if rest else 0)
    return (-1 if number[0] in "-−" else 1) * _whole(number)


def _whole(number: str) -> int:
    return int(re.sub(r"\D", "", number))


_COMMENTS = (
    r"(?:user |reader |leser)?(?:comments?|kommentar(?:er|ene|e|en)?|commentaires?|comentarios?"
    r"|commenti|commento|comentários?|reacties?|komentarz\w{0,2}|комментари\w{0,2}|コメント|件のコメント|评论|条评论|댓글|yorum"
    r"|réactions?|reactions?|responses?|replies|réponses?|respuestas?|reader views"
    r"|meinungen|opinie|opinioni|opiniones"
    r"|avis|reviews?|bewertungen|recensioni|reseñas|recenzje|отзыв\w{0,2}|评价|kommentti|kommentit|kommentteja|hozzászólás\w{0,3}|komentáře|komentari|comentarii)"
)
_COUNTED_HEADING = re.compile(
    rf"({_NUMBER})\s?{_COMMENTS}(?: (?:on|to|zu|à|sur|so far|bisher)\b.{{0,200}})?:?"
)
_HEADING_COUNTED = re.compile(rf"(?:all |alle )?{_COMMENTS}\s?[(:\[]?\s?({_NUMBER})?\s?[)\]]?:?")
_THOUGHTS = re.compile(
    rf"({_NUMBER}|one|ein|eine) (?:thoughts?|gedanken?|réflexions?|pensamientos?|pensieri)\b.{{0,200}}"
)
_COMMENT_WORD = re.compile(rf"(?<![^\W\d_]){_COMMENTS}(?![^\W\d_])")
_ANY_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]{0,9}k?(?!\w)")
_MOST_HEADING_WORDS = 5
_NAMED_HEADING = re.compile(
    r"(?:discussion|diskussion|conversation|join the (?:discussion|conversation)|the discussion|forum|réagir"
    r"|latest comments|newest comments|neueste kommentare|top comments|best comments)"
)


def comments_heading(line: str) -> tuple[bool, int | None]:
    """Return whether `line` is a heading over comments, and the number of comments that it declares."""
    return _heading_text(line.strip()) if len(line) <= 200 else (False, None)


@lru_cache(maxsize=_REMEMBERED)
def _heading_text(line: str) -> tuple[bool, int | None]:
    folded = fold(line)
    for pattern in (_COUNTED_HEADING, _HEADING_COUNTED, _THOUGHTS):
        match = pattern.fullmatch(folded)
        if match is not None:
            count = match[1]
            return True, _whole(count) if count and any(c.isdigit() for c in count) else None
    if _is_short_heading(folded):
        counts = _ANY_NUMBER.findall(folded)
        return True, whole_count(counts[0]) if len(counts) == 1 else None
    return _NAMED_HEADING.fullmatch(folded) is not None, None


def _is_short_heading(folded: str) -> bool:
    """Return whether a few words with "comments" among them are a heading: "Vos réactions"."""
    if len(folded) > 60 or folded.endswith((".", "!", "?")) or is_button_line(folded) or is_footer(folded):
        return False
    said = _LETTERS.findall(folded)
    least = 1 if _ANY_NUMBER.search(folded) else 2
    return (
        least <= len(said) <= (_MOST_HEADING_WORDS if least == 1 else 2)
        and _COMMENT_WORD.search(folded) is not None
    )


# Not "replies", which people count under each comment.
_BELOW_ARTICLES = (
    r"(?:comments?|kommentar(?:er|e)?|commentaires?|comentarios?|comentários?|commenti|reacties"
    r"|komentarz\w{1,2})"
)
_COUNTS = re.compile(
    rf"(?<![^\W\d_]){_BELOW_ARTICLES}\s?[(:]\s?\d|(?<!\w)\d{{1,6}}\s{_BELOW_ARTICLES}(?![^\W\d_])"
)


def counts_comments(line: str) -> bool:
    """Return whether a short line says how many comments there are, as under each article of a front page."""
    return len(line) <= 120 and _COUNTS.search(fold(line)) is not None


_FOOTERS = tuple(
    line.strip()
    for line in """
    recent comments
    letzte kommentare
    derniers commentaires
    commentaires récents
    comentarios recientes
    últimos comentarios
    commenti recenti
    ultimi commenti
    comentários recentes
    recente reacties
    laatste reacties
    najnowsze komentarze
    ostatnie komentarze
    最近のコメント
    近期评论
    about the author
    archives
    leave a comment
    leave a reply
    leave your comment
    write a comment
    write a reply
    write your comment
    post a comment
    post a reply
    post new comment
    post your comment
    add a comment
    add your comment
    add comment
    submit a comment
    submit comment
    comment on this
    comments are closed
    comments are now closed
    comments closed
    the comments to this
    commenting is closed
    this discussion is closed
    have your say
    join the conversation
    you must be logged in
    you must log in
    you need to be logged in
    please log in
    log in to comment
    log in or register
    login to comment
    sign in to comment
    your email address will not be published
    name (required
    read all
    related
    you may also like
    you might also like
    you may like
    more stories
    more from
    more in
    more on
    read next
    read more
    what to read next
    how would you rate
    recommended
    most read
    most popular
    trending
    latest news
    latest articles
    load more
    show more
    view more
    older comments
    newer comments
    newer posts
    older posts
    next page
    previous post
    next post
    post navigation
    subscribe
    sign up for
    follow us
    newsletter
    privacy policy
    terms of
    about us
    copyright
    ©
    all rights reserved
    rss feed for comments
    schreibe einen kommentar
    schreib einen kommentar
    kommentar schreiben
    kommentar verfassen
    kommentar abgeben
    kommentar hinterlassen
    hinterlasse einen kommentar
    hinterlassen sie einen kommentar
    kommentieren
    ihr kommentar
    dein kommentar
    einen kommentar
    antwort schreiben
    die kommentarfunktion ist
    das könnte
    ähnliche artikel
    ähnliche beiträge
    weitere artikel
    mehr zum thema
    mehr aus
    lesen sie auch
    auch interessant
    neueste
    weitere kommentare
    mehr kommentare
    alle kommentare
    impressum
    datenschutz
    alle rechte vorbehalten
    laisser un commentaire
    laissez un commentaire
    ajouter un commentaire
    poster un commentaire
    réagir à
    commenter
    vous aimerez
    à lire aussi
    lire aussi
    articles similaires
    articles liés
    sur le même
    mentions légales
    tous droits réservés
    deja un comentario
    deja una respuesta
    dejar un comentario
    haz un comentario
    artículos relacionados
    noticias relacionadas
    lascia un commento
    articoli correlati
    deixe um comentário
    artigos relacionados
    geef een reactie
    laat een reactie
    plaats een reactie
    gerelateerde
    dodaj komentarz
    zostaw komentarz
    powiązane
    zobacz także
    добавить комментарий
    оставить комментарий
    читайте также
    コメントを残す
    コメントする
    発表
    发表评论
    发表回复
    댓글 쓰기
    댓글 달기
    yorum yaz
    bir yanıt yazın
    اترك تعليق
    """.splitlines()
    if line.strip()
)
_LONGEST_FOOTER = 90


def is_footer(line: str) -> bool:
    """Return whether `line` begins what pages have under their comments: a form, links, the copyright."""
    stripped = line.strip(" \t\u00a0*«»<>|:-–—[](){}.!?…")
    if not stripped or len(stripped) > _LONGEST_FOOTER:
        return False
    folded = fold(stripped)
    if not folded.startswith(_FOOTERS):
        return False
    # A comment may well begin "More on this tomorrow."; a page's heading is no sentence.
    if folded.startswith(("©", "copyright", "your email", "comments ")):
        return True
    return not line.rstrip().endswith((".", "!"))


_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|published|posted|updated|last updated|last modified|modified|created"
    r"|first published|veröffentlicht|aktualisiert|stand|erstellt|publié|mis à jour|publicado|actualizado"
    r"|pubblicato|aggiornato|gepubliceerd|bijgewerkt|opublikowano|опубликовано|date|datum)\b[ :]?"
)


def byline_lead(text: str) -> str | None:
    """Return the word that makes `text` the beginning of a byline ("Published", "By"), or None."""
    match = _BYLINE.match(fold(text.strip()))
    return match[0].strip(" :") if match else None
