"""What a call of a pretrained encoder costs on the CPU, in the time of one padded word piece.

    OMP_NUM_THREADS=1 python -m benchmarks.transformer_batches

The planner of sub-batches adds up the cost of a call by itself, of the padded word pieces, and of
the pairs of pieces that attention compares; this program fits the three to measured times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.transformer import encoder

# Spans, and word pieces of each.
SHAPES: Final = (
    *((1, 1), (1, 4), (1, 8), (1, 16), (1, 32), (1, 64), (1, 256), (2, 16), (2, 512)),
    *((4, 8), (4, 16), (4, 256), (8, 16), (8, 32), (8, 128), (16, 16), (16, 64)),
    *((32, 16), (32, 32), (64, 32)),
)
MAX_TRAINED: Final = 1100  # padded word pieces; training keeps their graph


def main() -> None:
    """Print the costs for prediction and for training."""
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    module = AutoModel.from_pretrained(encoder())
    module.get_input_embeddings().weight.requires_grad_(False)

    def predict(inputs: dict[str, Any]) -> None:
        with torch.inference_mode():
            module.eval()(**inputs)

    def train(inputs: dict[str, Any]) -> None:
        hidden = module.train()(**inputs).last_hidden_state
        hidden.backward(torch.ones_like(hidden))

    print_costs("prediction", [(shape, seconds(predict, shape)) for shape in SHAPES])
    trained = [shape for shape in SHAPES if shape[0] * shape[1] <= MAX_TRAINED]
    print_costs("training", [(shape, seconds(train, shape)) for shape in trained])


def seconds(step: Callable[[dict[str, Any]], None], shape: tuple[int, int]) -> float:
    """Return the shortest time of five steps with random word pieces."""
    import torch

    mask = torch.ones(shape, dtype=torch.int64)
    mask[0, -1] = 0
    inputs = {"input_ids": torch.randint(1000, 30000, shape), "attention_mask": mask}
    times = []
    for _ in range(5):
        start = time.process_time()
        step(inputs)
        times.append(time.process_time() - start)
    return min(times)


def print_costs(task: str, measured: list[tuple[tuple[int, int], float]]) -> None:
    """Fit the costs to the times, so that their relative errors are small, and print them."""
    times = np.array([time for _, time in measured])
    terms = np.array([(1, n * length, n * length**2) for (n, length), _ in measured])
    call, piece, pair = np.linalg.lstsq(terms / times[:, None], np.ones(len(times)), rcond=None)[0]
    print(f"{task}: piece {piece * 1e6:.1f} us, call {call / piece:.1f}, pair {pair / piece:.5f}")


if __name__ == "__main__":
    main()
