"""What an operation of the API is: one declaration that checks its requests and writes its documentation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field

from dashboard.security.problems import API
from threads.moderation.roles import Permission, Scope

Method = Literal["GET", "POST"]
_F = TypeVar("_F", bound=Callable[..., Any])

MOST_COMMENTS: Final = 1_000
MOST_ON_A_PAGE: Final = 500
LONGEST_TEXT: Final = 65_535  # characters
LONGEST_LINE: Final = 2_000

STRICT: Final = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
Id = Annotated[str, Field(min_length=1, max_length=1_000)]
Line = Annotated[str, Field(max_length=LONGEST_LINE)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A moment as it is answered: ISO 8601, in UTC."""
Limit = Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE, description="Most items of the answer.")]
Cursor = Annotated[
    str | None, Field(max_length=4_000, description="`next` of the page before; none for the first.")
]


class Request(BaseModel):
    """What is sent: nothing besides what is declared, and each of the type that is declared."""

    model_config = STRICT


class Nothing(Request):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: what it says, the status, and headers beside those that every answer has."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """An address with a method. `answers` are the types of what it says, by status.

    `run` takes the context, and by name the parts of the path, and `query` and `body` where there are any.
    `media` are the types of a file, which `run` streams.
    """

    method: Method
    path: str
    permission: Permission
    scope: Scope
    run: Callable[..., Any]
    answers: Mapping[int, Any]
    query: Any
    body: Any
    statuses: tuple[int, ...]
    media: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called, uniquely."""
        return self.run.__name__

    @property
    def help(self) -> str:
        """What it does."""
        return self.run.__doc__ or ""

    @property
    def parts(self) -> list[str]:
        """The names of what varies in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def rule(self) -> str:
        """The path as Flask has it."""
        return API.rstrip("/") + re.sub(r"{(\w+)}", r"<id:\1>", self.path)


def operation(
    method: Method,
    path: str,
    *,
    permission: Permission,
    scope: Scope,
    answers: Mapping[int, Any],
    statuses: tuple[int, ...] = (),
    media: tuple[str, ...] = (),
) -> Callable[[_F], _F]:
    """Declare the function under it as an operation: parameters `query` and `body` are of the types named.

    `statuses` are those of problems that it answers beside the common ones.
    """

    def declare(run: _F) -> _F:
        hints = get_type_hints(run, include_extras=True)
        run.__dict__["operation"] = Operation(
            method=method,
            path=path,
            permission=permission,
            scope=scope,
            run=run,
            answers=answers,
            query=hints.get("query", Nothing),
            body=hints.get("body"),
            statuses=statuses,
            media=media,
        )
        return run

    return declare


def declared(*functions: Callable[..., Any]) -> tuple[Operation, ...]:
    """Return the operations that functions were declared as."""
    return tuple(function.__dict__["operation"] for function in functions)
