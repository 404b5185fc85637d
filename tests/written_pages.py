"""Small pages written for the tests: an invented article, and comments in whatever markup a test gives."""

from threads.parse.page.comments import find_comments

NAMES = ("Ann Lee", "Bob", "Cleo Marsh", "Dan")
TIMES = ("1 May 2020 10:00", "1 May 2020 11:30", "2 May 2020 09:15", "3 May 2020 18:45")
TEXTS = (
    "I like the bridge as it was, grey and quiet.",
    "Green is the colour of hope, and hope is needed.",
    "Paint it any colour, but let the night bus stop there again.",
    "Who pays for the paint, I would like to know?",
)
COUNT = range(len(NAMES))


def page(comments, *, head="", beside=""):
    """A page of a newspaper with an article, `comments` below it and `beside` in the sidebar."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>The green bridge</title>{head}</head><body>'
        '<nav><a href="/">Home</a> <a href="/town">Town</a></nav><main><h1>The green bridge</h1>'
        "<p>The old bridge over the river is to be painted green, which not everybody in the town likes.</p>"
        "</main>"
        f"{comments}<aside>{beside}</aside><footer>Imprint, Privacy</footer></body></html>"
    )


def section(*comments, tag="section", heading="Comments"):
    """A section of comments with a heading."""
    return f'<{tag} id="comments"><h2>{heading}</h2>{"".join(comments)}</{tag}>'


def comment(i, inner="", *, text=None, attributes="", name=None, header="", footer="", tag="div"):
    """The comment number `i` in the markup that is commonest: a header with name and time, then the text."""
    return (
        f'<{tag} class="comment" {attributes}><div class="meta"><b class="author">{name or NAMES[i]}</b>'
        f' {header}<span class="date">{TIMES[i]}</span></div><div class="text">'
        f"<p>{text or TEXTS[i]}</p></div>{footer}{inner}</{tag}>"
    )


def found(*comments, **how):
    """What is found on a page with a section of comments."""
    return find_comments(page(section(*comments), **how)).found


def records(comments):
    """Author, time as shown, and text of each comment."""
    return [(c.author, c.raw, c.text) for c in comments]


ALL = list(zip(NAMES, TIMES, TEXTS, strict=True))
