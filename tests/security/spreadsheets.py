"""Cells: what is written reads back equal, and LibreOffice finds no formula in any export."""

import csv
import io
import math
import random
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from tests.security import hostile_store
from tests.security.exports import exports
from tests.security.payloads import FORMULAS
from tests.security.rows import Lab, NotTriedError, Row, Tally
from threads.frames import typed
from threads.moderation.decisions import Action
from threads.records import Column
from threads.storage import Store
from threads.storage.csv_files import read_csv, write_csv

COLUMNS = (
    Column("text", "text", ""),
    Column("other", "text", ""),
    Column("count", "integer", ""),
    Column("share", "number", ""),
    Column("at", "time", ""),
)
ROWS_A_TABLE = 50
SEED = 20_240_603
_ODD = "=+-@|%'\t\r\n;,\"＝＋－＠\x00\x1a\ud800\udfff\ufeff\u2028\x85 0DNAnul"
_WORDS = ("NA", "null", "NaN", "", "None", "1e5", "2024-05-18", "True", *FORMULAS)


def round_trips(lab: Lab) -> Tally:
    """Write and read generated rows in both modes; the table written again must have the same bytes."""
    rng, wanted = random.Random(SEED), lab.size(20_000, 1_000)
    tally = Tally(
        f"{wanted:,} generated rows of texts, numbers and times, safe and raw, read and written again"
    )
    for start in range(0, wanted, ROWS_A_TABLE):
        frame = _table([_row(rng) for _ in range(ROWS_A_TABLE)])
        mode = "raw" if start // ROWS_A_TABLE % 2 else "safe"
        content = _written(frame, mode)
        back = read_csv(content, COLUMNS)
        same = _written(back, mode).encode() == content.encode()
        for place in range(ROWS_A_TABLE):
            before, after = _cells(frame, place), _cells(back, place)
            tally.hold(same and before == after, f"{mode}: {before!r} came back as {after!r}")
    return tally


def formulas(lab: Lab) -> Tally:
    """Let LibreOffice open every export, cut at commas and at semicolons, and count the formulas."""
    office = shutil.which("soffice")
    if office is None:
        raise NotTriedError("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")
    tally, files = Tally(), _exported(lab)
    control = lab.folder / "control.csv"
    control.write_text('"=1+1","x"\r\n', encoding="utf-8")
    for separator in ",;":
        found = _formulas(office, [control, *files], separator, lab.folder)
        tally.hold(
            found[control.stem] != [], f"{separator}: LibreOffice shows no formula in the control either"
        )
        for file in files:
            shown = found[file.stem]
            tally.hold(not shown, f"{file.name} cut at {separator!r}: {shown[:3]}")
    tally.tried = (
        f"{len(FORMULAS)} formulas in every field of {', '.join(file.name for file in files)}, "
        "opened in LibreOffice with , and ; beside a control whose formula it must show"
    )
    return tally


def _exported(lab: Lab) -> list[Path]:
    def written(number: int, field: str) -> str:
        text = FORMULAS[number] + (f" {number}" if field in {"comment_id", "author_id"} else "")
        return hostile_store.whole(text) if field == "comment_id" else text

    with Store.open(lab.sqlite("formulas")) as store:
        numbers = range(len(FORMULAS))
        thread = hostile_store.discussion("t", numbers, written)
        hostile_store.fill(store, (thread,), written, len(FORMULAS))
        store.decide([_rejection(number, written) for number in numbers[::2]])
        files = []
        for name, content in exports(store, "csv", lab.folder / "key"):
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
            assert len(rows) > 1, f"{name} holds nothing"
            files.append(lab.folder / name)
            files[-1].write_bytes(content)
    return files


def _rejection(number: int, written: hostile_store.Written) -> Action:
    return Action(
        key=f"key {number}",
        thread_id="t",
        comment_id=hostile_store.whole(written(number, "comment_id")),
        action="reject",
        reason="spam",
        note=written(number, "note"),
        actor="anna",
        expected_version=0,
    )


def _formulas(office: str, files: list[Path], separator: str, folder: Path) -> dict[str, list[str]]:
    """Return the formulas that LibreOffice sees in each file, opened as a user in a hurry would open it."""
    out = folder / f"opened-{ord(separator)}"
    # Separator, quotation mark, UTF-8, from row 1; quoted cells are looked at for numbers and formulas too.
    import_filter = f"CSV:{ord(separator)},34,76,1,,0,false,true,false,false,false,true"
    subprocess.run(
        [
            office,
            "--headless",
            f"-env:UserInstallation=file://{folder / 'office'}",
            f"--infilter={import_filter}",
            "--convert-to",
            "fods",
            "--outdir",
            str(out),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {
        file.stem: re.findall(r'table:formula="([^"]*)"', (out / f"{file.stem}.fods").read_text("utf-8"))
        for file in files
    }


def _row(rng: random.Random) -> list[object]:
    return [
        _text(rng),
        _text(rng),
        rng.choice([None, rng.randint(-(2**63), 2**63 - 1), 0]),
        rng.choice([None, rng.uniform(-1e9, 1e9), 5e-324, math.inf, -0.0, rng.random()]),
        rng.choice(
            [None, datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=rng.randint(-(10**15), 10**16))]
        ),
    ]


def _text(rng: random.Random) -> str | None:
    kind = rng.random()
    if kind < 0.05:
        return None
    if kind < 0.2:
        return rng.choice(_WORDS)
    alphabet = _ODD if kind < 0.6 else None
    return "".join(
        rng.choice(alphabet) if alphabet and rng.random() < 0.8 else chr(rng.randrange(0x110000))
        for _ in range(rng.randint(0, 30))
    )


def _table(rows: list[list[object]]) -> pd.DataFrame:
    return typed(pd.DataFrame(rows, columns=[column.name for column in COLUMNS], dtype=object), COLUMNS)


def _written(frame: pd.DataFrame, mode: str) -> str:
    file = io.StringIO(newline="")
    write_csv(frame, file, mode)  # type: ignore[arg-type]
    return file.getvalue()


def _cells(frame: pd.DataFrame, place: int) -> list[str | None]:
    return [None if pd.isna(value) else repr(value) for value in frame.iloc[place]]


ROUND_TRIPS = Row("round-trips", "CSV reads back byte for byte", round_trips)
FORMULAS_ROW = Row("formulas", "No spreadsheet runs a cell", formulas)
