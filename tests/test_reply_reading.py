"""What is read in a reply: words, signs, sentences, and what they speak for, in linear time."""

import time

import pytest
from hostile import HOSTILE

from threads.scores.reply_reading import GROUPS, LINK, MENTION, Sentence, read
from threads.scores.text import MOST_CHARACTERS


def spoken_for(text):
    return {group for group, count in zip(GROUPS, read(text).counts, strict=True) if count}


def opening(text):
    return {GROUPS[place] for place in read(text).opening}


@pytest.mark.parametrize(
    "text", ["isn\u2019t it", "is\u200bn't it", "\uff49\uff53n't it", "\u202eisn't it", "is\ud800n't it"]
)
def test_disguised_letters_read_as_plain_ones(text):
    assert read(text).tokens == ["isn't", "it"]


def test_links_and_names_are_signs_of_their_kind():
    assert read("@Ann see www.example.org/a?b=c and https://example.org").tokens == [
        MENTION,
        "see",
        LINK,
        "and",
        LINK,
    ]


@pytest.mark.parametrize("sign", ["", "\u201c", "é", "…"])
def test_tokens_are_the_same_whatever_else_stands_in_the_text(sign):
    text = "No.7 costs 3.5 or 1,000 pounds, \"they\" don't a'b_c #tag\nwhat?! "
    assert read(text + sign).tokens[: len(read(text).tokens)] == read(text).tokens


def test_numbers_do_not_end_a_sentence():
    assert [s.length for s in read("It costs 3.5 million. Who pays?\nNot me").sentences] == [4, 2, 2]


def test_signs_before_the_first_word_are_in_no_sentence():
    assert read("... @user no.").sentences == [Sentence(1, ".")]


def test_names_before_the_first_word_are_counted_as_addressed():
    assert read("@a @b no @c").addressed == 2


@pytest.mark.parametrize(
    ("text", "group"), [("well said", "agree"), ("that is not true", "disagree"), ("shame on you", "blame")]
)
def test_phrases_are_seen_as_phrases_only(text, group):
    assert group in spoken_for(text)
    broken = " and ".join(word for word in text.split() if word != "shame")
    assert group not in spoken_for(broken)


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence():
    assert "agree" not in spoken_for("It went well. Said who")


def test_yes_opens_a_text_or_is_none():
    assert "opens_yes" in spoken_for("Yes it is")
    assert "opens_yes" in spoken_for("@user Well yes it is")
    assert "opens_yes" not in spoken_for("They said yes")


def test_the_first_words_are_told_from_later_ones():
    assert "disagree" in opening("@user @user this is a lie")
    assert "disagree" not in opening("What you have read there is a lie")


@pytest.mark.parametrize("text", ["I do not agree", "I don't really agree"])
def test_denied_agreement_is_none(text):
    assert "agree" not in spoken_for(text)


def test_a_negation_turns_the_rating_of_the_next_words_round():
    assert read("this is good").valence > 0 > read("this is not good").valence


@pytest.mark.parametrize("text", ["", " ", *HOSTILE.values()])
def test_any_text_can_be_read(text):
    found = read(text)
    assert -1 <= found.valence <= 1
    assert sum(sentence.length for sentence in found.sentences) <= len(found.tokens)


def test_every_code_point_can_be_read():
    for start in range(0, 0x110000, 0x1000):
        assert -1 <= read("".join(map(chr, range(start, start + 0x1000)))).valence <= 1


def test_hidden_characters_at_the_cut_do_not_make_it_slower_or_longer():
    assert len(read("a " * 100_000).tokens) == MOST_CHARACTERS // 2 + 1


def test_reading_takes_time_in_proportion_to_length():
    # Runs of full stops, apostrophes and negations, of which a careless pattern would read each many times.
    def seconds(length):
        started = time.process_time()
        for part in ("." * length + "a", "a'" * (length // 2), "not " * (length // 4), "1." * (length // 2)):
            read(part)
        return time.process_time() - started

    assert seconds(65_000) < 40 * max(seconds(6_500), 0.005)


def test_groups_are_distinct_words():
    assert len(set(GROUPS)) == len(GROUPS)
