"""HTML elements for pages that have thousands: Dash's own, without a look at each property of each.

A page of the queue has 2,400 elements. Dash checks every property of every one when it is made, and asks for
all that it might have when it is written, which took half of the time of the page; here names that are used
together are checked once. What no callback knows of is sent as one component (`static`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import dash
from dash.development.base_component import Component

Tree: TypeAlias = Any
"""An element as a list of its kind, its properties and what is in it; or a text, a number, None."""


class Element(Component):
    """An element of `dash.html` that holds nothing but the properties it was given."""

    def __init__(self, *children: Any, **properties: Any) -> None:
        _checked(self._type, *properties)
        if children:
            (properties["children"],) = children
        self.__dict__ = properties

    def __repr__(self) -> str:
        return f"{self._type}({self.__dict__})"

    def to_plotly_json(self) -> dict[str, Any]:
        """Return what the browser makes the element of."""
        return {"type": self._type, "namespace": self._namespace, "props": self.__dict__}


class Static(Component):
    """A tree of elements as one component of the browser, which assets/static.js draws.

    Dash watches each component, and asks every one at each change of any other.
    """

    _type, _namespace = "Static", "btl_components"

    def __init__(self, tree: Tree) -> None:
        self.__dict__ = {"tree": tree}

    def to_plotly_json(self) -> dict[str, Any]:
        """Return what the browser makes the component of."""
        return {"type": self._type, "namespace": self._namespace, "props": self.__dict__}


def static(element: Component) -> Component:
    """Return an element, with all that is in it, as one component: for what no callback asks for or changes.

    TypeError where it is or holds something else than HTML and links within the dashboard.
    """
    return Static(_tree(element))


def _tree(part: Any) -> Tree:
    """Return an element as [its kind, its properties, child …], what is none as it is."""
    kind = getattr(part, "_type", None)
    if kind is None:
        return part
    if kind != "Link" and part._namespace != "dash_html_components":
        raise TypeError(f"{kind} cannot be static: only html and dcc.Link can")
    properties = dict(part.to_plotly_json()["props"])
    children = properties.pop("children", None)
    within = children if isinstance(children, (list, tuple)) else [children]
    return [kind, properties, *map(_tree, within)]


class _Html:
    """`dash.html` under the same names: `html.Span("text", className="muted")`."""

    def __getattr__(self, tag: str) -> Callable[..., Component]:
        # Dash keeps a list of the components of modules, in which these are not to stand a second time.
        kind: type[Element] = type(tag, (Element, getattr(dash.html, tag)), {"__module__": "builtins"})
        setattr(self, tag, kind)
        return kind


@cache
def _checked(tag: str, *names: str) -> None:
    """Check a set of names once, by making Dash's own element: TypeError where it has no such property."""
    getattr(dash.html, tag)(**dict.fromkeys(names, ""))


html = _Html()
