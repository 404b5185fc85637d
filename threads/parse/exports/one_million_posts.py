"""The One Million Posts Corpus: readers' posts of the newspaper Der Standard, as a database of SQLite.

Tables as in https://ofai.github.io/million-post-corpus/: Posts, with a headline and a text either of which
may be missing, and Articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.moments import written
from threads.parse.exports.sqlite_files import is_sqlite, opened, rows
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source


class OneMillionPosts(Export):
    """Posts below the articles of a newspaper, in the order of their ids."""

    name = "one-million-posts"
    help = "The One Million Posts Corpus (SQLite), or a database with tables like its."

    def sniff(self, source: Source) -> bool:
        """Return whether it is a database that declares the corpus' columns."""
        return is_sqlite(source, b"ID_Post", b"ID_Parent_Post", b"ID_Article", b"Headline")

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the articles, then the posts."""
        with opened(source) as database:
            for row in rows(database, "Articles", "ID_Article"):
                yield FoundThread(
                    key=name(row.get("ID_Article")) or "",
                    title=name(row.get("Title")),
                    article_text=from_html(text(row.get("Body"))) or None,
                    published_at=written(name(row.get("publishingDate")), options).at,
                )
            for row in rows(database, "Posts", "ID_Post"):
                yield _post(row, options)


def _post(row: Mapping[str, Any], options: Options) -> FoundComment:
    said = (text(row.get("Headline")).strip(), text(row.get("Body")).strip())
    return FoundComment(
        place=f"post {name(row.get('ID_Post'))}",
        text="\n\n".join(part for part in said if part),
        thread=name(row.get("ID_Article")) or "",
        id=name(row.get("ID_Post")),
        parent=name(row.get("ID_Parent_Post")),
        author_id=name(row.get("ID_User")),
        time=written(name(row.get("CreatedAt")), options),
        likes=whole(row.get("PositiveVotes")),
        status="deleted" if row.get("Status") == "deleted" else "visible",
    )
