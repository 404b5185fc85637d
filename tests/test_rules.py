"""The rules that flag: what they find, what they leave alone, and where."""

import time
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.personal_data_examples import GIVEN, NOT_GIVEN
from threads.frames import comments_frame
from threads.moderation.decisions import REASONS
from threads.moderation.flagging import flag
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.moderation.rules.base import MOST_SPANS, merged
from threads.moderation.rules.comments import BLOCK, Text
from threads.moderation.rules.listed import ListedWords, lexicon_words
from threads.moderation.rules.offensive import in_percent
from threads.moderation.rules.personal_data import personal_data
from threads.moderation.rules.profanity import LANGUAGES, lexicon
from threads.records import Comment, Discussion
from threads.scores import score
from threads.scores.links import find_links
from threads.settings import Settings
from threads.wordlists.folding import fold
from threads.wordlists.lexicon import Lexicon, read_lexicon

BOOK = RuleBook.from_settings(Settings())
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def check(rule, text, *, status="visible", lists=None, scores=None, **limits):
    """Return the flag of one rule on one comment, or None."""
    book = BOOK.changed(rule, limits=limits, lists=lists)
    one = frame(text, status=[status]).assign(**(scores or {}))
    (found,) = flag(one, book, only=[rule]).get(("t", "c1"), [None])
    return found


def marked(text):
    """Return the stretches of `text` that are marked as offensive."""
    read = Text(text)
    return [text[slice(*read.span(start, end))] for start, end, _ in lexicon_words(read, lexicon())]


def words_of(text, found):
    return [text[start:end] for start, end in found.spans]


def frame(*texts, thread_id="t", **changes):
    comments = tuple(
        Comment(
            **{
                "thread_id": thread_id,
                "comment_id": f"c{n}",
                "position": n,
                "text": text,
                "source_format": "test",
                **{name: values[n - 1] for name, values in changes.items()},
            }
        )
        for n, text in enumerate(texts, start=1)
    )
    return comments_frame(
        [Discussion(thread_id=thread_id, source="s", source_format="test", comments=comments)]
    )


# ---- listed offensive words


@pytest.mark.parametrize(
    "written",
    [
        "idiot",
        "IDIOTS",
        "1d1ot",
        "id!ot",
        "ｉｄｉｏｔ",
        "𝓲𝓭𝓲𝓸𝓽",
        "ídïöt",
        "i\u0336d\u0336i\u0336o\u0336t",
        "i\u200bd\u200bi\u2060o\u00adt",
        "idi\u043et",  # a Cyrillic letter
        "idiooooot",
        "i d i o t",
        "i.d.i.o.t",
        "i-d-i-o-t",
        "f*ck",
        "f**k",
        "f***ing",
        "b!tch",
        "a$$hole",
        "as5h01e",
        "fuuuuuck",
        "motherfucker",
        "shitting shitty shits",
        "kill\nyourself",
        "piece of SHIT",
        "i'll kill you",
        "Arschlöcher",
        "Vollidioten",
        "Wichsern",
    ],
)
def test_disguised_and_inflected_words_are_found(written):
    assert "".join(marked(f"ok, {written}")).replace(" ", "") == written.replace(" ", "")


@pytest.mark.parametrize(
    "innocent",
    [
        "Scunthorpe, Penistone, Sussex, Essex, Middlesex and Lightwater",
        "class assess assassin bass grass pass embassy basement Massachusetts classic asset",
        "cockpit cocktail peacock Hancock Dickens Dickinson Cockburn hello shell title titanium",
        "shiitake mishit therapist analysis canal arsenal arsenic parse button mattress",
        "snigger niggardly cumulative document Nigeria raccoon tycoon cocoon fagotto",
        "spic and span, Moby Dick, Dick Cheney, a Maine coon, tit for tat, Homo sapiens",
        "der dicke Mann, das schöne Mädchen, die Assistentin, Nebenwirkung, Lehrerin",
        "4 455 1st 100% $100 5* **** !!! c'est la vie",
        "see https://example.org/idiot/shit and fuck.com",
        "A. S. S. Smith, R. A. F., U S A",
        "aaaaas asssess",
    ],
)
def test_innocent_words_are_left_alone(innocent):
    assert marked(innocent) == []


def test_fifty_five_is_not_a_letter_in_a_number():
    assert marked("455 555 10 05 1111") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("what an idiot", 2), ("damn, stupid, shit", 2.5), ("idiot idiot idiot", 2), ("fuck you, you moron", 5)],
)
def test_the_value_adds_up_different_words(text, value):
    assert check("profanity", text).value == value


@pytest.mark.parametrize(
    "text", ["damn it", "this is crap", "that was a shit day", "", "I disagree with you."]
)
def test_mild_language_is_not_flagged(text):
    assert check("profanity", text) is None


@pytest.mark.parametrize(
    ("value", "says"), [(0.9997, "over 99%"), (1.0, "over 99%"), (0.994, "99%"), (0.8, "80%")]
)
def test_no_probability_is_rounded_up_to_certainty(value, says):
    assert in_percent(value) == says


def test_the_flag_says_what_it_is_and_never_calls_it_hate():
    found = check("profanity", "you idiot, you utter moron")
    assert found.reason == "It holds 2 listed words or phrases that may offend."
    assert found.limit == 2
    assert not any("hate" in text for rule in RULES for text in (rule.name, rule.help.lower()))


def test_the_limit_is_a_setting():
    assert check("profanity", "what an idiot", severity=2.5) is None
    assert check("profanity", "damn it", severity=0.5).limit == 0.5


def test_spans_are_places_in_the_text_as_found():
    text = "Zürich ﬁnds \u200b𝓲𝓭𝓲𝓸𝓽𝓼 and m\u0301orons 😀 idiot"
    assert [text[start:end] for start, end in check("profanity", text).spans] == [
        "𝓲𝓭𝓲𝓸𝓽𝓼",
        "m\u0301orons",
        "idiot",
    ]


def test_the_longest_phrase_wins():
    assert marked("he is a son of a bitch") == ["son of a bitch"]


def test_russian_is_not_read_as_latin():
    assert fold("Привет, как дела").text == "привет, как дела"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_word_list_is_found_in_a_comment(language):
    lexicon = read_lexicon([language])
    listed = [entry for entry in lexicon.words.values() if entry.severity]
    assert len(listed) > 50
    assert all(0.5 <= entry.severity <= 4 for entry in listed)
    assert [entry.name for entry in listed if entry.name.isalpha() and not marked(entry.name)] == []


def test_inflections_follow_the_kind():
    lexicon = Lexicon(["grab\t2\tverb", "ass\t1\tnoun", "lady\t1\tnoun", "hure\t3\tgerman", "rude\t1\texact"])
    found = {"grab", "grabs", "grabbed", "grabbing", "ass", "asses", "ladies", "huren", "rude"}
    assert found <= set(lexicon.words)
    assert not {"rudes", "assed", "hureing"} & set(lexicon.words)


# ---- the other rules


def test_shouting_is_a_share_of_capitals():
    found = check("shouting", "THIS IS NOT what I VOTED FOR, PEOPLE")
    assert found.value == pytest.approx(24 / 28)
    assert found.limit == 0.7
    assert found.reason == "86% of its letters are capitals."


@pytest.mark.parametrize(
    "text", ["NATO AND THE EU", "This is calm. Very calm, even in the UK.", "日本語" * 20, "1234!" * 20, ""]
)
def test_short_calm_and_caseless_texts_are_not_shouting(text):
    assert check("shouting", text) is None


def test_the_words_in_capitals_are_marked():
    text = "WHY ARE YOU ALL SO BLIND to it, 2024 YEAH"
    found = check("shouting", text)
    assert [text[a:b] for a, b in found.spans] == ["WHY", "ARE", "YOU", "ALL", "SO", "BLIND", "YEAH"]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a?b=c",
        "HTTP://EXAMPLE.ORG",
        "hxxps://example.org",
        "www.example.xyz",
        "example.com",
        "shop.example.co.uk/offer",
        "example [dot] com",
        "example(dot)net",
        "example dot com",
        "example[.]org",
    ],
)
def test_links_are_found_plain_and_disguised(link):
    text = f"Look: {link} now"
    assert [text[a:b] for a, b in find_links(text)] == [link]


@pytest.mark.parametrize(
    "text",
    [
        "He said it.It was so.",
        "e.g. this, i.e. that",
        "3.5 and 1.000.000",
        "me@example.com",
        "node.js",
        "first.net@example.com",
        "base64.decode",
        "end.Start",
        "...",
    ],
)
def test_other_dots_are_no_links(text):
    assert find_links(text) == []


def test_links_are_flagged_from_the_limit_on():
    text = "see example.com and https://example.org/x"
    assert check("links", "see example.com") is None
    found = check("links", text)
    assert (found.value, found.limit, len(found.spans)) == (2, 2, 2)
    assert found.reason == "It holds 2 links."


def test_links_glued_together_are_counted_apart():
    assert check("links", "https://a.comhttps://b.comhttps://c.com").value == 3


@pytest.mark.parametrize(("status", "flagged"), [("spam", True), ("pending", True), ("visible", False)])
def test_what_the_platform_held_is_flagged(status, flagged):
    assert (check("reported", "hello", status=status) is not None) is flagged


def test_a_repeat_is_flagged_from_the_second_on_whoever_wrote_it():
    text = "Buy the best watches in town today, everybody!"
    found = flag(frame(text, "Something else.", text.upper() + "!!!", f"  {text} "), BOOK)
    copies = {key: [f.value for f in flags if f.rule == "repeats"] for key, flags in found.items()}
    assert copies == {("t", "c3"): [2], ("t", "c4"): [3]}
    assert [f.rule for f in found["t", "c3"]] == ["repeats", "shouting"]
    assert found["t", "c4"][0].reason == "The same text was posted 3 times by now, first in comment c1."


def test_short_texts_may_repeat():
    assert flag(frame("I agree!", "I agree!", "!!! ??? " * 20, "!!! ??? " * 20), BOOK) == {}


def test_what_is_gone_is_not_flagged():
    gone = frame("you idiot", "you idiot", "you idiot", status=["removed", "deleted", "visible"])
    assert list(flag(gone, BOOK)) == [("t", "c3")]


def test_a_text_is_looked_at_up_to_the_setting():
    assert flag(frame("calm " * 10 + "idiot"), BOOK, characters=50) == {}


def test_an_empty_frame_has_no_flags():
    assert flag(frame(), BOOK) == {}


def test_missing_text_is_passed_over():
    missing = frame("idiot").assign(text=pd.Series([None], dtype="str"))
    assert flag(missing, BOOK) == {}


def test_spans_are_ordered_joined_and_bounded():
    assert merged([(5, 6), (0, 2), (1, 3), (3, 4)]) == ((0, 4), (5, 6))
    assert len(merged((n * 2, n * 2 + 1) for n in range(1000))) == MOST_SPANS


HOSTILE = {
    "letters": "a" * 65_535,
    "words": "fuck " * 13_107,
    "asterisks": "*" * 65_535,
    "masks": ("x*" * 19 + " ") * 1_680,
    "dots": "a." * 32_767,
    "dot words": "aa dot " * 9_362,
    "brackets": "aa [" * 16_383,
    "single letters": "a " * 32_767,
    "almost spelt out": "a b c dd " * 7_281,
    "exclamations": "a!" * 32_767,
    "schemes": "http://" * 9_362,
    "hosts": "www." * 16_383,
    "phrases": "string him string him " * 2_978,
    "zero width": "a\u200b" * 32_767,
    "marks": "a" + "\u0301" * 65_534,
    "long forms": "\ufdfa" * 65_535,
    "surrogates": "\ud800" * 65_535,
    "nul": "\x00" * 65_535,
    "bidi": "\u202eidiot" * 10_922,
}


# Every rule has something to look for.
FULL = BOOK.changed(
    "suspect_words",
    lists={"words": ["troll", '"so what"', "sheep*", "\u0442\u0440\u043e\u043b\u043b\u044c", "\u50bb\u74dc"]},
)
FULL = FULL.changed("profanity", lists={"allowed": ["damn"]}).changed(
    "personal_data", lists={"allowed": ["a@b.de"]}
)


def scored(comments):
    wanted = score(comments, ["offensive"])
    relevance = pd.DataFrame({"stance_relevance": 0.01, "featuring_relevance": 0.0}, index=comments.index)
    return pd.concat([comments, wanted, relevance], axis="columns")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_of_the_longest_length_take_seconds_not_minutes(text):
    comments = scored(frame(text, text))
    began = time.process_time()
    flag(comments, FULL)
    assert time.process_time() - began < 10


def test_a_text_of_a_megabyte_is_read_to_the_limit_only():
    found = flag(scored(frame("a b c d " * 125_000 + " idiot moron")), FULL)
    assert "profanity" not in [f.rule for f in found.get(("t", "c1"), [])]


def test_every_code_point_passes_every_rule():
    planes = (range(0x32000), range(0xE0000, 0xE1000), range(0x10FF00, 0x110000))  # the others are empty
    text = "".join(chr(point) for plane in planes for point in plane)
    parts = [text[start : start + 65_535] for start in range(0, len(text), 65_535)]
    for found in flag(scored(frame(*parts)), FULL).values():
        assert {f.rule for f in found} <= {rule.name for rule in RULES}


anything = st.text(alphabet=st.characters(), max_size=60)  # surrogates and NUL, too
PIECES = "idiot @Ann @Bo Ann Lee troll 0171 1234567 a@b.de 12 Main Street http://x.de"
words = st.sampled_from([*PIECES.split(), "\x00", "\ud800"])
moments = st.integers(0, 7_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": st.one_of(anything, st.lists(words, max_size=30).map(" ".join)),
                "author": st.one_of(st.none(), st.sampled_from(["Ann Lee", "Bo", "@", "", "\ud800"])),
                "parent_id": st.one_of(st.none(), st.sampled_from(["c1", "c2", "nobody"])),
                "status": st.sampled_from(["visible", "spam", "pending", "removed", "deleted"]),
                "published_at": st.one_of(st.none(), moments),
                "published_at_precision": st.sampled_from(["second", "minute", "day", "relative", "none"]),
            }
        ),
        max_size=8,
    )
)
def test_no_rule_ever_raises_and_spans_lie_in_the_text(rows):
    few = FULL.changed("pile_on", limits={"people": 2, "times_usual": 1}).changed(
        "campaigns", limits={"people": 2, "characters": 5}
    )
    columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    texts = columns.pop("text", [])
    for (_, comment_id), found in flag(scored(frame(*texts, **columns)), few).items():
        text = texts[int(comment_id[1:]) - 1]
        for each in found:
            assert each.value >= each.limit > 0
            assert all(0 <= start < end <= len(text) for start, end in each.spans)
            assert each.reason.endswith(".")


# ---- what every rule says of itself


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is(rule):
    assert rule.help.endswith(".")
    assert rule.reason in REASONS
    for limit in rule.limits:
        assert limit.least <= limit.default <= limit.most
        assert limit.help.endswith(".")
        assert limit.unit
        assert limit.setting is None or hasattr(Settings(), limit.setting)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_is_switched_off_says_nothing(rule):
    comments = frame("IDIOTS SEE a.com b.com, CALL +49 30 901820, I SAY TO YOU ALL", status=["spam"])
    off = BOOK.changed(rule.name, on=False)
    everything = {f.rule for f in flag(comments, BOOK)["t", "c1"]}
    assert {f.rule for f in flag(comments, off)["t", "c1"]} == everything - {rule.name}


def test_a_rule_about_one_comment_does_not_see_the_others():
    texts = [f"you idiot, number {n}" if n % 7 == 0 else f"calm number {n}" for n in range(BLOCK + 50)]
    found = flag(frame(*texts), BOOK, only=["profanity"])
    assert set(found) == {("t", f"c{n + 1}") for n in range(BLOCK + 50) if n % 7 == 0}


# ---- scores


@pytest.mark.parametrize(
    ("rule", "column", "text", "word"),
    [
        ("offensive", "offensive", "You are a pathetic idiot.", "idiot"),
        ("threat", "offensive_threat", "I will kill you.", "kill"),
        (
            "identity_attack",
            "offensive_identity_attack",
            "All Muslims are vermin and should be deported.",
            "vermin",
        ),
    ],
)
def test_a_high_score_is_flagged_with_its_words(rule, column, text, word):
    comments = scored(frame(text, "What a lovely evening at the lake."))
    found = flag(comments, BOOK, only=[rule])
    assert list(found) == [("t", "c1")]
    (raised,) = found["t", "c1"]
    assert raised.value == comments[column][0]
    assert word in words_of(text, raised)


def test_a_score_at_its_limit_is_flagged_and_below_not():
    assert check("threat", "hello", scores={"offensive_threat": [0.3]}).limit == 0.3
    assert check("threat", "hello", scores={"offensive_threat": [0.2999]}) is None
    assert check("threat", "hello", scores={"offensive_threat": [None]}) is None
    assert check("threat", "hello") is None


def test_words_in_quoted_lines_are_not_marked_by_a_score():
    text = "> you idiot\nYou said idiot to her."
    found = check("offensive", text, scores={"offensive": [0.9]})
    assert found.spans
    assert all(start > text.index("\n") for start, _ in found.spans)


@pytest.mark.parametrize(
    ("changes", "flagged"),
    [
        ({}, True),
        ({"stance_relevance": [0.5]}, False),
        ({"featuring_relevance": [0.2]}, False),
        ({"featuring_relevance": [None]}, True),
        ({"parent_id": ["c9"]}, False),
        ({"text": ["Buy watches"]}, False),
    ],
)
def test_off_topic_is_far_from_the_article_and_no_answer(changes, flagged):
    text = "My recipe for pancakes takes two eggs, some flour and a little milk."
    comments = frame(text).assign(stance_relevance=[0.05], featuring_relevance=[0.0]).assign(**changes)
    assert (flag(comments, BOOK, only=["off_topic"]) != {}) is flagged


# ---- lists of a moderator lead


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("troll", "Trolls are trolling, you tr0ll", ["Trolls", "trolling", "tr0ll"]),
        ("troll", "see: t r o l l and a TROOOOLL and tr*ll", ["t r o l l", "TROOOOLL", "tr*ll"]),
        (
            "troll",
            "tr\u043ell \uff54\uff52\uff4f\uff4c\uff4c tr\u00f6ll",
            ["tr\u043ell", "\uff54\uff52\uff4f\uff4c\uff4c", "tr\u00f6ll"],
        ),
        ("idiot", "1d1ot! $1d1ot$", ["1d1ot", "1d1ot"]),
        ("troll", "controlling trolley petrol", []),
        ("ban", "the bane of banners; bans", ["bans"]),
        ("schwurbler", "Die Schwurblern glauben", ["Schwurblern"]),
        ("anti-vaxxer", "anti vaxxers, Anti-Vaxxer", ["anti vaxxers", "Anti-Vaxxer"]),
        ("fake news", "FAKE  NEWS and fake\nnews, fake and news", ["FAKE  NEWS", "fake\nnews"]),
        ('"plan"', "plans of a plan", ["plan"]),
        ("sheep*", "sheeple and sheep, not a cheap", ["sheeple", "sheep"]),
        ("1488", "1488 but not 21488 or 14888", ["1488"]),
        ("q17", "what q17 says", ["q17"]),
        (
            "\u0442\u0440\u043e\u043b\u043b\u044c",
            "\u0441\u0430\u043c \u0442\u044b \u0422\u0420\u041e\u041b\u041b\u042c!",
            ["\u0422\u0420\u041e\u041b\u041b\u042c"],
        ),
        (
            "\u0442\u0440\u043e\u043b*",
            "\u0442\u0440\u043e\u043b\u043b\u0438, \u043a\u043e\u043d\u0442\u0440\u043e\u043b\u044c",
            ["\u0442\u0440\u043e\u043b\u043b\u0438"],
        ),
        (
            "\u03bc\u03ac\u03b3\u03bf\u03c2",
            "\u03bf \u039c\u0391\u0393\u039f\u03a3 \u03ae\u03c1\u03b8\u03b5",
            ["\u039c\u0391\u0393\u039f\u03a3"],
        ),
        ("\u50bb\u74dc", "\u4f60\u662f\u50bb\u74dc\u5417", ["\u50bb\u74dc"]),
        (
            "\u0643\u0644\u0628",
            "\u0623\u0646\u062a \u0643\u0644\u0628 \u0647\u0646\u0627",
            ["\u0643\u0644\u0628"],
        ),
    ],
)
def test_listed_words_are_found_as_they_are_written(entry, text, found):
    read = Text(text)
    assert [text[slice(*read.span(a, b))] for a, b, _ in ListedWords([entry]).find(read)] == found


def test_lists_of_both_kinds_flag_and_say_so():
    suspect = check(
        "suspect_words", "a troll among sheeple", lists={"words": ["troll", "sheep*"]}, different_words=2
    )
    assert (suspect.value, suspect.limit, suspect.reason) == (2, 2, "It holds 2 suspect words.")
    assert (
        check("suspect_words", "trolls, troll", lists={"words": ["troll", "sheep*"]}, different_words=2)
        is None
    )
    assert check("banned_words", "a troll", lists={"words": ["troll"]}).reason == "It holds 1 banned word."
    assert check("banned_words", "see troll.com", lists={"words": ["troll"]}) is None
    assert check("banned_words", "a troll") is None


def test_words_that_are_allowed_do_not_count():
    assert check("profanity", "an idiot", lists={"allowed": ["idiot"]}) is None
    assert check("profanity", "an idiot, a moron", lists={"allowed": ["idiot"]}).value == 2


# ---- personal data

KNOWN_MISTAKES = {"BMW M3 4WD"}  # the code of some houses in Manchester is written so


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GIVEN.items() for text in texts])
def test_personal_data_is_found(kind, text):
    assert kind in [found for _, _, found in personal_data(text)]


@pytest.mark.parametrize("text", [text for text in NOT_GIVEN if text not in KNOWN_MISTAKES])
def test_what_only_looks_like_personal_data_is_left_alone(text):
    assert personal_data(text) == []


def test_personal_data_is_counted_and_marked():
    text = "Anna, 12 Acacia Avenue, Reading: 020 7946 0958 or anna@example.org"
    found = check("personal_data", text)
    assert words_of(text, found) == ["12 Acacia Avenue", "020 7946 0958", "anna@example.org"]
    assert found.reason == "It gives 1 postal address and 1 telephone number and 1 e-mail address."
    assert check("personal_data", "write to Desk@Paper.org", lists={"allowed": ["desk@paper.org"]}) is None
    assert check("personal_data", text, items=4) is None


# ---- rules about several comments


def test_repeats_count_by_time_and_across_discussions():
    text = "Buy the best watches in town today, everybody!"
    earlier = frame(text, thread_id="other", published_at=[NOON - timedelta(hours=1)])
    here = frame(text, text, published_at=[NOON + timedelta(hours=1), NOON])
    found = flag(here, BOOK, stored=earlier, only=["repeats"])
    assert {key: f.value for key, (f,) in found.items()} == {("t", "c2"): 2, ("t", "c1"): 3}
    assert set(flag(here, BOOK, only=["repeats"])) == {("t", "c1")}


SLOGAN = "The council must not cut down the old lime trees along the river, sign our petition now"


def test_a_campaign_is_many_people_with_nearly_the_same_words():
    texts = [f"{SLOGAN} {ending}" for ending in ("please", "today!", "all of you")]
    found = flag(
        frame(*texts, "Something else altogether.", author=["A", "B", "C", "D"]), BOOK, only=["campaigns"]
    )
    assert set(found) == {("t", "c1"), ("t", "c2"), ("t", "c3")}
    (raised,) = found["t", "c1"]
    assert (raised.value, raised.limit) == (3, 3)
    assert raised.reason == "One of 3 nearly equal comments by 3 people in 1 discussion."
    assert flag(frame(*texts, author=["A", "A", "B"]), BOOK, only=["campaigns"]) == {}


def test_a_campaign_is_seen_with_what_is_stored():
    stored = pd.concat(
        [
            frame(f"{SLOGAN} please", thread_id="u", author=["B"]),
            frame(f"{SLOGAN} today!", "Nothing like it.", thread_id="v", author=["C", "D"]),
        ]
    )
    found = flag(frame(SLOGAN, author=["A"]), BOOK, stored=stored, only=["campaigns"])
    assert [f.value for f in found["t", "c1"]] == [3]
    assert list(found) == [("t", "c1")]


def pile(people, *, minutes=5, parent="c1", precision="minute", others=0):
    """A thread in which `people` answer one comment, `minutes` apart, and two answer each of `others`."""
    rows = [("Ann Lee", None, 0, "I think the bridge should stay.")]
    rows += [(f"P{n}", parent, n * minutes, f"Nonsense number {n}.") for n in range(1, people + 1)]
    for n in range(others):
        first = len(rows) + 1
        rows += [
            (f"Q{n}", None, 0, "Another thought."),
            ("R", f"c{first}", 1, "Hm."),
            ("S", f"c{first}", 2, "Yes."),
        ]
    return frame(
        *(text for *_, text in rows),
        author=[author for author, *_ in rows],
        parent_id=[answered for _, answered, *_ in rows],
        published_at=[NOON + timedelta(minutes=minute) for _, _, minute, _ in rows],
        published_at_precision=[precision] * len(rows),
    )


def piled(comments, **limits):
    return flag(comments, BOOK.changed("pile_on", limits=limits), only=["pile_on"])


def test_a_pile_on_flags_the_answers_from_the_limit_on_and_not_the_person():
    found = piled(pile(10))
    assert set(found) == {("t", "c9"), ("t", "c10"), ("t", "c11")}
    (raised,) = found["t", "c9"]
    assert (raised.value, raised.limit) == (8, 8)
    assert raised.reason == (
        "8 different people answered or named the author of comment c1 within 60 minutes; usual here is 1."
    )


@pytest.mark.parametrize(
    "comments",
    [
        pile(7),
        pile(10, minutes=15),
        pile(10, precision="day"),
        pile(10).assign(author="P"),
    ],
    ids=["too few", "slowly", "times not known", "one person"],
)
def test_what_is_no_pile_on(comments):
    assert piled(comments) == {}


def test_a_pile_on_is_relative_to_what_is_usual_in_the_thread():
    assert piled(pile(10, others=3), times_usual=4)["t", "c11"][0].limit == 8
    assert piled(pile(10, others=3), times_usual=6) == {}  # 6 × 2 people are usual


def test_people_are_piled_on_by_name_too():
    comments = pile(10, parent=None)
    assert piled(comments) == {}
    named = comments.assign(
        text=[comments["text"][0], *["So says Ann Lee, of course."] * 5, *["@ann_lee oh"] * 5]
    )
    assert piled(named) == {}  # five only name her in full
    both = named.assign(text=[named["text"][0], *["So says Ann Lee, of course."] * 5, *["@Ann Lee, oh"] * 5])
    assert set(piled(both)) == {("t", "c9"), ("t", "c10"), ("t", "c11")}


def test_the_same_person_twice_is_one_person():
    comments = pile(10)
    comments["author"] = ["Ann Lee", *[f"P{n // 2}" for n in range(10)]]
    assert piled(comments) == {}
