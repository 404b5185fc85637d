"""Names that columns have in files of the wild, by what they mean: the best known first."""

from __future__ import annotations

import re
from functools import lru_cache

from threads.records import Status

# Columns that hold yes or no: what a comment is where they say yes.
FLAGS: dict[str, Status] = {
    "is deleted": "deleted",
    "deleted": "deleted",
    "is removed": "removed",
    "removed": "removed",
    "is hidden": "removed",
    "hidden": "removed",
    "is spam": "spam",
    "spam": "spam",
    "is pending": "pending",
    "pending": "pending",
}
# From the field maps of platforms and from headers of published files; words, lower case, one space between.
NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        *("comment text", "comment body", "comment content", "comment message", "body", "text", "message"),
        *("content", "comment", "comments", "text original", "text display", "content raw", "txt", "cooked"),
        *("content rendered", "full text", "message text", "reply text", "reply", "review text", "review"),
        *("post comments", "post comment", "tweet", "tweet text", "utterance", "post text", "post body"),
        *("post content", "selftext", "self text", "post", "caption", "description", "question", "answer"),
        *("feedback", "opinion", "remark", "note", "snippet text original", "snippet text display"),
        *("kommentar", "kommentartext", "commentaire", "comentario", "comentário", "commento", "texte"),
        *("texto", "testo", "inhalt", "nachricht", "contenu", "contenido", "opmerking", "reactie", "bericht"),
        *("komentarz", "комментарий", "комментарии", "текст", "сообщение", "yorum", "komentar"),
        *("comment body value", "page text", "body html", "message html", "comment html", "content html"),
        *(
            "review body",
            "review content",
            "html",
            *("contents", "raw message", "raw body", "raw text", "comment raw", "msg", "text content"),
            *("body text",),
            "post message",
            "tweet content",
            "raw content",
            "comment value",
            "com",
        ),
        *("texte du commentaire", "texto del comentario", "texto do comentário", "testo del commento"),
        *("comentarios", "comentários", "treść", "treść komentarza", "kommentti", "kommentarer", "yorumlar"),
        *("yorum metni", "текст комментария", "отзыв", "回复内容", "评论文字", "弹幕", "微博正文", "文本"),
        *("コメント内容", "コメント本文", "レビュー", "본문", "의견", "리뷰", "리뷰내용"),
        *(
            "评论",
            "评论内容",
            "內容",
            "内容",
            "评论文本",
            "正文",
            "댓글",
            "댓글내용",
            "내용",
            "コメント",
            "本文",
        ),
        *("beitrag", "beiträge", "beitragstext", "kommentarinhalt", "antworttext", "wortmeldung", "meinung"),
        *("commentaires", "corps", "mensaje", "cuerpo", "opinión", "mensagem", "conteúdo"),
        *("commenti", "messaggio", "contenuto", "berichten", "reacties", "opmerkingen", "inlägg", "innlegg"),
        *("indlæg", "wiadomość", "komentarze"),
    ),
    "headline": (
        "headline",
        "subject",
        "comment title",
        "comment subject",
        "review title",
        "überschrift",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "assunto",
        "onderwerp",
        "post subject",
    ),
    "author": (
        *("author", "author name", "comment author", "comment author name", "user name", "username"),
        *("user display name", "author display name", "display name", "commenter", "commenter name"),
        *("nickname", "nick", "screen name", "user screen name", "user", "commenting user", "from name"),
        *("comment from name", "from", "poster", "posted by", "created by", "speaker", "by", "handle"),
        *("author handle", "author username", "member name", "user login", "login", "member"),
        *("owner display name", "profile"),
        *("comment user", "comment username", "profile name", "reviewer", "person", "sender", "sender name"),
        *("channel title", "autor", "auteur", "autore", "benutzer", "benutzername", "nutzer", "verfasser"),
        *(
            "usuario",
            "utilisateur",
            "utente",
            "автор",
            "имя",
            "пользователь",
            "用户名",
            "用户",
            "昵称",
            "作者",
        ),
        *("작성자", "닉네임", "投稿者", "name"),
        *("owner username", "unique id", "uname", "user nickname", "reviewer name", "comment by"),
        *("by nickname",),
        *("commented by", "post username", "author alias", "pseudo", "pseudonyme", "nom"),
        *("nom d utilisateur", "nombre", "nombre de usuario", "nome", "nome utente", "usuário", "gebruiker"),
        *("gebruikersnaam", "użytkownik", "kullanıcı", "kullanıcı adı", "имя пользователя", "ник", "никнейм"),
        *(
            "用户昵称",
            "评论者",
            "评论人",
            "用户名称",
            "名前",
            "ユーザー名",
            "ユーザ名",
            "ニックネーム",
            "投稿者名",
        ),
        *("이름", "아이디", "작성자명"),
        *(
            "wer",
            "verfasserin",
            "autorin",
            "nutzername",
            "nutzerin",
            "absender",
            "geschrieben von",
            "mitglied",
        ),
        *("auteure", "expéditeur", "écrit par", "autora", "remitente", "escrito por", "mittente"),
        *("scritto da", "schrijver", "afzender", "författare", "användare", "forfatter", "bruger", "bruker"),
        *("nadawca",),
    ),
    "author_id": (
        *("author id", "user id", "comment author id", "author fullname", "author channel id", "uid"),
        *("author channel id value", "commenter id", "commenter hex", "from id", "userid", "user hash"),
        *("user id no", "user no", "actor", "actor id", "actor uuid", "attributed to"),
        *("commenter", "member id", "account id", "owner user id", "author did", "profile id", "sender id"),
        *("comment user id", "id user", "reviewer id", "poster id", "author steamid", "author hash"),
        *("用户id",),
        *("作者id", "评论者id", "member mid"),
    ),
    "time": (
        *("created utc", "comment date gmt", "created at", "comment created at", "comment created utc"),
        *("published at", "created at i", "created", "comment created", "create date", "creation date"),
        *("date gmt", "timestamp", "published timestamp", "comment timestamp", "comment posted time"),
        *("posted time", "comment time", "comment date", "iso date time", "date time", "datetime", "date"),
        *("time", "posted at", "post time", "posted", "publish date", "published", "publication date"),
        *("published date", "created ts", "created time", "created date", "create time", "date created"),
        *("submitted at", "written at", "reg time", "submit date", "date posted", "time created"),
        *("date unixtime", "epoch", "ts"),
        *("unix time", "approve date", "post date", "utc", "datum", "zeit", "zeitpunkt", "fecha", "data"),
        *("erstellt", "erstellt am", "heure", "дата", "время", "时间", "日期", "评论时间", "날짜", "작성일"),
        *("日時", "投稿日時", "comment published", "create time iso", "post created", "timestamp created"),
        *("date added", "dateline", "posted on", "created on", "published time", "time published"),
        *("unix review time", "review time", "review date", "date submitted", "submission date", "pub date"),
        *("taken at timestamp", "taken at", "timestamp ms", "time parsed", "unix timestamp"),
        *("comment created time",),
        *("ctime", "at", "zeitstempel", "horodateur", "horodatage", "date du commentaire", "fecha y hora"),
        *("fecha de publicación", "data e ora", "data pubblicazione", "data de publicação", "tarih"),
        *("data utworzenia",),
        *("дата комментария", "дата публикации", "发布时间", "回复时间", "创建时间", "时间戳", "发表时间"),
        *("作成日時", "日付", "投稿日", "작성시간", "작성일시", "등록일", "등록일시"),
        *("uhrzeit", "wann", "datum und uhrzeit", "datum uhrzeit", "veröffentlicht", "veröffentlicht am"),
        *("geschrieben am", "gepostet am", "date et heure", "publié le", "date de publication", "hora"),
        *("publicado", "publicado el", "data e hora", "publicado em", "ora", "pubblicato", "pubblicato il"),
        *("datum en tijd", "tijd", "tijdstip", "geplaatst op", "tidspunkt", "dato", "data i godzina"),
    ),
    "edited": (
        *("edited at", "last edited at", "updated at", "edited", "updated", "update date", "modified"),
        *("modified at", "date modified", "edited unixtime", "last edited", "comment updated at"),
        *("timestamp edited", "date edited", "edit time", "edit date"),
        *("date updated", "last edit date", "post edit time", "timestamp updated", "time changed", "changed"),
        *("bearbeitet", "bearbeitet am", "geändert", "geändert am", "modifié", "modifié le", "editado"),
        *("modificado", "modificato", "bewerkt", "gewijzigd"),
    ),
    "parent": (
        *("parent id", "comment parent id", "parent comment id", "comment parent", "parent comment"),
        *("in reply to", "in reply to id", "reply to", "reply to id", "reply to comment id", "parent"),
        *("in reply to status id", "in reply to comment id", "reply to message id", "replied to"),
        *("replied to id", "reply to post number", "parent hex", "parent post id", "id parent post"),
        *("parent comment hex", "parent uri", "snippet parent id", "respond to", "responding to", "pid"),
        *("response to", "answer to", "antwort auf", "parent comment fullname", "replies to id"),
        *("is reply to",),
        *("parent comment no", "parent no"),
        *("reply to cid", "reference message id", "parent uuid", "references", "rid"),
        *("in reply to tweet id", "in reply to status id str", "parent cid", "parent review id"),
        *("reply to comment", "replied comment id", "父评论id", "上级评论id", "回复评论id", "被回复评论id"),
        *("antwortet auf", "als antwort auf", "bezug auf", "réponse à", "en réponse à", "répond à"),
        *("respuesta a", "en respuesta a", "responde a", "risposta a", "in risposta a", "resposta a"),
        *("em resposta a", "antwoord op", "reactie op", "svar på", "svar til", "odpowiedź na"),
    ),
    "depth": (
        "comment level",
        "depth",
        "indent level",
        "level",
        "nesting level",
        "indent",
        *("nesting", "nesting depth", "comment depth", "reply depth", "reply level", "indentation"),
        "is reply",
        "reply",
    ),
    "id": (
        *("comment id", "id", "comment hex", "comment counter", "cid", "comment fullname", "short id"),
        *("id post", "message id", "reply id", "tweet id", "status id", "uuid", "guid", "uid", "uri"),
        *("comment no", "object id", "content uuid", "content id", "pk"),
        *("fullname", "name", "review id", "id comment", "comment uri", "mid"),
        *("rpid", "评论id", "댓글id", "コメントid"),
        *("kommentar id", "kommentarnummer", "id commentaire", "id du commentaire", "id comentario"),
        *("id del comentario", "id comentário", "id commento"),
    ),
    "thread": (
        *("link id", "thread id", "post id", "article id", "video id", "story id", "submission id"),
        *("discussion id", "topic id", "conversation id", "asset id", "id article", "page id", "root id"),
        *("url id", "nid", "thread", "news id", "media id", "question id", "comment post id", "conversation"),
        *("discussion", "item id", "entry id", "blog id", "issue id", "petition id", "docket id"),
        *("post", "video", "story", "entry", "asset", "parent post", "parent story"),
        *(
            *("artikel id", "beitrag id", "thema id", "root uri", "object pk", "id noticia"),
            *("noticia id", "id artículo"),
            *("id articulo", "articulo id", "id publicación", "id publicacion", "id vidéo"),
            *("id notícia", "id wpisu"),
            *("page key", "board id", "issue url", "review id"),
            "content container uuid",
            "container id",
            "asin",
            "product id",
            "business id",
            "app id",
            "movie id",
            "hotel id",
            "aweme id",
            "shortcode",
        ),
        *("微博id", "视频id", "文章id", "新闻id", "帖子id", "笔记id"),
    ),
    "title": (
        *("article title", "headline", "link title", "post title", "thread title", "story title"),
        *("video title",),
        *("discussion title", "topic title", "page title", "submission title", "article headline", "title"),
        *("article name", "page name", "thread name", "topic name", "story name", "video name"),
        *("post name", "titel", "titre", "título", "titolo", "product name", "app name", "movie title"),
        *("hotel name", "视频标题", "文章标题", "新闻标题", "标题", "記事タイトル", "기사제목", "заголовок"),
    ),
    "url": (
        *("article url", "link permalink", "thread url", "story url", "post url", "page url", "video url"),
        *("discussion url", "post link", "article link", "web url", "webpage url", "link url", "url", "link"),
        *("thread link", "source url", "video web url", "product url", "locator url"),
        *("news url",),
    ),
    "article": (
        *("article text", "article body", "article", "article content", "story text", "post text"),
        *("selftext",),
        *("post body", "post content"),
    ),
    "likes": (
        *("likes", "like count", "num likes", "likes count", "comment likes", "comment like count"),
        *("digg count",),
        *("thumbs up count", "score", "comment score", "votes helpful", "helpful vote", "helpful votes"),
        *("ups", "upvotes", "points", "recommendations", "recommend count", "recommends", "num recommends"),
        *("votes", "total votes", "comment upvotes", "favourites count", "favorite count", "favorites"),
        *("positive votes", "pos votes", "thumbs up", "reactions", "reaction count", "counts score"),
        *(
            *("sympathy count", "votos", "me gustas", "nombre de likes", "nombre de j aime"),
            *("anzahl likes", "número de likes"),
            "like counts",
            "likes counts",
            "total likes",
            "vote up",
            "vote count",
            "agree",
            "karma",
            "up votes",
            "meta score",
            "gefällt mir",
            "j aime",
            "me gusta",
            "mi piace",
            "点赞数",
            "点赞",
            "좋아요",
            "공감",
        ),
        *("like", "votes up", "upvote count", "reaction score", "useful", "curtidas", "beğeni"),
        *("beğeni sayısı", "лайки"),
        *(
            "нравится",
            "赞",
            "赞数",
            "点赞量",
            "点赞次数",
            "获赞数",
            "喜欢数",
            "いいね",
            "いいね数",
            "좋아요수",
        ),
        *("공감수", "추천", "추천수"),
    ),
    "status": (
        *("status", "comment status", "moderation status", "comment approved", "approved", "state"),
        *("post status", "visibility", "is approved", "post visibility", "message state", "comment state"),
        *("moderation state", "published", "is published", "is visible", "visible", *FLAGS),
    ),
}
# Never taken from a table, whatever is in them.
PRIVATE = frozenset(
    ("email", "e mail", "mail", "ip", "ip address", "author email", "author ip", "comment author email")
)
# What a dotted name begins with where it tells of no person, no comment and no article.
_OF_PLACES = frozenset(
    (
        *("subreddit", "community", "guild", "forum", "blog", "category", "publication", "newspaper", "site"),
        "language",
    )
)
# What objects are called that tell of a person, or of what somebody wrote with: no page stands in them.
_OF_PEOPLE = frozenset(
    (
        *(
            "user",
            "author",
            "member",
            "owner",
            "commenter",
            "account",
            "profile",
            "actor",
            "creator",
            "sender",
        ),
        *("from", "avatar", "badge", "nameplate", "pendant", "app", "performed via github app"),
    )
)
_OF_PAGES = frozenset(("thread", "title", "url", "article"))
# Tables of posts: their text is the post's, so "post id" is the row's own and "title" belongs to the text.
OF_POSTS = frozenset(
    ("selftext", "self text", "post text", "post body", "post content", "description", "title")
)

_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")
_WRAPPED = re.compile(r"(?:\.\$[a-z]+)+$", re.IGNORECASE)  # MongoDB writes {"_id": {"$oid": "…"}}
_MERGED = re.compile(r" x$")  # pandas calls a column that both of two merged tables had id_x and id_y


@lru_cache(maxsize=4_096)
def plain(name: str) -> str:
    """Return the name of a column as words: "commentBody", "comment_body", "Comment Body": "comment body"."""
    words = " ".join(part for part in _JOINTS.sub(" ", _WRAPPED.sub("", name[:120])).lower().split())
    return _MERGED.sub("", words)


_PLACES = {
    field: {name.replace(" ", ""): place for place, name in enumerate(names)}
    for field, names in NAMES.items()
}


def place(field: str, name: str) -> int | None:
    """Return how well known a column's name is for a field, 0 the best; None where it is not.

    Of a dotted name the whole counts first, then its end: "data.author.name" is "author name".
    """
    words = plain(name).split()
    for start in range(min(len(words), 6)):
        found = _PLACES[field].get("".join(words[start:]))
        if found is not None:
            return found + 100 * start
        if "." not in name:
            break
    return None


def is_best_as(field: str, name: str) -> bool:
    """Return whether no more words of a dotted name are known for another field: user.id is a user's."""
    own = place(field, name)
    if own is None or own < 100:
        return own is not None
    *above, _end = map(plain, name.split("."))
    if not _OF_PLACES.isdisjoint(above[-1:]) or (field in _OF_PAGES and not _OF_PEOPLE.isdisjoint(above)):
        return False
    others = (place(other, name) for other in NAMES if other != field)
    return all(other is None or other // 100 >= own // 100 for other in others)


def is_private(name: str) -> bool:
    """Return whether a column holds addresses of people, which are left out."""
    words = plain(name)
    return (
        words in PRIVATE
        or words.endswith((" email", " ip", " ip address", " remote addr"))
        or words == "remote addr"
    )


def is_known(name: str) -> bool:
    """Return whether the name is known for any field."""
    return is_private(name) or any(place(field, name) is not None for field in NAMES)
