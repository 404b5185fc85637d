"""Which language a discussion is in, and a comment of its own."""

import itertools
import json

import pytest

from threads.parse import Options, Source, parse
from threads.parse.language import base_language, detect, of_comment

GERMAN = "Ich denke, die Stadt sollte mehr Wohnungen für Familien bauen."
ENGLISH = "I think that the city should build more homes for families."


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ([ENGLISH], "en"),
        (["Also,", GERMAN], "de"),
        (["short"], None),
        ([], None),
        ([None, float("nan"), ENGLISH], "en"),
        (["\ud800\x00" * 100], None),
        (["12345 67890 " * 50], None),
        (["bqz xkj vwp " * 20], None),
    ],
)
def test_the_language_of_a_discussion(texts, language):
    assert detect(texts) == language


TALK = (
    "The tunnel is far too dear, and nobody asked the people who live there what they would like. But it is "
    "not only the money: with the trains as late as they are, who would use it? I have my doubts about this."
)
GESPRAECH = (
    "Der Tunnel ist viel zu teuer, und niemand hat die Leute gefragt, die dort wohnen, was sie wollen. Es "
    "geht aber nicht nur um das Geld: bei so vielen Verspätungen fährt doch niemand mehr mit der Bahn."
)


def test_plainly_english_talk_needs_no_identifier(monkeypatch):
    monkeypatch.setattr("threads.parse.language._identifier", lambda: pytest.fail("it was asked"))
    assert detect([TALK] * 3) == "en"


def test_talk_that_is_partly_english_is_left_to_the_identifier(monkeypatch):
    asked = []
    monkeypatch.setattr("threads.parse.language._identifier", lambda: asked.append(1) or Unsure())
    assert detect([TALK, *[GESPRAECH] * 4]) is None
    assert asked


class Unsure:
    def classify(self, _sample):
        return "en", 0.4


def test_parsing_fills_in_the_language_of_the_talk():
    article = "An article\n\nEnglish words stand here.\n\n"
    text = f"{article}Ann\n3 June 2024 20:41\n{GERMAN}\nBob\n3 June 2024 20:59\n{GERMAN}"
    (discussion,) = parse(Source.from_text(text, "pasted text"), Options()).discussions
    assert (len(discussion.comments), discussion.language) == (2, "de")


def test_too_little_talk_leaves_it_to_the_article():
    text = f"{GERMAN}\n\nAnn\n3 June 2024 20:41\nJa.\nBob\n3 June 2024 20:59\nNein."
    (discussion,) = parse(Source.from_text(text, "pasted text"), Options()).discussions
    assert (len(discussion.comments), discussion.language) == (2, "de")


@pytest.mark.parametrize(
    ("tag", "base"),
    [("en-GB", "en"), ("EN", "en"), ("pt_BR", "pt"), ("", None), (None, None), (float("nan"), None)],
)
def test_the_language_of_a_tag(tag, base):
    assert base_language(tag) == base


@pytest.mark.parametrize(
    ("text", "discussion", "language"),
    [
        (ENGLISH, None, "en"),
        (ENGLISH, "en-GB", "en"),
        (ENGLISH, "de", "en"),
        (GERMAN, None, "de"),
        (GERMAN, "en", "de"),
        (GERMAN, "de-AT", "de"),
        ("Je pense que la ville devrait construire plus de logements.", "en", "fr"),
        ("Ik vind dat we in dit land over de hele linie te weinig doen.", "en", "nl"),
        ("Uważam, że miasto powinno budować więcej mieszkań, to jest jasne.", "en", "pl"),
        ("Я думаю, что город должен строить больше домов для семей.", "en", "ru"),
        ("Das ist Unsinn.", "en", "en"),  # too short to overrule the discussion
        ("Das ist Unsinn.", None, None),
        ("Du Arschloch, halt die Fresse", "en", "de"),
        ("No me gusta nada este artículo, es una vergüenza total", "en", "es"),
        ("Tu es un idiot et un menteur", "en", "und"),  # Spanish, French, …: not English in any case
        ("Make America Great Again", "en", "en"),
        ("niggas aint worried bout other niggas messin wit dey stuff", "en", "en"),
        ("hahahahahahahahahahahahahaha", "en", "en"),
        ("MAGA MAGA MAGA MAGA MAGA MAGA MAGA MAGA MAGA MAGA", "en", "en"),
        ("Look https://www.lemonde.fr/la-honte-du-gouvernement-de-la-republique", "en", "en"),
        ("ＴＨＩＳ ＩＳ ＳＵＣＨ ＧＲＥＡＴ ＮＥＷＳ ＦＯＲ ＡＬＬ", "en", "en"),
        ("Merci pour le film, c'est bien", "de", "de"),  # one of two other languages needs more letters
        ("Build more homes.", "de", "de"),
        ("THIS IS WHAT THEY ALWAYS SAY ABOUT THE TUNNEL AND THE MAYOR", "en", "en"),
        ("#tunnel #harbour #mayor #budget2024 @ann @bob http://a.example/abc", "en", "en"),
        ("\ud800" * 100, "en", "en"),
        ("🙂" * 100, "de", "de"),
        ("12345 " * 50, None, None),
        (float("nan"), "en", "en"),
        ("", "de", "de"),
    ],
)
def test_the_language_of_a_comment_is_its_discussions_unless_it_is_surely_another(text, discussion, language):
    assert of_comment(text, discussion) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Это ужасно, позор!", "ru"),
        ("Да!", "und"),
        ("هذا فظيع", "ar"),
        ("यह भयानक है", "hi"),
        ("これはひどい", "ja"),
        ("太可怕了", "zh"),
        ("정말 끔찍하다", "ko"),
        ("ဒါကအရမ်းဆိုးတယ်", "my"),
        ("זה נורא", "he"),
        ("Αυτό είναι απαίσιο", "el"),
        ("สวัสดี", "th"),
        ("გამარჯობა", "ka"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "und"),
        ("@a_name_in_latin_letters Жаль https://a.example/with/many/letters", "und"),
    ],
)
@pytest.mark.parametrize("discussion", ["en", "de", None])
def test_a_comment_in_other_letters_than_latin_is_in_no_language_of_latin_letters(text, language, discussion):
    assert of_comment(text, discussion) == language


@pytest.mark.parametrize(
    "text", ["This is Путин's war", "I love π", "It’s naïve", "😂 so good", "𝓣𝓱𝓲𝓼 𝓲𝓼 𝓰𝓻𝓮𝓪𝓽 𝓷𝓮𝔀𝓼"]
)
def test_a_few_other_letters_leave_a_comment_english(text):
    assert of_comment(text, "en") == "en"


def test_a_short_comment_in_the_letters_of_its_discussion_is_in_its_language():
    assert of_comment("Це так", "uk") == "uk"


def test_comments_in_english_are_not_taken_for_another_language(shared):
    with (shared / "corpus" / "comments_20k.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 2_000)]
    assert [text for text in texts if of_comment(text, "en") != "en"] == []


def test_comments_in_another_language_are_not_taken_for_english(shared):
    pages = ("cicero_drupal8", "cubadebate", "dziennik", "framablog_wp", "marianne_drupal", "taz_siemens")
    texts = [
        comment["text"]
        for page in pages
        for comment in json.loads((shared / "pages" / "gold" / f"{page}.json").read_bytes())["comments"]
    ]
    told = [text for text in texts if of_comment(text, "en") != "en"]
    assert len(told) / len(texts) >= 0.94  # measured .967; the rest are short


def test_one_long_comment_does_not_outvote_many_short_ones():
    long = "Der Rat hat gestern Abend beschlossen, die Brücke nicht zu bauen, und niemand weiß warum. " * 12
    short = ["You stupid man, go home.", "Why does nobody ask the council?", "I would pay for it.", "Never!"]
    language = detect([long, *short])
    assert [of_comment(text, language) for text in (long, *short)] == ["de", None, "en", None, None]
    assert detect([long, *[long[:60]] * 4]) == "de"


@pytest.mark.parametrize(
    ("text", "discussion", "own"),
    [
        ("Why does nobody ask the council what it costs?", "de", "en"),
        ("I never thought of that.", "de", "en"),
        ("Nobody wants what they are paid for with this.", "fr", "en"),
        ("Warum fragt niemand, was es kostet?", "de", "de"),
        ("Das ist mir egal.", "de", "de"),
        ("Good luck", "de", "de"),  # too short to tell
        ("you idiot", "he", None),  # not in that language, whatever it is
        ("12345", "he", "he"),
        ("שלום לכולם lol", "he", "he"),
    ],
)
def test_the_language_of_a_short_comment_in_a_discussion_that_is_not_english(text, discussion, own):
    assert of_comment(text, discussion) == own
