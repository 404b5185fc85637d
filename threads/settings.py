"""Every setting: name, default, help. A setting is changed by an environment variable BTL_NAME."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threads.errors import SettingError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; its type is the type of its default."""

    name: str
    default: int | float | str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that changes it."""
        return f"BTL_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("max_input_bytes", 50_000_000, "Largest file that is read into memory, in bytes."),
    Setting("max_unpacked_bytes", 500_000_000, "Most that a compressed web archive may hold, in bytes."),
    Setting("max_unpacked_ratio", 200, "How many times its size a compressed file may unpack to."),
    Setting("max_comments", 200_000, "Most comments of one upload, and of one discussion of a larger file."),
    Setting(
        "workers",
        0,
        "Processes that read and score, as --workers; 0: every core for large inputs, else 1.",
    ),
    Setting("parse_seconds", 60.0, "Longest that the import page reads or scores one input, in seconds."),
    Setting("parse_bytes", 1_500_000_000, "Most memory that each of both may take there, in bytes."),
    Setting("max_paste_characters", 2_000_000, "Longest text that the import page takes."),
    Setting("max_comment_characters", 65_535, "How much of a comment the flag rules look at, in characters."),
    Setting("fetch_seconds", 30.0, "Longest that fetching a page from its address may take, in seconds."),
    Setting("fetch", 0, "1 lets the import page fetch a page from a public address; 0 does not."),
    Setting("mapping_folder", "mappings", "Folder of what columns of tables mean, saved under names."),
    Setting("topic_folder", "topics", "Folder of models of your own topics, learnt on the stance page."),
    Setting("delivery_file", "delivery.toml", "File of the targets that `btl deliver` tells of decisions."),
    Setting("delivery_seconds", 30.0, "Longest that telling a target of one decision may take, in seconds."),
    Setting("live_file", "live.toml", "File of who sends comments as they come, and where they are polled."),
    Setting("live_requests", 8, "Requests with comments that are worked on at once; more are told to wait."),
    Setting("database", "sqlite:///below-the-line.sqlite", "Where `btl import` and `btl serve` keep data."),
    Setting("key_file", "below-the-line.key", "File with the secret key; made where it does not exist."),
    Setting("retention_days", 0, "Days that comments are kept by `btl retain`; 0: say it with --days."),
    Setting("host", "127.0.0.1", "Address that `btl serve` listens on; without accounts loopback only."),
    Setting("port", 8050, "Port that `btl serve` listens on; 0 takes a free one."),
    Setting("public_url", "", "Address that a team opens, such as https://moderation.example.org."),
    Setting("proxies", 0, "How many reverse proxies of your own stand in front and tell who asks."),
    Setting(
        "requests_per_minute",
        30_000,
        "Most requests a minute with one API token, in each process of the server; 0: any number.",
    ),
    Setting("language", "", "Language of the dashboard, en or de; without it each browser's own."),
    Setting("log_requests", 0, "1 writes a line of JSON about each request to standard error."),
    Setting("oidc_issuer", "", "Address of the OpenID Connect provider that people may sign in with."),
    Setting("oidc_client_id", "", "What the dashboard is called there."),
    Setting("oidc_secret_file", "", "File that holds the secret that the provider gave the dashboard."),
    Setting("oidc_name_claim", "preferred_username", "The claim that gives a new account its name."),
    Setting("oidc_role_claim", "roles", "The claim that says what somebody may do."),
    Setting(
        "oidc_roles",
        "",
        "What its values mean, such as desk=moderator,lead=admin; without it new accounts are viewers'.",
    ),
    Setting(
        "reply_relation_model",
        "builtin",
        "Which model judges how a reply relates to its parent: builtin, onnx or transformers:NAME.",
    ),
    Setting(
        "stance_model",
        "builtin",
        "Which model judges stance: builtin, transformers:NAME, nli:NAME or a file that `btl topic fit` "
        "made.",
    ),
    Setting("download_models", 0, "1 lets transformers: and nli: fetch models from the Hugging Face hub."),
    Setting(
        "offensive_model",
        "builtin",
        "Which model ranks offensive language: builtin, onnx, transformers:NAME or a file that "
        "`btl train offensive --decisions` made.",
    ),
    Setting("offensive_severity", 2.0, "Sum of severities of offensive words from which it is flagged."),
    Setting("shouting_share", 0.7, "Share of capital letters from which a comment is flagged as shouting."),
    Setting("shouting_letters", 20, "Fewest letters a comment needs before shouting is judged."),
    Setting("link_limit", 2, "Number of links from which a comment is flagged."),
    *(
        Setting(f"featuring_{cue}", 1.0, f"Weight of {text} in the mean of cues for featuring a comment.")
        for cue, text in {
            "relevance": "relevance to the article",
            "thread_relevance": "relevance to the thread",
            "readability": "readability",
            "argument": "marks of argument",
            "experience": "marks of experience",
            "novelty": "novelty",
        }.items()
    ),
    Setting("repeat_characters", 30, "Shortest comment that counts as a repeat of another, in characters."),
    Setting(
        "double_review_share",
        0.05,
        "Share of decided comments that a second moderator judges too, to see how far they agree.",
    ),
)


class Settings:
    """The values in force: `settings.max_input_bytes`, one attribute for each item of SETTINGS."""

    def __init__(self, **values: int | float | str) -> None:
        known = {setting.name: setting for setting in SETTINGS}
        for name in values:
            if name not in known:
                raise SettingError(f"no setting is called {name}", remedy=f"Known: {', '.join(known)}")
        self._values = {s.name: _converted(s, values.get(s.name, s.default)) for s in SETTINGS}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return self._values[name]

    def replace(self, **values: int | float | str) -> Settings:
        """Return the same settings with some values changed."""
        return Settings(**{**self._values, **values})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the defaults, changed by the BTL_… variables of `environment`.

        Raises
        ------
        SettingError
            A variable does not hold a value of the setting's type.
        """
        environment = os.environ if environment is None else environment
        return cls(**{s.name: environment[s.variable] for s in SETTINGS if s.variable in environment})


def _converted(setting: Setting, value: int | float | str) -> int | float | str:
    try:
        converted = type(setting.default)(value)
        if isinstance(converted, float) and not 0 <= converted < math.inf:
            raise ValueError
        return converted
    except (ValueError, OverflowError):
        raise SettingError(
            f"{value!r} is not {'a whole' if isinstance(setting.default, int) else 'a positive'} number",
            source=setting.variable,
            remedy=f"{setting.help} The default is {setting.default}",
        ) from None
