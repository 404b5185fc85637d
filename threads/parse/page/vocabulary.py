"""What the names of classes, ids and attributes say: the words that sites use for the parts of a comment."""

from __future__ import annotations

import re
from functools import lru_cache


class Role:
    """What a class, id or attribute name says of its element: bits, of which several may be set at once.

    Plain integers: a page asks hundreds of thousands of times, and enum.Flag is ten times slower.
    """

    NONE = 0
    COMMENT = 1 << 0
    COMMENTS = 1 << 1
    POST = 1 << 2
    AUTHOR = 1 << 3
    TIME = 1 << 4
    BODY = 1 << 5
    BUTTON = 1 << 6
    ASIDE = 1 << 7
    FORM = 1 << 8
    TEASER = 1 << 9
    BADGE = 1 << 10
    SIGNATURE = 1 << 11
    QUOTE = 1 << 12
    REPLY = 1 << 13
    TITLE = 1 << 14
    VOTES = 1 << 15
    HIDDEN = 1 << 16
    PINGBACK = 1 << 17
    AVATAR = 1 << 18


def _table(role: int, words: str) -> dict[str, int]:
    return dict.fromkeys(words.split(), role)


# Word → role. Words are the lower-case parts of names: "commentAuthor-name" is comment, author, name.
_TABLES: tuple[dict[str, int], ...] = (
    _table(
        Role.COMMENT,
        """
        comment comm cmt commentitem kommentar komentar komentarz commentaire comentario comentário
        comentari commento reactie reaction reaccion réaction reaktion leserbrief lesermeinung meinung
        beitrag wortmeldung opinion opinie opinia opinión yorum kommentti коммент koment komment otzyv
        otzyvy hozzaszolas hozzászólás komentář komentár comentariu commenttext talkback feedback
        testimonial review avis guestbook respuesta antwort answer avisos posting mensagem kommentaar
        comment_item commentary shout sch
        """,
    ),
    _table(
        Role.COMMENTS,
        """
        comments cmts commentlist commentslist commentthread kommentare komentarze commentaires
        comentarios comentários comentaris commenti reacties reactions réactions reacciones discussion
        diskussion discussione conversation beitraege beiträge leserbriefe meinungen opinie opiniones
        yorumlar kommentit komentari комментарии kommentarer hozzaszolasok komentare komentáře replies
        responses disqus forum thread threads postlist messagelist reviews respuestas antworten answers
        debate debat livefyre komentarai comentarii commentsection commentarea commentbox
        commentscontainer commentcontent avisclients
        """,
    ),
    _table(
        Role.POST,
        "post message msg entry postbit postcontainer postrow poster posttext postbody postdetails",
    ),
    _table(
        Role.AUTHOR,
        """
        author autor auteur autore auteurs user username usr nick nickname name fn poster commenter
        commentor commentator writer by byline verfasser benutzer benutzername profile member login
        screenname displayname pseudo usuario utente użytkownik uzytkownik gebruiker naam nom nombre nome
        imie imię creator person who kullanici isim yazan bigusername postername postauthor commentauthor
        authorname userid persona owner участник vcard hnuser authorlink
        """,
    ),
    _table(
        Role.TIME,
        """
        time date datetime timestamp when posted published pubdate ago datum uhrzeit zeit fecha hora heure
        heures data czas tarih datestamp created age timeago postdate commentdate livetimestamp dtstart
        posttime submitted pub dato tid dateline
        """,
    ),
    _table(
        Role.BODY,
        """
        content text body message msg texte texto testo txt comment-text inhalt contenu contenido tresc
        treść bbcode bbwrapper markdown md html usertext usercontent commenttext postbody postcontent
        description commentbody messagebody posttext nachricht mensaje tekst messagecontent commtext
        cooked corps bodytext
        """,
    ),
    _table(
        Role.BUTTON,
        """
        button buttons btn actions action controls control toolbar tools toolbox report share sharing
        permalink flag abuse links menu dropdown tooltip popup options answer-link replylink melden
        antworten zitieren responder signaler navbar footer bookmark modal likebtn react reactionsbar
        subscribe interact interactions controles outils werkzeuge
        """,
    ),
    _table(
        Role.ASIDE,
        """
        sidebar widget widgets recent recents latest related popular trending nav navigation menu
        breadcrumb breadcrumbs newsletter advert advertisement ads ad promo footer aktuell neueste
        derniers ultimos últimos recientes archive archives similar recommended recommendations tagcloud
        blogroll carousel slider mostread meistgelesen topstories empfehlungen aside lastcomments
        latestcomments recentcomments
        """,
    ),
    _table(Role.FORM, "form respond commentform replyform editor textarea captcha composer"),
    _table(
        Role.TEASER,
        """
        teaser hentry excerpt headline summary snippet card story artikel article product listing
        searchresult recipe-card
        """,
    ),
    _table(
        Role.BADGE,
        """
        badge badges rank role title usertitle karma reputation location joined joindate status fans
        points flair ribbon banner level stars stats avatar icon icons count counter counts party bio info
        extra extrainfo userinfo details signature trophy membership posts numposts
        """,
    ),
    _table(Role.SIGNATURE, "signature sig usersig postsignature"),
    _table(Role.QUOTE, "quote quoted blockquote bbcodeblock quotetitle citation zitat cite quotecontainer"),
    _table(
        Role.REPLY,
        "reply child children replies indented indent subcomment nested answer antwort sub response",
    ),
    _table(Role.TITLE, "title subject heading betreff titre titel titulo"),
    _table(
        Role.VOTES,
        """
        vote votes voting like likes dislike score rating ratings thumb thumbs upvote downvote recommend
        recommended karma stars heart hearts star points cld likecount ups downs plus minus
        """,
    ),
    _table(Role.HIDDEN, "hidden visuallyhidden sr-only screenreader invisible hide noscript"),
    _table(Role.PINGBACK, "pingback trackback pingbacks trackbacks pings ping webmention mention"),
    _table(Role.AVATAR, "avatar gravatar photo userpic profilbild thumbnail portrait"),
)
_ROLES: dict[str, int] = {}
for _table_of_role in _TABLES:
    for _word, _bit in _table_of_role.items():
        _ROLES[_word] = _ROLES.get(_word, Role.NONE) | _bit

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_FIELD_NAME = re.compile(r"\bfield-{1,2}(?:name|type|label)\b")  # Drupal writes the name of each field so
# Classes that say how an element looks ("text-sm"), not what it is.
_LOOKS = re.compile(
    r"(?<![\w-])(?:[a-z]{2}:)?(?:text|font|content|items|self|body|title|header)-(?:xs|sm|md|base|lg|\d?xl|bold|semibold|medium|normal|light|italic"
    r"|left|right|center|justify|start|end|baseline|stretch|between|muted|dark|white|black|gray|grey|sans|serif|mono|break|wrap|nowrap"
    r"|\w*\d+)(?![\w])"
)
_DIGITS = re.compile(r"\d+")
_SERIAL = re.compile(r"(?=[0-9a-fA-F-]*\d)[0-9a-fA-F-]{8,}|\d+")
# Classes that tell one comment from the next: place, state and person, not kind.
_STATE = re.compile(
    r"^(?:even|odd|alt|first|last|active|parent|highlight\w*|depth.*|level.*|indent.*|thread-.*|byuser|by-?post-?author"
    r"|comment-author-.*|user-.*|is-.*|has-.*|js-.*|role-.*|clearfix|u-\w+|hidden|new|unread|approved|n#|hover"
    r"|.*#.*|_.{6,}|[a-zA-Z0-9]{0,3}_[A-Za-z0-9_-]{8,}|.*-(?:even|odd|first|last))$"
)


@lru_cache(maxsize=16_384)
def parts(name: str) -> tuple[str, ...]:
    """Return the words in a class or id, in lower case: "commentAuthor_2" gives comment and author."""
    return tuple(word.lower() for word in _PARTS.findall(_FIELD_NAME.sub(" ", name[:300])))


@lru_cache(maxsize=16_384)
def roles(names: str) -> int:
    """Return what the classes, ids or other names in `names` say together."""
    found = Role.NONE
    for word in parts(_LOOKS.sub(" ", names)):
        found |= _role_of(word)
    return found


def _role_of(word: str) -> int:
    role = _ROLES.get(word)
    if role is not None:
        return role
    if len(word) > 7 and "comment" in word:  # commentlist2, articlecomments, usercommentbox
        return Role.COMMENTS if "comments" in word or "list" in word else Role.COMMENT
    if len(word) > 9 and "kommentar" in word:
        return Role.COMMENTS if "kommentare" in word else Role.COMMENT
    return Role.NONE


@lru_cache(maxsize=16_384)
def stable_classes(classes: str) -> tuple[str, ...]:
    """Return the classes that do not tell one comment from the next, digits in them made equal."""
    names = sorted({_DIGITS.sub("#", name) for name in classes.split()[:12]})
    return tuple(name for name in names if _STATE.match(name) is None)


@lru_cache(maxsize=16_384)
def id_pattern(identity: str) -> str:
    """Return an id without what tells one element from the next: "comment-1234" gives "comment-#"."""
    return _SERIAL.sub("#", identity[:60])


@lru_cache(maxsize=16_384)
def kind(tag: str, classes: str) -> str:
    """Return the kind of an element: its tag and the classes that do not tell one comment from the next."""
    return ".".join([tag, *stable_classes(classes)])


@lru_cache(maxsize=16_384)
def named_kind(tag: str, classes: str, identity: str) -> tuple[str, bool]:
    """Return the kind that classes or else the id give an element, and whether they say anything."""
    own = kind(tag, classes)
    if "." in own:
        return own, True
    return (f"{own}#{id_pattern(identity)}", True) if identity else (own, False)


@lru_cache(maxsize=16_384)
def like_names(tag: str, classes: str, identity: str) -> tuple[str, ...]:
    """Return the names that an element shares with its like: its tag with each class and a numbered id."""
    numbered = (f"{tag}#{id_pattern(identity)}",) if any(c.isdigit() for c in identity) else ()
    return (*(f"{tag}.{name}" for name in stable_classes(classes)), *numbered)


_NOISE = Role.BUTTON | Role.FORM | Role.SIGNATURE | Role.VOTES | Role.AVATAR
_KEEPS = Role.BODY | Role.AUTHOR | Role.TIME


@lru_cache(maxsize=16_384)
def is_noise(names: str) -> bool:
    """Return whether classes name a place for clicking: the last word of a class says what it is."""
    noise = False
    for name in names.split():
        words = parts(name)
        if not words:
            continue
        last = _role_of(words[-1])
        if last & _KEEPS and not last & _NOISE:
            return False
        noise = noise or bool(last & _NOISE) or (len(words) > 1 and bool(_role_of(words[-2]) & Role.BUTTON))
    return noise
