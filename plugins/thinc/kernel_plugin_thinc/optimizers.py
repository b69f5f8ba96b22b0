"""Adam, RAdam and SGD with Thinc's arguments; they work in place and can be resumed."""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from thinc.api import get_current_ops

from kernel.errors import ArgumentError, CheckpointError
from kernel.ops import (
    Floats,
    Ints,
    RowGradient,
    array_module,
    as_numpy,
    check_finite,
    default_ops,
    stored_param,
)
from kernel_plugin_thinc import updates
from kernel_plugin_thinc.arena import Arena
from kernel_plugin_thinc.deferred import DeferredRows, check_pending
from kernel_plugin_thinc.schedules import Schedule, as_schedule

Key: TypeAlias = tuple[int, str]
# Node, name, and gradient: an array, or a `RowGradient`.
Parameter: TypeAlias = tuple[Any, str, Any]
# A number, an iterator with one per step, or a schedule.
FloatOrSchedule: TypeAlias = float | list[float] | Iterable[float]

_MOMENTS: Final = {"adam": 2, "radam": 2, "sgd": 0}
_UPDATES: Final = {"adam": updates.adam, "radam": updates.radam, "sgd": updates.sgd}
_STEP_KEY: Final = "schedule_step"
# More steps than a run can have.
_MAX_COUNT: Final = 2**31
_UNIT_SCALES: Final = (1.0, 1.0)


def Adam(  # noqa: N802 — the name that configs have
    learn_rate: FloatOrSchedule = 0.001,
    *,
    L2: FloatOrSchedule = 0.0,  # noqa: N803
    beta1: FloatOrSchedule = 0.9,
    beta2: FloatOrSchedule = 0.999,
    eps: FloatOrSchedule = 1e-8,
    grad_clip: FloatOrSchedule = 1.0,
    L2_is_weight_decay: bool = True,  # noqa: N803
    use_averages: bool = True,
    learn_rates: dict[str, FloatOrSchedule] = {},  # noqa: B006 — never changed
) -> Optimizer:
    """Create the Adam optimizer (Kingma and Ba, 2015).

    learn_rate          the learning rate; a number or a schedule
    L2                  coefficient of the L2 penalty on the weights
    L2_is_weight_decay  subtract the penalty from the weights instead of adding it to the gradient
    beta1               decay of the first moment, the mean of the gradients
    beta2               decay of the second moment, the mean of their squares
    eps                 added to the denominator, against division by zero
    grad_clip           maximum norm of a parameter's gradient; 0: no limit
    use_averages        keep a moving average of the weights, for evaluation
    learn_rates         learning rates of single components by name, instead of `learn_rate`
    """
    return Optimizer(
        "adam",
        learn_rate=learn_rate,
        b1=beta1,
        b2=beta2,
        eps=eps,
        L2=L2,
        grad_clip=grad_clip,
        L2_is_weight_decay=L2_is_weight_decay,
        use_averages=use_averages,
        learn_rates=learn_rates,
    )


def RAdam(  # noqa: N802 — the name that configs have
    learn_rate: FloatOrSchedule = 0.001,
    *,
    beta1: FloatOrSchedule = 0.9,
    beta2: FloatOrSchedule = 0.999,
    eps: FloatOrSchedule = 1e-8,
    L2: FloatOrSchedule = 0.0,  # noqa: N803
    L2_is_weight_decay: bool = True,  # noqa: N803
    grad_clip: FloatOrSchedule = 1.0,
    use_averages: bool = True,
    learn_rates: dict[str, FloatOrSchedule] = {},  # noqa: B006 — never changed
) -> Optimizer:
    """Create the RAdam optimizer (Liu et al., 2020); its arguments are those of Adam."""
    return Optimizer(
        "radam",
        learn_rate=learn_rate,
        b1=beta1,
        b2=beta2,
        eps=eps,
        L2=L2,
        grad_clip=grad_clip,
        L2_is_weight_decay=L2_is_weight_decay,
        use_averages=use_averages,
        learn_rates=learn_rates,
    )


def SGD(  # noqa: N802 — the name that configs have
    learn_rate: FloatOrSchedule,
    *,
    L2: FloatOrSchedule = 0.0,  # noqa: N803
    grad_clip: FloatOrSchedule = 1.0,
    L2_is_weight_decay: bool = True,  # noqa: N803
    use_averages: bool = True,
    learn_rates: dict[str, FloatOrSchedule] = {},  # noqa: B006 — never changed
) -> Optimizer:
    """Create stochastic gradient descent; its arguments are those of Adam."""
    return Optimizer(
        "sgd",
        learn_rate=learn_rate,
        b1=0.0,
        b2=0.0,
        eps=0.0,
        L2=L2,
        grad_clip=grad_clip,
        L2_is_weight_decay=L2_is_weight_decay,
        use_averages=use_averages,
        learn_rates=learn_rates,
    )


class Optimizer:
    """Updates weights by their gradients: all parameters of a model, or a single one.

    The state of a parameter is stored under its key, (node id, name). Node ids differ between
    processes, so `state` and `load_state` use names given by the caller.
    """

    learn_rate: float
    b1: float
    b2: float
    eps: float
    L2: float
    grad_clip: float

    def __init__(
        self,
        method: Literal["adam", "radam", "sgd"],
        *,
        L2_is_weight_decay: bool,  # noqa: N803
        use_averages: bool,
        learn_rates: Mapping[str, FloatOrSchedule],
        **values: FloatOrSchedule,
    ) -> None:
        self.method: Final = method
        self.L2_is_weight_decay: Final = L2_is_weight_decay
        self.schedules: Final[dict[str, Schedule]] = {}
        self.moments: Final[dict[Key, list[Floats]]] = {}
        self._averages: Final[dict[Key, Floats] | None] = {} if use_averages else None
        self._tables: Final[dict[Key, DeferredRows]] = {}
        self._arenas: Final[dict[int, list[Arena]]] = {}  # by the id of the model
        self._arena_of: Final[dict[Key, int]] = {}
        self._apart: Final[set[Key]] = set()  # parameters that cannot be in an arena
        self._scale_of: Final[dict[Key, tuple[float, float]]] = {}  # see `Step.scales`
        # Step, steps of rows, and factors of tables whose weights are not known yet.
        self._loaded: Final[dict[Key, tuple[int, Ints, Floats]]] = {}
        self.nr_update: Final[defaultdict[Key, int]] = defaultdict(int)
        self._schedule_step = 0
        for name, value in values.items():
            if not isinstance(value, (int, float)):
                self.schedules[name] = as_schedule(value)
            setattr(self, name, self._value(name, value))
        self.learn_rates: Final = {
            name: _rate_schedule(name, value) for name, value in learn_rates.items()
        }
        _check_rate("`learn_rate`", self.learn_rate)
        if method != "sgd" and not (self.b1 > 0 and self.b2 > 0):
            raise ArgumentError(
                f"`beta1` and `beta2` must be above 0, got {self.b1!r} and {self.b2!r}",
                hint="`SGD.v1` does without moments",
            )
        is_steady = method != "sgd" and self.schedules.keys().isdisjoint({"b1", "b2"})
        self._scales = (1 - self.b1, 1 - self.b2) if is_steady else _UNIT_SCALES

    def for_component(self, name: str) -> Optimizer:
        """Return the optimizer for the next step of a component, with its own learning rate.

        It shares all state with this one, which still advances the schedules.
        """
        if name not in self.learn_rates:
            return self
        own = copy.copy(self)
        own.learn_rate = self.learn_rates[name](self._schedule_step)
        return own

    def step_schedules(self) -> None:
        """Advance all schedules to their next value."""
        self._schedule_step += 1
        self._read_schedules()

    def __call__(
        self, key: Key, weights: Floats, gradient: Any, *, lr_scale: float = 1.0
    ) -> tuple[Floats, Any]:
        """Update a parameter in place.

        key       (node id, name)
        weights   any shape
        gradient  the same shape, set to zero; a `RowGradient` if `takes_rows`
        lr_scale  factor of the learning rate
        returns   `weights` and `gradient`
        """
        if weights.size < 1:
            return weights, gradient
        if key in self._arena_of:
            self._dissolve(self._arena_of[key])
        self.nr_update[key] += 1
        step = self._step(self.nr_update[key], lr_scale)
        if isinstance(gradient, RowGradient):
            self._update_rows(step, key, weights, gradient)
            return weights, gradient
        if key in self._tables:
            self._tables.pop(key).flush()
        moments, average = self._arrays(key, weights, self._scales)
        w, g = _flat(weights), _flat(gradient)
        if self.L2 and not self.L2_is_weight_decay:
            g += self.L2 * w
        flat = [_flat(array) for array in moments]
        flat_average = None if average is None else _flat(average)
        clip = updates.clip_factor(g, step.threshold)
        updates.apply(_UPDATES[self.method](step), step, w, g, flat, flat_average, clip=clip)
        return _write_back(weights, w), _write_back(gradient, g)

    def _step(self, count: int, lr_scale: float = 1.0) -> updates.Step:
        return updates.Step(
            count=count,
            rate=self.learn_rate * lr_scale,
            b1=self.b1,
            b2=self.b2,
            eps=self.eps,
            threshold=self.grad_clip,
            decay=self.L2 if self.L2_is_weight_decay else 0.0,
            scales=self._scales,
        )

    # Models: dense parameters are updated together

    def update_model(self, model: Any, found: Sequence[Parameter]) -> None:
        """Update all parameters of a model in place.

        found  (node, name, gradient) of each parameter; the gradient is an array or a `RowGradient`

        Raises `NonFiniteGradientError` for a gradient that is not finite, before any change.
        """
        dense, others = self._sorted(model.id, found)
        arenas = self._arenas_for(model.id, dense)
        squares = [arena.squares() for arena in arenas]
        check_finite(others)
        if not math.isfinite(sum(map(sum, squares))):
            check_finite(dense)
        for arena, own in zip(arenas, squares, strict=True):
            self._update_arena(arena, own)
        for node, name, gradient in others:
            self._update_one(node, name, gradient)

    def _sorted(
        self, owner: int, found: Sequence[Parameter]
    ) -> tuple[list[Parameter], list[Parameter]]:
        """Separate parameters that can be in an arena from others, such as tables."""
        dense: list[Parameter] = []
        others: list[Parameter] = []
        for node, name, gradient in found:
            key = node.id, name
            if self._arena_of.get(key, owner) != owner:  # two models share the node
                self._apart.add(key)
            is_apart = isinstance(gradient, RowGradient) or key in self._apart
            (others if is_apart or key in self._tables else dense).append((node, name, gradient))
        return dense, others

    def _arenas_for(self, owner: int, dense: Sequence[Parameter]) -> list[Arena]:
        """Return the arenas of a model's parameters; make new ones if a parameter was replaced."""
        arenas = self._arenas.get(owner, [])
        if sum(len(arena.entries) for arena in arenas) != len(dense) or not all(
            any(arena.holds(*parameter) for arena in arenas) for parameter in dense
        ):
            self._dissolve(owner)
            arenas = self._arenas[owner] = [
                self._make_arena(owner, list(group)) for group in self._alike(dense)
            ]
        return arenas

    def _alike(self, dense: Sequence[Parameter]) -> Iterable[list[Parameter]]:
        """Group parameters by their step and their kind of array."""
        groups: defaultdict[Any, list[Parameter]] = defaultdict(list)
        for node, name, gradient in dense:
            kind = self.nr_update[node.id, name], gradient.dtype, array_module(gradient)
            groups[kind].append((node, name, gradient))
        return groups.values()

    def _make_arena(self, owner: int, dense: Sequence[Parameter]) -> Arena:
        arena = Arena(
            [(node, name) for node, name, _ in dense],
            n_moments=_MOMENTS[self.method],
            has_averages=self._averages is not None,
        )
        for entry in arena.entries:
            key = entry.key
            moments, average = self._arrays(key, entry.weights, self._scales)
            for own, moment in zip(entry.moments, moments, strict=True):
                own[...] = moment
            self.moments[key] = entry.moments
            if self._averages is not None and entry.average is not None:
                entry.average[...] = average
                self._averages[key] = entry.average
            self._arena_of[key] = owner
            if not entry.is_moved_in:  # its node keeps arrays of its own
                self._apart.add(key)
        return arena

    def _dissolve(self, owner: int) -> None:
        """Give the parameters of a model separate moments and averages again."""
        for entry in [entry for arena in self._arenas.pop(owner, []) for entry in arena.entries]:
            key = entry.key
            del self._arena_of[key]
            self.moments[key] = [moment.copy() for moment in entry.moments]
            if self._averages is not None and entry.average is not None:
                self._averages[key] = entry.average.copy()

    def _update_arena(self, arena: Arena, squares: Sequence[float]) -> None:
        count = self.nr_update[arena.entries[0].key] + 1
        for entry in arena.entries:
            self.nr_update[entry.key] = count
        step = self._step(count)
        if self.L2 and not self.L2_is_weight_decay:
            arena.gradients += self.L2 * arena.weights
            squares = arena.squares()
        arena.clip(squares, step.threshold)
        flat = arena.weights, arena.gradients, arena.moments, arena.average
        updates.apply(_UPDATES[self.method](step), step, *flat)
        arena.mark_changed()

    def _update_one(self, node: Any, name: str, gradient: Any) -> None:
        key = node.id, name
        if isinstance(gradient, RowGradient) and self.takes_rows:
            if gradient.pending is not self.pending_updates(key, stored_param(node, name)):
                node.get_param(name)  # flushes pending updates of another optimizer
            param, _ = self(key, stored_param(node, name), gradient)
        else:
            whole = gradient.whole() if isinstance(gradient, RowGradient) else gradient
            param, _ = self(key, node.get_param(name), whole)
        node.set_param(name, param)

    # Tables: updates of rows are deferred until they are read

    @property
    def takes_rows(self) -> bool:
        """Whether a gradient may be a `RowGradient`."""
        is_steady = self.schedules.keys().isdisjoint({"b1", "b2", "eps"})
        return self.method == "adam" and is_steady and (self.L2_is_weight_decay or not self.L2)

    def pending_updates(self, key: Key, weights: Floats) -> DeferredRows | None:
        """Return the pending updates of the rows of `weights`; None if there are none."""
        if key in self._loaded:
            count, up_to, factors = self._loaded.pop(key)
            table = self._tables[key] = self._new_table(key, weights, count)
            table.up_to, table.factors = up_to, factors
        return self._tables.get(key)

    def _update_rows(
        self, step: updates.Step, key: Key, weights: Floats, gradient: RowGradient
    ) -> None:
        table = self.pending_updates(key, weights)
        if table is None:
            table = self._tables[key] = self._new_table(key, weights, step.count - 1)
        table.weights = weights
        table.update(step, *gradient.touched(default_ops()))
        gradient.clear()
        gradient.pending = table

    def _new_table(self, key: Key, weights: Floats, count: int) -> DeferredRows:
        moments, average = self._arrays(key, weights, _UNIT_SCALES)
        betas = self.b1, self.b2
        return DeferredRows(weights, moments, average, betas=betas, eps=self.eps, count=count)

    # Storage

    @property
    def averages(self) -> dict[Key, Floats] | None:
        """The moving averages of the weights, or None if there are none."""
        for table in self._tables.values():
            table.flush()
        return self._averages

    @property
    def _moment_names(self) -> list[str]:
        return [f"moment{number}" for number in range(1, _MOMENTS[self.method] + 1)]

    def state(self, names: Mapping[Key, str]) -> dict[str, Any]:
        """Return the complete state for resuming, as numbers and arrays on the host.

        names    a name for each parameter's key that is the same in every process

        Moments are divided by `moment_scales`, if the state has it. Tables are stored with their
        updates pending; the matching weights are those that `kernel.ops.stored_param` returns.
        """
        state: dict[str, Any] = {_STEP_KEY: self._schedule_step}
        for key, name in names.items():
            if key not in self.nr_update:
                continue
            state[f"{name}/updates"] = self.nr_update[key]
            for part, moment in zip(self._moment_names, self.moments[key], strict=True):
                state[f"{name}/{part}"] = as_numpy(moment)
            if self._scale_of.get(key, _UNIT_SCALES) != _UNIT_SCALES:
                state[f"{name}/moment_scales"] = self._scale_of[key]
            if self._averages is not None:
                state[f"{name}/average"] = as_numpy(self._averages[key])
            if key in self._tables:
                table = self._tables[key]
                state[f"{name}/up_to"], state[f"{name}/factors"] = table.up_to, table.factors
        return state

    def load_state(self, names: Mapping[Key, str], state: Mapping[str, Any]) -> None:
        """Restore a state that `state` returned; schedules are advanced to their step.

        names    a name for each parameter's key, the same names as in the call of `state`

        Raises CheckpointError for a parameter that is unknown, missing or incomplete.
        """
        self._schedule_step = _count(state, _STEP_KEY, at_least=0)
        self._read_schedules()
        wanted = {name: key for key, name in names.items()}
        for entry in state:
            name, _, part = entry.rpartition("/")
            if part == "updates":
                if name not in wanted:
                    raise CheckpointError(f"the checkpoint has an unknown parameter `{name}`")
                self._load_parameter(wanted[name], name, state)

    def _load_parameter(self, key: Key, name: str, state: Mapping[str, Any]) -> None:
        n_moments = _MOMENTS[self.method]
        parts = [f"{name}/{part}" for part in self._moment_names]
        if self._averages is not None:
            parts.append(f"{name}/average")
        missing = [part for part in parts if part not in state]
        if missing:
            raise CheckpointError(
                f"the checkpoint has no `{missing[0]}`",
                hint="was it written with another optimizer?",
            )
        for part in parts:
            if getattr(getattr(state[part], "dtype", None), "kind", None) != "f":
                raise CheckpointError(f"`{part}` of the checkpoint is not an array of numbers")
        ops: Any = get_current_ops()
        arrays = [ops.asarray(_copied(state[part])) for part in parts]
        self.nr_update[key] = _count(state, f"{name}/updates", at_least=1)
        self.moments[key] = arrays[:n_moments]
        self._scale_of[key] = _moment_scales(state, name)
        if self._averages is not None:
            self._averages[key] = arrays[-1]
        if f"{name}/up_to" in state:
            up_to, factors = _copied(state[f"{name}/up_to"]), _copied(state[f"{name}/factors"])
            count = self.nr_update[key]
            check_pending(up_to, factors, n_rows=len(arrays[0]), count=count, name=name)
            self._loaded[key] = count, up_to, factors

    def _arrays(
        self, key: Key, weights: Floats, scales: tuple[float, float]
    ) -> tuple[list[Floats], Floats | None]:
        """Return the moments of a parameter, divided by `scales`, and its average."""
        xp: Any = array_module(weights)
        if key not in self.moments:
            self.moments[key] = [xp.zeros_like(weights) for _ in range(_MOMENTS[self.method])]
        before = self._scale_of.get(key, _UNIT_SCALES)
        if before != scales:
            self.moments[key] = [
                moment * (old / new)
                for moment, old, new in zip(self.moments[key], before, scales, strict=True)
            ]
            self._scale_of[key] = scales
        if self._averages is None:
            return self.moments[key], None
        if key not in self._averages:
            self._averages[key] = xp.zeros(weights.shape, dtype=weights.dtype)
        return self.moments[key], self._averages[key]

    def _read_schedules(self) -> None:
        for name, schedule in self.schedules.items():
            setattr(self, name, schedule(self._schedule_step))

    def _value(self, name: str, value: FloatOrSchedule) -> float:
        if isinstance(value, (int, float)):
            return value
        try:
            return self.schedules[name](0)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"`{name}` is not a schedule of numbers: {error}") from error


def _rate_schedule(name: str, value: FloatOrSchedule) -> Schedule:
    schedule = as_schedule(value)
    try:
        first = schedule(0)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"the learning rate of `{name}` is not a schedule of numbers: {error}"
        ) from error
    _check_rate(f"the learning rate of `{name}`", first)
    return schedule


def _check_rate(what: str, rate: float) -> None:
    if not 0 <= rate < math.inf:
        raise ArgumentError(f"{what} must be a finite number of at least 0, got {rate!r}")


def _flat(array: Floats) -> Floats:
    return array.reshape(-1)


def _write_back(array: Floats, flat: Floats) -> Floats:
    """Return `array` with the values of `flat`, which is already a view of a contiguous array."""
    if not array.flags.c_contiguous:
        array[...] = flat.reshape(array.shape)
    return array


def _copied(array: Any) -> Any:
    return np.array(array) if isinstance(array, np.ndarray) else array.copy()


def _count(state: Mapping[str, Any], key: str, *, at_least: int) -> int:
    value = np.asarray(state[key])
    if value.shape != () or value.dtype.kind not in "iu" or not at_least <= value < _MAX_COUNT:
        raise CheckpointError(f"`{key}` of the checkpoint is not a number of steps")
    return int(value)


def _moment_scales(state: Mapping[str, Any], name: str) -> tuple[float, float]:
    scales = np.asarray(state.get(f"{name}/moment_scales", _UNIT_SCALES))
    is_valid = scales.shape == (2,) and scales.dtype.kind == "f"
    if not is_valid or not ((scales > 0) & (scales <= 1)).all():
        raise CheckpointError(f"`{name}/moment_scales` of the checkpoint is not two scales")
    return float(scales[0]), float(scales[1])
