"""What users may replace in a doc by functions of their own, and its vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.text.docs import similarity

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc

Hooks = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


class HookMembers:
    """Hooks, tensor and vectors: a part of `Doc`."""

    __slots__ = ()

    _hooks: Hooks | None
    _tensor: Any

    @property
    def doc(self) -> Doc:
        """The doc itself, so that docs and spans can be used alike."""
        raise NotImplementedError

    @property
    def user_hooks(self) -> dict[str, Callable[..., Any]]:
        """Functions that replace members of the doc, by name."""
        return self._all_hooks()[0]

    @property
    def user_token_hooks(self) -> dict[str, Callable[..., Any]]:
        """Functions that replace members of its tokens, by name."""
        return self._all_hooks()[1]

    @property
    def user_span_hooks(self) -> dict[str, Callable[..., Any]]:
        """Functions that replace members of its spans, by name."""
        return self._all_hooks()[2]

    def _all_hooks(self) -> Hooks:
        if self._hooks is None:
            self._hooks = ({}, {}, {})  # type: ignore[misc]  # the slot is in Doc
        return self._hooks

    def hook(self, kind: int, name: str) -> Callable[..., Any] | None:
        """Return the user's function of a kind (0 doc, 1 token, 2 span), None if there is none."""
        return None if self._hooks is None else self._hooks[kind].get(name)

    @property
    def tensor(self) -> Any:
        """Context vectors, one row a token, as a component left them; empty if none did."""
        return np.zeros((0,), np.float32) if self._tensor is None else self._tensor

    @tensor.setter
    def tensor(self, tensor: Any) -> None:
        self._tensor = tensor

    def extend_tensor(self, tensor: Any) -> None:
        """Add columns to the tensor.

        tensor   (N, width)
        """
        self._tensor = tensor if not self.tensor.size else np.hstack((self.tensor, tensor))

    @property
    def has_vector(self) -> bool:
        """Whether there are vectors, or a tensor, to make one of the doc from."""
        return similarity.doc_has_vector(self.doc)

    @property
    def vector(self) -> Any:
        """The mean of the tokens' vectors.

        returns  (width,)
        """
        return similarity.doc_vector(self.doc)

    @property
    def vector_norm(self) -> float:
        """The L2 norm of `vector`."""
        return similarity.doc_norm(self.doc)

    def similarity(self, other: Any) -> float:
        """Return the cosine of this doc's vector and that of another doc, span or token."""
        return similarity.similarity(self, other, self.hook(0, "similarity"))
