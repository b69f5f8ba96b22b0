"""Going on with trained components without forgetting what they knew."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.blas import single_threaded_blas
from kernel.pipeline.learn import apply_gradients, create_optimizer
from kernel.pipeline.pipe import TrainablePipe, set_dropout_rate
from kernel.pipeline.protocols import Rehearsing, Sharing
from kernel.random import generator
from kernel.text import Example, ExampleBatch

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


class RehearsingPipe(TrainablePipe):
    """A component that can rehearse: it keeps a copy of its model as a tutor.

    A subclass may give `get_rehearsal_loss`.
    """

    tutor: Any = None

    def start_rehearsal(self) -> None:
        """Keep a copy of the model; `rehearse` learns to predict what it predicts."""
        self.tutor = copy.deepcopy(self.model)
        set_dropout_rate(self.tutor, 0.0)

    def rehearse(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn to score as the tutor does: accumulate gradients, apply them if `sgd` is given.

        Returns `losses`, with this batch's loss added. Does nothing before `start_rehearsal`.
        """
        learn = self._learn_from_tutor if self.tutor is not None else lambda _: 0.0
        return self._learn(learn, examples, drop=drop, sgd=sgd, losses=losses)

    def get_rehearsal_loss(self, scores: Any, wanted: Any) -> tuple[float, Any]:
        """Return the sum of the squared differences, and the differences, as the gradient.

        scores   (N, O)   of the model
        wanted   (N, O')  of the tutor; outputs that were added since, O' to O, are left alone
        returns  () and (N, O)
        """
        n_known = wanted.shape[1]
        d_scores = scores.copy()
        d_scores[:, :n_known] -= wanted
        d_scores[:, n_known:] = 0
        return float((d_scores**2).sum()), d_scores

    def _learn_from_tutor(self, examples: ExampleBatch) -> float:
        docs = examples.predicted
        scores, backprop = self.model.begin_update(docs)
        # Not `predict`, whose scores need not be those that are learned, such as probabilities.
        wanted, _ = self.tutor.begin_update(docs)
        loss, d_scores = self.get_rehearsal_loss(scores, wanted)
        backprop(d_scores)
        return loss


def resume_training(nlp: Language, sgd: Any) -> Any:
    """Keep a copy of each model that can rehearse, as its tutor; returns the optimizer."""
    for _, component in nlp.pipeline:
        if isinstance(component, Rehearsing):
            component.start_rehearsal()
    nlp.optimizer = sgd if sgd is not None else create_optimizer(nlp)
    return nlp.optimizer


@single_threaded_blas
def rehearse(
    nlp: Language,
    examples: Iterable[Example],
    *,
    sgd: Any,
    losses: dict[str, float] | None,
    component_cfg: Mapping[str, Mapping[str, Any]] | None,
    exclude: Iterable[str],
) -> dict[str, float]:
    """Let components learn to say what their tutors say; see `Language.rehearse`."""
    losses = {} if losses is None else losses
    batch = ExampleBatch(examples)
    if not batch:
        return losses
    if sgd is None:
        sgd = nlp.optimizer = nlp.optimizer or create_optimizer(nlp)
    for name, component in nlp.pipeline:
        # What components listen to is made as it is now, and learns nothing.
        if name not in exclude and isinstance(component, Sharing):
            component.share(batch.predicted)
    able = [
        (name, component)
        for name, component in nlp.pipeline
        if name not in exclude and isinstance(component, Rehearsing)
    ]
    for place in generator().permutation(len(able)).tolist():
        name, component = able[place]
        settings = (component_cfg or {}).get(name, {})
        component.rehearse(batch, **{"sgd": None, "losses": losses, **settings})
    if sgd is not False:
        apply_gradients(able, sgd)
    return losses
