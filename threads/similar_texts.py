"""Which of many texts are nearly the same: an exact join by Jaccard similarity, without comparing all pairs.

A text is the set of its shingles, all stretches of five letters or digits (A. Broder, On the resemblance and
containment of documents, 1997), and two texts are as similar as Jaccard's |A ∩ B| / |A ∪ B|. Four steps find
the pairs that reach a threshold:

1. Prefix filter (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant, Scaling up all pairs similarity
   search, 2007): with all shingles in one order, the rarest first, such pairs share one of the first
   |A| - ⌈t|A|⌉ + 1 of each. Any order is right; how rare they are is counted in a part of the texts.
2. Positional filter (Xiao, Wang, Lin and Yu, Efficient similarity joins for near duplicate detection, 2008):
   how far in its order each has the first shingle that they share, bounds how many they share.
3. Bitmap filter (Sandes, Teodoro and Melo 2020): each text has 2,048 bits, parities of its hashed shingles;
   the bits in which two texts differ are no more than the shingles in which they do.
4. What is left is compared shingle by shingle, by 64-bit hashes of them.

Texts that are in one group by now are not compared again: a campaign of n texts costs about n comparisons.
No step loses a pair, unless two shingles of a text have equal 44-bit hashes (one text of 350 shingles in 280
million) or there are more than MOST_PAIRS to look at; `Groups.complete` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from threads.errors import SettingError

SHINGLE: Final = 5  # characters
MOST_PAIRS: Final = 50_000_000
_COUNTED: Final = 4  # of so many texts, the shingles of one are counted
_BITMAP: Final = 2048  # bits
_FOLDED: Final = 512  # bits that are compared first
_ROW_BITS, _COUNT_BITS = 8, 12  # of a 64-bit key: the text within its block, how often the shingle occurs
_HASH_BITS: Final = 64 - _ROW_BITS - _COUNT_BITS
_PLACE_BITS = np.uint64(8)  # of a token: how far in its prefix it stands
_BLOCK_CHARACTERS: Final = 500_000
_AT_ONCE: Final = 1 << 15  # entries; what is worked on should stay in the processor's cache
_LATELY_BITS: Final = 22  # of the number of pairs that are remembered, in 32 MB
_ODD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_REMEMBERED: Final = 20_000  # texts whose shingles are kept while pairs are compared

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Number = TypeVar("Number", np.int64, np.uint64)


@dataclass(frozen=True, slots=True)
class Groups:
    """The group of each text, numbered from 0 in order of appearance.

    Texts of one group need not be alike pair by pair: they are linked by pairs that are. `complete` is False
    where MOST_PAIRS ended the search.
    """

    labels: Integers
    complete: bool


def shingles(text: str) -> frozenset[str]:
    """Return the stretches of five characters of a text; a shorter text is its own one."""
    return frozenset(text[start : start + SHINGLE] for start in range(max(1, len(text) - SHINGLE + 1)))


def jaccard(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    """Return |A ∩ B| / |A ∪ B|, from 0 to 1; 1 for two empty sets."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 1.0


def group_similar(texts: Sequence[str], threshold: float, *, most_pairs: int = MOST_PAIRS) -> Groups:
    """Return texts in groups, linked by pairs whose Jaccard similarity is at least `threshold`.

    Parameters
    ----------
    texts
        Texts as they are compared: different ones, of at least five characters.
    threshold
        Above 0, up to 1.
    most_pairs
        How many pairs may be looked at.

    Raises
    ------
    SettingError
        `threshold` is out of its range.
    """
    if not 0 < threshold <= 1:
        raise SettingError(f"a similarity of {threshold} is out of range", remedy="Give more than 0, up to 1")
    labels = np.arange(len(texts), dtype=np.int64)
    index = _Index(block_of(texts, threshold, shingle_counts(texts)), threshold)
    hashed = _Hashed(texts)
    for pairs in index.candidates(labels, most_pairs):
        _link(labels, [pair for pair, found in hashed.compared(pairs.tolist()) if found >= threshold])
    return Groups(np.unique(labels, return_inverse=True)[1].astype(np.int64), index.complete)


def may_be_similar(texts: Sequence[str], others: Sequence[str], threshold: float) -> npt.NDArray[np.bool_]:
    """Return which of `others` may reach `threshold` with one of `texts`; loses none that does.

    |A ∩ B| / |A ∪ B| ≥ t takes t|B| shingles of B that stand in A, so at least as many that stand in any of
    `texts`. One pass over all characters; where `others` are many and `texts` few, it leaves little to
    compare.
    """
    known = [_different(_hashes([texts[n] for n in block])[0]) for block in _blocks(texts)]
    # Their last bits make room for the number of the text; sorted, for searching in them.
    wanted = _different(np.concatenate([np.zeros(0, dtype=np.uint64), *known]) >> np.uint64(_ROW_BITS))
    found = np.zeros(len(others), dtype=np.bool_)
    if not len(wanted):
        return found
    # A table of their first bits knows some that are none of them, and is asked in a fraction of the time.
    bits = min(26, (16 * len(wanted)).bit_length())
    beyond = np.uint64(64 - _ROW_BITS - bits)
    table = np.zeros(1 << bits, dtype=np.bool_)
    table[wanted >> beyond] = True
    for block in _blocks(others):
        hashes, rows = _hashes([others[number] for number in block])
        keys = _different(
            (rows.astype(np.uint64) << np.uint64(64 - _ROW_BITS)) | (hashes >> np.uint64(_ROW_BITS))
        )
        rows = (keys >> np.uint64(64 - _ROW_BITS)).astype(np.int64)
        hashes = keys & np.uint64((1 << (64 - _ROW_BITS)) - 1)
        sizes = np.bincount(rows, minlength=len(block))
        likely = _enough(table[hashes >> beyond], rows, sizes, threshold)[rows]
        hashes, rows = hashes[likely], rows[likely]
        places = np.searchsorted(wanted, hashes)
        shared = wanted[np.minimum(places, len(wanted) - 1)] == hashes
        found[block.start : block.stop] = _enough(shared, rows, sizes, threshold)
    return found


def _enough(
    shared: npt.NDArray[np.bool_], rows: Integers, sizes: Integers, threshold: float
) -> npt.NDArray[np.bool_]:
    """Return which texts have enough shingles that are `shared`, of so many, to be similar."""
    hits = np.bincount(rows, weights=shared, minlength=len(sizes))
    return (hits >= threshold * sizes - 1e-9) & (sizes > 0)


def _link(labels: Integers, links: Sequence[tuple[int, int]]) -> None:
    """Give linked texts the smallest label of theirs, in place."""
    parents: dict[int, int] = {}

    def root(label: int) -> int:
        path = []
        while (parent := parents.get(label, label)) != label:
            path.append(label)
            label = parent
        parents.update(dict.fromkeys(path, label))
        return label

    for one, other in links:
        first, second = sorted((root(int(labels[one])), root(int(labels[other]))))
        parents[second] = first
    if parents:
        changed = np.arange(len(labels), dtype=np.int64)
        for label in parents:
            changed[label] = root(label)
        labels[:] = changed[labels]


@dataclass(frozen=True, slots=True)
class Block:
    """Texts, and what is looked at of them before they are compared.

    `tokens` are shingles of all prefixes: leading bits of their hashes, and in the last eight bits at which
    part of its prefix one stands. `rows` are the texts that have them, `sizes` numbers of shingles.
    """

    texts: Sequence[str]
    sizes: Integers
    bitmaps: Keys
    tokens: Keys
    rows: Integers


def block_of(texts: Sequence[str], threshold: float, counts: npt.NDArray[np.uint32]) -> Block:
    """Return texts ready to be compared, by the `shingle_counts` of all texts that they are among."""
    sizes = np.zeros(len(texts), dtype=np.int64)
    bitmaps = np.zeros((len(texts), _BITMAP // 64), dtype=np.uint64)
    tokens, rows = [np.array([], dtype=np.uint64)], [np.array([], dtype=np.int64)]
    for block in _blocks(texts):
        keys, of = _keys(texts[block.start : block.stop], counts)
        own = np.bincount(of, minlength=len(block))
        sizes[block.start : block.stop] = own
        bitmaps[block.start : block.stop] = _parities(keys, of, len(block))
        lengths = _prefixes(own, threshold)
        of = np.repeat(np.arange(len(block)), lengths)
        places = np.arange(len(of)) - _starts(lengths)[of]
        parts = (places << int(_PLACE_BITS)) // lengths[of]
        found = keys[_starts(own)[of] + places] << np.uint64(64 - _HASH_BITS)
        tokens.append(found | parts.astype(np.uint64))
        rows.append(of + block.start)
    return Block(texts, sizes, bitmaps, np.concatenate(tokens), np.concatenate(rows))


def _prefixes(sizes: Integers, threshold: float) -> Integers:
    """Return of how many of their rarest shingles two similar texts share one, for each of some sizes."""
    needed = np.ceil(threshold * sizes - 1e-9).astype(np.int64)
    lengths: Integers = np.minimum(sizes, sizes - needed + 1)
    return lengths


def _starts(lengths: Integers) -> Integers:
    """Return where each of some stretches begins that follow one another."""
    return np.cumsum(lengths) - lengths


def partners(
    one: Block, other: Block, threshold: float, *, most_pairs: int = MOST_PAIRS
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], bool]:
    """Return which texts of each block have one in the other that is similar, and whether all were looked at.

    Both blocks are of `block_of` with the same threshold and counts, or one and the same: then it is about
    other texts of that block.
    """
    same = one is other
    both = one if same else _side_by_side(one, other)
    labels = np.arange(len(both.texts)) if same else np.repeat([0, 1], [len(one.texts), len(other.texts)])
    index = _Index(both, threshold)
    hashed = _Hashed(both.texts)
    found = np.zeros(len(both.texts), dtype=np.bool_)
    for pairs in index.candidates(labels, most_pairs):
        ones, others = np.divmod(pairs, max(1, len(both.texts)))
        open_ = pairs[~(found[ones] & found[others])]
        for pair, similarity in hashed.compared(open_.tolist()):
            if similarity >= threshold:
                found[list(pair)] = True
    return (
        (found, found, index.complete)
        if same
        else (
            found[: len(one.texts)],
            found[len(one.texts) :],
            index.complete,
        )
    )


def _side_by_side(one: Block, other: Block) -> Block:
    return Block(
        [*one.texts, *other.texts],
        np.concatenate([one.sizes, other.sizes]),
        np.concatenate([one.bitmaps, other.bitmaps]),
        np.concatenate([one.tokens, other.tokens]),
        np.concatenate([one.rows, other.rows + len(one.texts)]),
    )


class _Hashed:
    """Texts as their shingles' hashes, sorted; those of some thousand texts are kept."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._known: dict[int, Keys] = {}

    def compared(self, pairs: Sequence[int]) -> Iterator[tuple[tuple[int, int], float]]:
        """Yield pairs of texts, given as a × n + b, with how similar they are."""
        for start in range(0, len(pairs), _REMEMBERED // 4):
            some = [divmod(pair, len(self._texts)) for pair in pairs[start : start + _REMEMBERED // 4]]
            self._know({number for pair in some for number in pair})
            for one, other in some:
                both = np.concatenate([self._known[one], self._known[other]])
                union = len(_different(both))
                yield (one, other), (len(both) - union) / union

    def _know(self, numbers: set[int]) -> None:
        if len(self._known) > _REMEMBERED:
            self._known = {number: known for number, known in self._known.items() if number in numbers}
        new = sorted(numbers - self._known.keys())
        texts = [self._texts[number] for number in new]
        for block in _blocks(texts):
            hashes, rows = _hashes(texts[block.start : block.stop])
            ends = np.cumsum(np.bincount(rows, minlength=len(block)))
            of_each = map(_different, np.split(hashes, ends[:-1]))
            self._known.update(zip(new[block.start : block.stop], of_each, strict=True))


class _Index:
    """The rare shingles of every text, by which pairs that may be similar are found.

    An entry is a shingle, the rank of its text by size, and at which part of the prefix it stands, in one
    number: sorted, the entries of a shingle stand together in order of their texts' sizes.
    """

    def __init__(self, block: Block, threshold: float) -> None:
        self.threshold = threshold
        self.complete = True
        self.sizes, self.bitmaps = block.sizes, block.bitmaps
        folds = self.bitmaps.reshape(len(self.sizes), _BITMAP // _FOLDED, _FOLDED // 64)
        self._folded = np.bitwise_xor.reduce(folds, axis=1)
        self._by_size = np.argsort(self.sizes, kind="stable")
        self._largest = int(self.sizes.max(initial=0))
        self._low_bits = _PLACE_BITS + np.uint64(len(self.sizes).bit_length())
        self._entries = self._sorted(block)
        remembered = min(_LATELY_BITS, len(self._entries).bit_length() + 1)
        self._lately = np.full(1 << remembered, -1, dtype=np.int64)

    def candidates(self, labels: Integers, most_pairs: int) -> Iterator[Integers]:
        """Yield pairs a × n + b of texts with different `labels`, which may change from batch to batch.

        First each entry is paired with the next one of its shingle, then with the second next, and so on.
        """
        firsts, ends = self._reaches()
        distance, looked_at, left = 0, 0, len(firsts)
        while left:
            distance += 1
            batches, left = _batches(left), 0
            for batch in batches:
                reaches = firsts[batch] + distance < ends[batch]
                kept = slice(left, left + int(np.count_nonzero(reaches)))
                firsts[kept], ends[kept] = firsts[batch][reaches], ends[batch][reaches]
                left = kept.stop
                looked_at += kept.stop - kept.start
                if looked_at > most_pairs:
                    self.complete = False
                    return
                yield self._similar(firsts[kept], firsts[kept] + distance, labels)

    def _sorted(self, block: Block) -> Keys:
        ranks = np.empty(len(self.sizes), dtype=np.uint64)
        ranks[self._by_size] = np.arange(len(ranks), dtype=np.uint64)
        entries = np.empty_like(block.tokens)
        for batch in _batches(len(entries)):
            tokens = block.tokens[batch]
            entries[batch] = self._shingles(tokens) | (tokens & _ones(_PLACE_BITS))
            entries[batch] |= ranks[block.rows[batch]] << _PLACE_BITS
        entries.sort()
        return entries

    def _reaches(self) -> tuple[Integers, Integers]:
        """Return which entries have partners that may be similar, and where behind each there are no more."""
        smaller = np.searchsorted(self.sizes[self._by_size], np.arange(1, self._largest + 2))
        ranks = smaller.astype(np.uint64) << _PLACE_BITS  # behind all texts of a size
        firsts, ends = [np.array([], dtype=np.int64)], [np.array([], dtype=np.int64)]
        for batch in _batches(len(self._entries)):
            entries = self._entries[batch]
            behind = self._shingles(entries) | ranks[self._most(entries)]
            end = np.searchsorted(self._entries, behind)
            place = np.arange(batch.start, batch.stop)
            reaches = place + 1 < end
            firsts.append(place[reaches])
            ends.append(end[reaches])
        return np.concatenate(firsts), np.concatenate(ends)

    def _similar(self, firsts: Integers, others: Integers, labels: Integers) -> Integers:
        """Return pairs a × n + b of the texts of entries that may be similar and have different labels."""
        one, other = self._entries[firsts], self._entries[others]
        near = self.sizes[self._texts(one)] <= self._most(other)
        ones, others = self._texts(one[near]), self._texts(other[near])
        apart = labels[ones] != labels[others]
        pairs = self._not_lately(ones[apart] * len(self.sizes) + others[apart])
        for bitmaps in (self._folded, self.bitmaps):
            ones, others = np.divmod(pairs, len(self.sizes))
            allowed = (1 - self.threshold) / (1 + self.threshold) * (self.sizes[ones] + self.sizes[others])
            pairs = pairs[_differing(bitmaps, ones, others) <= allowed + 1e-6]
        return _different(pairs)

    def _not_lately(self, pairs: Integers) -> Integers:
        """Return the pairs that are not remembered, and remember them, each in the place of another one."""
        places = _bucket(pairs.astype(np.uint64) * _ODD, len(self._lately))
        new = self._lately[places] != pairs
        self._lately[places[new]] = pairs[new]
        fresh: Integers = pairs[new]
        return fresh

    def _shingles(self, entries: Keys) -> Keys:
        return entries >> self._low_bits << self._low_bits

    def _texts(self, entries: Keys) -> Integers:
        ranks = (entries & _ones(self._low_bits)) >> _PLACE_BITS
        texts: Integers = self._by_size[ranks.astype(np.int64)]
        return texts

    def _most(self, entries: Keys) -> Integers:
        """Return the largest size of a similar text, if an entry is the first shingle that both share.

        Where that stands at place i of A and j of B, they share no more than |A| - i and |B| - j; similar
        texts share t (|A| + |B|) / (1 + t).
        """
        sizes = self.sizes[self._texts(entries)]
        parts = (entries & _ones(_PLACE_BITS)).astype(np.int64)
        places = parts * _prefixes(sizes, self.threshold) >> int(_PLACE_BITS)
        most = (sizes - places) * ((1 + self.threshold) / self.threshold) - sizes + 1e-6
        within: Integers = np.minimum(most, self._largest).astype(np.int64)
        return within


def _ones(bits: np.uint64) -> np.uint64:
    return (np.uint64(1) << bits) - np.uint64(1)


def _differing(bitmaps: Keys, ones: Integers, others: Integers) -> npt.NDArray[np.float32]:
    """Return in how many bits those of pairs differ."""
    bits = bitmaps.take(ones, axis=0)
    bits ^= bitmaps.take(others, axis=0)
    return np.bitwise_count(bits).astype(np.float32) @ np.ones(bits.shape[1], dtype=np.float32)


def _batches(length: int) -> Iterator[slice]:
    return (slice(start, min(start + _AT_ONCE, length)) for start in range(0, length, _AT_ONCE))


def _keys(texts: Sequence[str], counts: npt.NDArray[np.uint32]) -> tuple[Keys, Integers]:
    """Return the different shingles of each text, the rarest first, and the text's number in `texts`."""
    hashes, rows = _hashes(texts)
    often = np.minimum(counts[_bucket(hashes, len(counts))], (1 << _COUNT_BITS) - 1).astype(np.uint64)
    keys = rows.astype(np.uint64) << np.uint64(_COUNT_BITS + _HASH_BITS)
    keys |= often << np.uint64(_HASH_BITS)
    keys |= hashes >> np.uint64(64 - _HASH_BITS)
    keys = _different(keys)
    return keys, (keys >> np.uint64(_COUNT_BITS + _HASH_BITS)).astype(np.int64)


def _blocks(texts: Sequence[str]) -> Iterator[range]:
    """Yield stretches of texts, bounded in number and, a single long text aside, in characters."""
    start, characters = 0, 0
    for number, text in enumerate(texts):
        if number > start and (
            number - start == 1 << _ROW_BITS or characters + len(text) > _BLOCK_CHARACTERS
        ):
            yield range(start, number)
            start, characters = number, 0
        characters += len(text)
    if start < len(texts):
        yield range(start, len(texts))


def _hashes(texts: Sequence[str]) -> tuple[Keys, Integers]:
    """Return the 64-bit hash of every shingle of every text, and the text's number in `texts`."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    characters = joined.astype(np.uint64)
    count = max(0, len(characters) - SHINGLE + 1)
    hashes = characters[:count] * _ODD
    for place in range(1, SHINGLE - 1):
        hashes += characters[place : place + count]
        hashes *= _ODD
    hashes += characters[SHINGLE - 1 :]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(32)
    over_the_end = np.cumsum(lengths)[:, None] - np.arange(1, SHINGLE)
    within = np.ones(len(characters), dtype=np.bool_)
    within[over_the_end[over_the_end >= 0]] = False  # a shingle over the end of a text is none
    rows = np.repeat(np.arange(len(texts)), np.maximum(lengths - SHINGLE + 1, 0))
    return hashes[within[:count]], rows


def shingle_counts(texts: Sequence[str], *, bits: int | None = None) -> npt.NDArray[np.uint32]:
    """Return how often shingles occur in some of the texts, by so many leading bits of their hashes.

    Without `bits`, enough ones for the texts. Counts by equal bits add up.
    """
    if bits is None:
        bits = min(24, max(18, sum(map(len, texts)).bit_length() - 3))
    counts = np.zeros(1 << bits, dtype=np.uint32)
    some = texts[::_COUNTED]
    for block in _blocks(some):
        hashes, _ = _hashes(some[block.start : block.stop])
        buckets, often = np.unique_counts(_bucket(hashes, len(counts)))
        counts[buckets] += often.astype(np.uint32)
    return counts


def _different(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the different values, sorted, as `np.unique` does, which takes ten times as long."""
    values = np.sort(values)
    new = np.ones(len(values), dtype=np.bool_)
    new[1:] = values[1:] != values[:-1]
    return values[new]


def _bucket(hashes: Keys, buckets: int) -> Integers:
    return (hashes >> np.uint64(65 - buckets.bit_length())).astype(np.int64)


def _parities(keys: Keys, rows: Integers, count: int) -> Keys:
    """Return for each text the bits that an odd number of its shingles is hashed into."""
    bits = rows * _BITMAP + (keys & np.uint64(_BITMAP - 1)).astype(np.int64)
    odd = (np.bincount(bits, minlength=count * _BITMAP) & 1).astype(np.uint8)
    return np.packbits(odd.reshape(count, _BITMAP), axis=1).view(np.uint64)
