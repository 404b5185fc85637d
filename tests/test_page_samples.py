"""The sample pages are written for this project, hold what they promise, and cover the platforms."""

import json
import re

import pytest
from conftest import ROOT
from lxml import html

from threads.samples import samples

SAMPLES = ROOT / "sample_data"
FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/thread.html"))
# Names of vocabularies and document types, which such a page carries; nothing else is at a real site.
STANDARDS = {
    "data-vocabulary.org",
    "drupal.org",
    "gmpg.org",
    "purl.org",
    "rdfs.org",
    "schema.org",
    "www.drupal.org",
    "www.w3.org",
}
PLATFORMS = {
    "page_blogger": 'class="comment-thread toplevel-thread"',
    "page_blogger_classic": "id='comments-block'",
    "page_bbpress": 'class="forums bbp-replies"',
    "page_decomments": "decomments-comment-block",
    "page_discourse": "topic-body crawler-post",
    "page_disqus": 'id="post-list"',
    "page_drupal7": 'class="indented"',
    "page_drupal8": "data-comment-timestamp=",
    "page_github_react": "react-issue-comment",
    "page_hackernews": "class='ind' indent=",
    "page_hackernews_old": 's.gif" height=1 width=40',
    "page_jetpack": "jetpack_remote_comment",
    "page_kinja": "js_discussion-region",
    "page_phpbb3": 'class="postprofile"',
    "page_reddit_2022": ">level 2<",
    "page_reddit_old": 'class="sitetable nestedlisting"',
    "page_reddit_shreddit": "<shreddit-comment ",
    "page_thrive": 'id="thrive-comments"',
    "page_typo3": "tx-comments-comment",
    "page_typo3_news": "tx-pwcomments-pi1",
    "page_vbulletin3": 'class="tborder" id="post',
    "page_vbulletin4": "postbitlegacy",
    "page_vbulletin5": "b-post__timestamp",
    "page_wordpress": 'id="div-comment-',
    "page_wordpress_html5": '<article id="div-comment-',
    "page_wpdiscuz": "wpd-comment-wrap",
    "page_xenforo1": 'class="messageList"',
    "page_xenforo2": "message-attribution-main",
}
ENCODINGS = {
    "page_depth_classes": "depth-3",
    "page_h_entry": "p-comment h-cite",
    "page_json_ld": '"comment": [',
    "page_margin": "margin-left:40px",
    "page_microdata": 'itemprop="comment"',
    "page_parent_attribute": 'data-parent-id="r8"',
    "page_parent_class": "antwort kommentar_77",
    "page_reply_class": 'class="reply-item"',
    "page_reply_number": "Antwort auf #1 von ",
}
TRAPS = {
    "page_late_charset": "charset=windows-1252",
    "page_moderated": "removed by a moderator",
    "page_no_comments": 'id="recentcomments"',
    "page_partly_loaded": "571 comments",
}


def source(folder):
    return (folder / "thread.html").read_bytes().decode("utf-8", errors="replace")


def expected(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def letters(text):
    return "".join(re.findall(r"[^\W_]+", text)).casefold()


def everything(folder):
    """All text and all attribute values of a page, letters and digits only."""
    page = html.document_fromstring((folder / "thread.html").read_bytes(), html.HTMLParser(encoding=None))
    if folder.name != "page_late_charset":
        page = html.document_fromstring(source(folder).encode(), html.HTMLParser(encoding="utf-8"))
    values = [value for element in page.iter() for value in element.attrib.values()]
    return letters(page.text_content()) + letters(" ".join(values))


@pytest.mark.parametrize(("name", "sign"), sorted({**PLATFORMS, **ENCODINGS, **TRAPS}.items()))
def test_a_sample_shows_the_markup_it_is_there_for(name, sign):
    assert sign in source(SAMPLES / name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_page_is_read_as_a_page(folder):
    assert expected(folder)["format"] == "page"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_page_leads_to_no_real_site(folder):
    hosts = re.findall(r"(?:https?:)?//([\w.-]+\.\w+)[/\"'?:#<\s]", source(folder))
    assert [h for h in hosts if not h.endswith(".example") and h not in STANDARDS] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_expected_name_and_time_stands_in_the_page(folder):
    held = everything(folder)
    for comment in expected(folder)["comments"]:
        for field in ("author", "published_at_raw"):
            assert letters(comment[field] or "") in held, comment[field]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_line_of_an_expected_text_stands_in_the_page(folder):
    held = everything(folder)
    for comment in expected(folder)["comments"]:
        for line in comment["text"].splitlines():
            assert letters(line) in held, line


def test_the_pages_cover_many_languages():
    languages = {m.group(1) for f in FOLDERS for m in re.finditer(r'\slang=["\'](\w\w)', source(f))}
    assert languages >= {"de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "ru", "zh"}


def test_the_demo_shows_a_few_pages_only():
    shown = {folder.name for folder in samples()}
    assert "harbour_tunnel" in shown
    assert 1 <= len([name for name in shown if name.startswith("page_")]) <= 3
