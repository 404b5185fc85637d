"""The README cannot rot: it names every item of every registry and the commands as they are."""

import re
from pathlib import Path

import click
import pytest

from dashboard.pages import PAGES
from threads.cli import main
from threads.commands.models import TRAINED
from threads.delivery import DELIVERY_PLATFORMS
from threads.moderation.decisions import REASONS
from threads.moderation.rules import RULES
from threads.parse import FORMATS
from threads.scores import SCORES, score_columns
from threads.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = {match.group(1) for match in re.finditer(r"^\| `([^`]+)`", README, re.MULTILINE)}


@pytest.mark.parametrize("name", [item.name for item in FORMATS])
def test_every_format_has_a_row(name):
    assert name in ROWS


@pytest.mark.parametrize("name", [item.name for item in SCORES])
def test_every_score_has_a_row_with_its_columns(name):
    scores = README.split("\n## Scores\n")[1].split("\n## ")[0]  # a rule may be called like a score
    (row,) = [line for line in scores.splitlines() if line.startswith(f"| `{name}`")]
    (item,) = [item for item in SCORES if item.name == name]
    for column in item.columns:
        assert f"`{column.name}`" in row, column.name


@pytest.mark.parametrize("name", [item.name for item in RULES])
def test_every_rule_has_a_row(name):
    assert name in ROWS


@pytest.mark.parametrize("platform", DELIVERY_PLATFORMS, ids=lambda platform: platform.name)
def test_every_platform_that_decisions_go_to_has_a_row(platform):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{platform.name}`")]
    assert platform.help in row


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_has_a_row_with_its_default(setting):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{setting.variable}`")]
    assert str(setting.default) in row
    assert setting.help in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_every_page_has_a_row(page):
    assert page.path in ROWS


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_a_row_with_its_help(name):
    command = main.commands[name]
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `btl {name}")]
    assert command.get_short_help_str(200).rstrip(".") in row
    assert isinstance(command, click.Command)


@pytest.mark.parametrize("name", TRAINED)
def test_every_model_that_can_be_trained_is_named_with_the_command(name):
    (row,) = [line for line in README.splitlines() if line.startswith("| `btl train`")]
    assert f"`{name}`" in row
    assert name in main.commands["train"].help


def test_the_csv_excerpt_has_the_columns_of_today():
    header = next(line for line in README.splitlines() if line.startswith("thread_id,"))
    known = {column.name for column in score_columns()}
    assert known <= set(header.split(","))


def test_what_the_readme_links_to_is_there():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_make_target_named_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)`", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_reasons_of_rejections_are_in_the_readme():
    named = README.split("Rejections carry one of these reasons", 1)[1].split("\n\n", 1)[0]
    assert re.findall("`([a-z_]+)`", named) == list(REASONS)
