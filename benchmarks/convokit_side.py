"""What ConvoKit itself does with a corpus. Run by an interpreter that has ConvoKit 5, without this project.

python convokit_side.py load FOLDER [DUMP]    prints what it understood, a line of JSON an utterance
python convokit_side.py time-load FOLDER      prints seconds of processor time and peak memory
python convokit_side.py time-build ROWS OUT   builds a corpus of rows as in utterances.jsonl, and dumps it
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def load(folder: str, dump: str | None = None) -> None:
    """Print every utterance as ConvoKit holds it; check each conversation's tree; dump the corpus."""
    from convokit import Corpus

    corpus = Corpus(filename=folder)
    for conversation in corpus.iter_conversations():
        whole = conversation.check_integrity(verbose=False)
        print(json.dumps({"conversation": conversation.id, "whole": whole, "meta": dict(conversation.meta)}))
    for utterance in corpus.iter_utterances():
        print(
            json.dumps(
                {
                    "id": utterance.id,
                    "speaker": utterance.speaker.id,
                    "speaker_meta": dict(utterance.speaker.meta),
                    "conversation_id": utterance.conversation_id,
                    "reply-to": utterance.reply_to,
                    "timestamp": utterance.timestamp,
                    "text": utterance.text,
                    "meta": {key: value for key, value in utterance.meta.items() if value is not None},
                }
            )
        )
    if dump is not None:
        path = Path(dump)
        corpus.dump(path.name, base_path=str(path.parent))


def time_load(folder: str) -> None:
    """Load a corpus and say what it took."""
    from convokit import Corpus

    with measured():
        corpus = Corpus(filename=folder)
    if not corpus.utterances:
        sys.exit("nothing was loaded")


def time_build(rows: str, out: str) -> None:
    """Make a corpus of rows, count the words of each utterance, and dump it; say what it took."""
    from convokit import Corpus, Speaker, Utterance

    with Path(rows).open(encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    with measured():
        speakers = {item["speaker"]: Speaker(id=item["speaker"]) for item in items}
        corpus = Corpus(
            utterances=[
                Utterance(
                    id=item["id"],
                    speaker=speakers[item["speaker"]],
                    conversation_id=item["conversation_id"],
                    reply_to=item["reply-to"],
                    timestamp=item["timestamp"],
                    text=item["text"],
                    meta={**item["meta"], "words": len(item["text"].split())},
                )
                for item in items
            ]
        )
        path = Path(out)
        corpus.dump(path.name, base_path=str(path.parent))


@contextmanager
def measured() -> Iterator[None]:
    """Print seconds of processor time, peak memory, and how much it grew, while something is done (Linux)."""
    before = _size("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    begun = time.process_time()
    yield
    seconds, peak = time.process_time() - begun, _size("VmHWM")
    print(json.dumps({"seconds": seconds, "peak": peak, "growth": peak - before}))


def _size(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+(\d+)", status)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    command = {"load": load, "time-load": time_load, "time-build": time_build}[sys.argv[1]]
    command(*sys.argv[2:])
