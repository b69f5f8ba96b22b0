"""Arrays on a GPU that torch cannot use."""

import pytest

from kernel.errors import UnsupportedError
from kernel.ops import to_torch

pytestmark = pytest.mark.needs("torch")


class OnGpu:
    """An array in the memory of a GPU, as DLPack describes it."""

    def __dlpack_device__(self):
        return 2, 0


def test_torch_without_cuda_says_what_to_install(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UnsupportedError, match="which torch") as error:
        to_torch(OnGpu())
    assert "install torch with CUDA" in str(error.value.hint)
