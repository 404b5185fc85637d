"""How a command starts: without importing what it does not need."""

import subprocess
import sys

import pytest

from threads.samples import sample_folder

PAGE = str(sample_folder() / "siberia_pipeline" / "thread.txt")
SERVES = {"dash", "flask", "plotly"}
STORES = {"alembic", "psycopg", "sqlalchemy"}
SCORES = {"onnxruntime", "scipy", "sklearn", "torch", "transformers", "vaderSentiment"}
READS_OTHERS = {"openpyxl", "trafilatura", "urllib3", "warcio"}
FRAMES = {"pandas", "pyarrow"}
EVER = FRAMES | {"lxml", "numpy", "orjson", "regex", "selectolax"}

# Prints the packages that are loaded in the end, as the last line.
PROGRAM = """
import sys
from threads.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--help"], SERVES | STORES | SCORES | READS_OTHERS | EVER),
        (["parse", PAGE, "--json", "-"], SERVES | STORES | SCORES | READS_OTHERS | FRAMES),
    ],
    ids=["help", "parse"],
)
def test_a_command_imports_nothing_that_it_does_not_need(arguments, needless):
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"click", "threads"} <= loaded
    assert loaded & needless == set()
