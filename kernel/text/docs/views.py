"""Descriptors that read an annotation of a token from its doc's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, overload

from kernel.text.vocab.views import RowView

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.words.column import Column


class TokenView(RowView, Protocol):
    """Something that stands for one token."""

    @property
    def doc(self) -> Doc:
        """The doc."""
        ...

    @property
    def i(self) -> int:
        """The position."""
        ...


class ColumnId:
    """An annotation of a token as a number; setting it sets the doc's column."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__doc__ = f"`{name}`, as a number; 0 if unset."

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: TokenView, owner: Any = None) -> int: ...
    def __get__(self, view: TokenView | None, owner: Any = None) -> int | Self:
        if view is None:
            return self
        column = view.doc.annotations.get(self.name)
        return 0 if column is None else column.item(view.i)

    def __set__(self, view: TokenView, value: int) -> None:
        view.doc.ensure_column(self.name)[view.i] = value


class ColumnNumber:
    """A number that a token has; setting it sets the doc's column."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.__doc__ = f"`{column.name}`, a number; {column.unset} if unset."

    def __get__(self, view: TokenView | None, owner: Any = None) -> Any:
        return self if view is None else view.doc.column(self.column.name).item(view.i)

    def __set__(self, view: TokenView, value: float) -> None:
        view.doc.ensure_column(self.column.name)[view.i] = value


class ColumnToken:
    """A token that another one refers to; setting it, or its index, sets the doc's column."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__doc__ = f"`{name}`, a token; the token itself if unset."

    def __get__(self, view: TokenView | None, owner: Any = None) -> Any:
        return self if view is None else view.doc[view.doc.column(self.name).item(view.i)]

    def __set__(self, view: TokenView, value: TokenView | int) -> None:
        target = value if isinstance(value, int) else value.i
        # Raises for an index outside of the doc.
        view.doc.ensure_column(self.name)[view.i] = view.doc[target].i


class ColumnString:
    """An annotation of a token as a string; setting it sets the doc's column."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__doc__ = f"`{name}`, as a string; empty if unset."

    @overload
    def __get__(self, view: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, view: TokenView, owner: Any = None) -> str: ...
    def __get__(self, view: TokenView | None, owner: Any = None) -> str | Self:
        if view is None:
            return self
        column = view.doc.annotations.get(self.name)
        return "" if column is None else view.doc.vocab.strings[column.item(view.i)]

    def __set__(self, view: TokenView, value: str) -> None:
        view.doc.ensure_column(self.name)[view.i] = view.doc.add_string(self.name, value)
