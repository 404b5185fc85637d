"""The offensive-language ranking: what it ranks, marks and leaves alone, and that no text breaks it."""

import json

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE

from threads.scores.offensive import Offensive
from threads.scores.offensive_model import HEADS, LEAST_SHOWN, LIKELY, TYPES, UNTYPED, blocks_of, typed_as
from threads.scores.offensive_text import (
    BITS,
    MOST_CHARACTERS,
    MOST_WORDS,
    Words,
    frames,
    read,
    tokens,
    word,
)

SCORE = Offensive()
TEXTS = [
    "You are an idiot and a liar. The article is fine.",
    "Thank you, I did not know that the council met on Fridays.",
    "What the f*ck is this? Shut up, you m0ron!",
    "I will come to your house and kill you.",
    "Muslims are vermin and should be deported.",
    "The kettle is on the stove; tea will be ready soon. " * 30,
    "don’t “quote” me – I’ve said nothing… ☕",
    "http://example.org/idiot",
]


def scored(*texts, **columns):
    return SCORE.score(pd.DataFrame({"text": pd.Series(texts, dtype=object), **columns}))


def probability(text):
    return scored(text)["offensive"][0]


# ---- ranking


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("You are an idiot.", "You are an expert."),
        ("Shut up, you moron!", "Thank you for the link."),
        ("This is fucking awful, you morons", "This is awful"),
        ("I hate immigrants", "I hate Mondays"),
        ("Gay people are disgusting", "Gay people are welcome"),
        ("I will kill you", "I will call you"),
        ("Jews are vermin", "Saying that Jews are vermin is racist"),
        ("You are an idi0t", "You are an expert"),
        ("you are an i d i o t", "you are an e x p e r t"),
        ("you are an ｉｄｉｏｔ", "you are an expert"),
    ],
)
def test_what_offends_ranks_above_what_does_not(worse, better):
    assert probability(worse) > probability(better) + 0.1


def test_an_attack_in_a_long_comment_is_seen():
    talk = "The tunnel runs from the north shore to the south. It opens in six years. " * 4
    assert probability(talk + "You are an idiot.") > 0.5 > probability(talk)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You are an idiot", "insult"),
        ("I will kill you", "threat"),
        ("Gay people are vermin", "identity_attack"),
        ("what the fuck", "profanity"),
    ],
)
def test_the_type_is_the_one_that_any_reader_sees(text, kind):
    answer = scored(text, "Tea is ready").iloc[:, 1 : len(HEADS)]
    assert answer.loc[0, f"offensive_{kind}"] > 3 * answer.loc[1, f"offensive_{kind}"]


# ---- columns


def test_a_row_alone_scores_as_in_a_batch_to_the_last_digit():
    many = pd.DataFrame({"text": TEXTS * 150})
    together = SCORE.score(many)
    for row in (*range(len(TEXTS)), 1023, 1024, 1199):
        alone = Offensive().score(many.iloc[[row]])
        pd.testing.assert_frame_equal(alone, together.iloc[[row]], check_exact=True)


def test_the_answer_has_the_columns_and_the_index_of_the_frame():
    answer = SCORE.score(pd.DataFrame({"text": TEXTS[:3]}, index=[7, 7, 1]))
    assert list(answer.columns) == [column.name for column in SCORE.columns]
    assert answer.index.tolist() == [7, 7, 1]
    assert set(answer["offensive_model"]) == {SCORE.classifier.label}
    assert answer.iloc[:, : len(HEADS)].apply(lambda column: column.between(0, 1).all()).all()


def test_an_empty_frame_gives_an_empty_answer():
    assert SCORE.score(pd.DataFrame({"text": []})).shape == (0, len(SCORE.columns))


@pytest.mark.parametrize("text", [None, float("nan"), "", " \n", "😀😀", "...", "http://example.org"])
def test_a_text_without_words_has_no_score(text):
    assert scored(text).isna().all(axis=None)


@pytest.mark.parametrize("text", ["ты идиот и дурак", "أنت غبي", "你是白痴"])
def test_a_text_without_latin_letters_has_no_score(text):
    assert scored(text).isna().all(axis=None)


@pytest.mark.parametrize(("language", "judged"), [("en", True), ("en-GB", True), (None, True), ("de", False)])
def test_only_english_is_judged_and_unknown_passes_for_it(language, judged):
    answer = scored("You idiot", language=pd.Series([language], dtype=object))
    assert answer.notna().all(axis=None) == judged


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_breaks_it(text):
    value = probability(text)
    assert pd.isna(value) or 0 <= value <= 1
    SCORE.marked(text)


def test_every_code_point_can_be_read():
    texts = ["".join(map(chr, range(start, start + 0x1000))) for start in range(0, 0x110000, 0x1000)]
    assert len(scored(*texts)) == len(texts)


def test_of_a_huge_text_the_beginning_counts():
    calm = ("tea " * MOST_CHARACTERS)[:MOST_CHARACTERS]
    assert probability(calm) == probability(calm + " You idiot!")


# ---- words


def test_words_are_named_by_type_the_strongest_first():
    assert scored(TEXTS[0])["offensive_words"][0].startswith("idiot (insult); ")
    assert pd.isna(scored(TEXTS[1])["offensive_words"][0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Women belong in the kitchen.", "belong (identity attack); kitchen (identity attack)"),
        ("You should all be shot.", "shot (threat)"),
        ("Gay people are vermin", "vermin (identity attack)"),
        ("You liar", "liar (insult)"),
    ],
)
def test_function_words_and_groups_are_not_named_but_what_is_said_with_them(text, expected):
    assert scored(text)["offensive_words"][0] == expected


def test_groups_that_are_only_named_are_not_marked():
    text = "Muslims are our neighbours."
    assert probability(text) >= LIKELY  # or nothing would be marked anyway
    assert pd.isna(scored(text)["offensive_words"][0])
    assert SCORE.marked(text) == []


@pytest.mark.parametrize(
    ("parts", "chances", "expected"),
    [
        ([2.0, 1.0, 0.0, 0.1, 0.2], [0.9, 0.6, 0.0, 0.0, 0.3], "insult"),
        ([2.0, 0.4, 0.0, 0.1, 0.2], [0.9, 0.6, 0.0, 0.0, 0.3], UNTYPED),  # too little
        ([2.0, 1.0, 0.0, 0.1, 0.9], [0.9, 0.6, 0.0, 0.0, 0.3], UNTYPED),  # another is near
        ([2.0, 1.0, 0.0, 0.1, 0.9], [0.9, 0.6, 0.0, 0.0, 0.1], "insult"),  # another is near, but unlikely
        ([2.0, 1.0, 0.0, 0.1, 0.2], [0.9, 0.1, 0.0, 0.0, 0.1], UNTYPED),  # unlikely in the text
    ],
)
def test_a_word_has_a_type_only_where_it_is_clear(parts, chances, expected):
    assert typed_as(np.array(parts), np.array(chances)) == expected


def test_marked_words_are_those_of_the_column():
    for text in TEXTS:
        named = scored(text)["offensive_words"][0]
        words = [part.split(" (")[0] for part in named.split("; ")] if isinstance(named, str) else []
        assert bool(words) == (probability(text) >= LIKELY)
        spans = sorted(SCORE.marked(text), key=lambda span: -span.strength)
        marked = list(dict.fromkeys(text[span.start : span.end].lower() for span in spans))
        assert marked[: len(words)] == words or not words
        assert all(span.type in (*TYPES, UNTYPED) for span in spans)
        assert not spans or sum(span.strength for span in spans) >= LEAST_SHOWN


RANT = (
    "You are an idiot. Your mayor is a moron. The whole council is scum. What a pathetic loser you are. "
    "Shut up, you liar. You disgust me. You are trash. You ugly pig. You are a clown. Stupid fools, you lot."
)


@pytest.mark.parametrize("text", ["I think you are an idiot. " * 30, "idiot " * 200, "You idiot! " * 500])
def test_an_insult_is_named_however_often_it_is_said(text):
    assert scored(text)["offensive_words"][0] == "idiot (insult)"
    assert len(SCORE.marked(text)) == text.count("idiot")


@pytest.mark.parametrize("text", [RANT, f"{RANT} {RANT}", RANT.replace(".", ""), f"{RANT} You are a retard."])
def test_the_insults_of_a_rant_are_marked(text):
    marked = {text[span.start : span.end].lower() for span in SCORE.marked(text)}
    assert marked > {"idiot", "scum", "liar", "loser"}
    assert len(scored(text)["offensive_words"][0].split("; ")) == 5


def test_what_is_no_insult_in_a_sentence_of_its_own_is_not_marked_beside_one():
    text = "You are scum. I was down yesterday, and the bad weather made my sad old dog sick in the garden."
    assert [text[span.start : span.end] for span in SCORE.marked(text)] == ["scum"]


def test_function_words_carry_nothing():
    for text in ("Nobody likes you, everybody hates you", "Somebody should shoot the mayor"):
        marked = {text[span.start : span.end].lower() for span in SCORE.marked(text)}
        assert marked
        assert not marked & {"nobody", "somebody", "everybody", "you", "should", "the"}


def test_marks_stand_where_the_words_stand_in_the_text_as_found():
    text = "é… You are an ｉｄｉｏｔ\u200b, m0ron!"
    found = [text[span.start : span.end] for span in SCORE.marked(text)]
    assert "ｉｄｉｏｔ" in found
    assert "m0ron" in found


def test_contributions_and_bias_add_up_to_the_log_odds():
    model = SCORE.classifier
    for text in ("You are an idiot, get lost", "Gay people are not vermin!"):
        found = model.judge([tokens(text)])
        np.testing.assert_allclose(found.parts.sum(axis=0) + model.model.array("bias"), found.odds[0])


def test_without_the_marked_words_the_text_is_less_offensive():
    for text in (text for text in TEXTS if probability(text) >= LIKELY):
        left = text
        for span in reversed(SCORE.marked(text)):
            left = left[: span.start] + "so" + left[span.end :]
        assert probability(left) < probability(text)


# ---- reading


def forms(text):
    return [found.form for token in tokens(text) if (found := word(token)) is not None and found.form]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("An 1d1ot, the m.o.r.o.n and a b!tch", ["an", "idiot", "the", "moron", "and", "a", "bitch"]),
        ("w0men's rights", ["women", "rights"]),
        ("see https://x.org/you-idiot @bob", ["see"]),
        ("don’t @ me", ["don't", "me"]),
        ("sooooo good", ["soo", "good"]),
        ("in 1984", ["in"]),
        ("a b c", ["a", "b", "c"]),
    ],
)
def test_words_are_read_behind_their_spelling(text, expected):
    assert forms(text) == expected


def reading(*texts):
    return read([tokens(text) for text in texts], Words())


def test_sentences_end_at_stops_and_after_many_words():
    assert reading("One two. Three!! ... Four").lengths.tolist() == [2, 1, 1]
    assert reading("word " * (2 * MOST_WORDS + 1)).lengths.tolist() == [MOST_WORDS, MOST_WORDS, 1]


def test_sentences_do_not_reach_over_texts():
    found = reading("one two", "three")
    assert found.text.tolist() == [0, 1]
    assert found.pairs.tolist() == [0]


def classes_of(text):
    return {name for name, bit in BITS.items() if reading(text).classes[0] & bit}


def test_a_colour_is_a_group_beside_people_only():
    assert "group" in classes_of("black people")
    assert "group" in classes_of("young gay couples")
    assert "group" not in classes_of("black coffee")
    assert "group" not in classes_of("a black cat sat near the people")


def test_frames_name_whom_a_word_is_aimed_at_and_what_changes_it():
    names = {frame.name for frame in frames(BITS["group"] | BITS["debase"] | BITS["negation"])}
    assert names == {"frame group debase", "frame group debase negation"}
    assert {frame.name for frame in frames(BITS["debase"])} == {"frame debase"}


def test_blocks_hold_every_text_once_in_order():
    texts = ["a" * 1000] * 1200
    parts = list(blocks_of(texts))
    assert sum(map(len, parts)) == len(texts)
    assert len(parts) > 1


def test_it_is_never_called_what_it_is_not():
    card = SCORE.classifier.card
    said = json.dumps([SCORE.help, card.sentence, *(column.help for column in SCORE.columns)]).lower()
    assert "hate" not in said


class Averaged:
    """What judges together with the model of the package, as a fine-tuned encoder does."""

    label, labels, beside = "onnx:offensive@2", ("clean", "offensive"), SCORE.classifier

    def probabilities(self, texts, _contexts):
        return np.tile([0.25, 0.75], (len(texts), 1))


def test_the_words_beside_another_models_probability():
    text = "You are an idiot and a liar."
    averaged, own = (score.values([text, "!"], [])[0] for score in (Offensive(Averaged()), SCORE))
    assert averaged[0] == 0.75
    assert averaged[1:-1].tolist() == own[1:-1].tolist()
    assert averaged[-1] == "onnx:offensive@2"
    assert Offensive(Averaged()).marked(text) == SCORE.marked(text) != []


def test_a_text_without_words_has_no_probability_beside_another_model():
    assert Offensive(Averaged()).values(["!"], [])[0].tolist() == [None] * len(SCORE.columns)
