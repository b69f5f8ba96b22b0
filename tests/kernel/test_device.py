"""Selecting a device says what is missing."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

import kernel
from kernel.device import gpu_problem, set_allocator
from kernel.errors import ArgumentError
from kernel.testing import device_double


class CudaError(Exception):
    pass


@pytest.fixture
def cupy(monkeypatch):
    """Install a CuPy that finds so many GPUs; None: no driver."""

    def install(n_gpus):
        def count():
            if n_gpus is None:
                raise CudaError("cudaErrorInsufficientDriver: CUDA driver version is insufficient")
            return n_gpus

        runtime = SimpleNamespace(getDeviceCount=count, CUDARuntimeError=CudaError)
        module = SimpleNamespace(
            cuda=SimpleNamespace(runtime=runtime), __spec__=SimpleNamespace(name="cupy")
        )
        monkeypatch.setitem(sys.modules, "cupy", module)

    return install


@pytest.mark.parametrize(
    ("n_gpus", "gpu_id", "message", "hint"),
    [
        pytest.param(None, 0, "no CUDA device: cudaErrorInsufficientDriver", "nvidia-smi"),
        pytest.param(0, 0, "there is no GPU 0; GPUs of this machine: none", "nvidia-smi"),
        pytest.param(2, 2, "there is no GPU 2; GPUs of this machine: 0, 1", "nvidia-smi"),
        pytest.param(2, -1, "numbers from 0, got -1", "require_cpu"),
    ],
)
def test_a_gpu_that_cannot_be_used(cupy, n_gpus, gpu_id, message, hint):
    cupy(n_gpus)
    with pytest.raises(ArgumentError) as caught:
        kernel.require_gpu(gpu_id)
    assert message in str(caught.value)
    assert hint in str(caught.value)
    assert kernel.prefer_gpu(gpu_id) is False


def test_a_gpu_that_can_be_used(cupy):
    cupy(2)
    assert gpu_problem(1) is None


def test_without_cupy_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ArgumentError, match=r"CuPy is not installed(.|\n)*kernel-nlp\[cuda12\]"):
        kernel.require_gpu()
    assert not kernel.prefer_gpu()


def test_a_damaged_cupy_is_not_called_missing(tmp_path):
    (tmp_path / "cupy.py").write_text("raise ImportError('libnvrtc.so.12 not found')")
    code = "import kernel; kernel.require_gpu()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert "CuPy cannot be imported: libnvrtc.so.12 not found" in done.stderr


def test_the_device_is_selected_and_left():
    from thinc.api import get_current_ops

    with device_double():
        assert kernel.require_cpu()
        assert get_current_ops().device_type == "cpu"
        assert kernel.require_gpu()
        assert get_current_ops().device_type == "gpu"
        assert kernel.prefer_gpu()


@pytest.mark.parametrize("allocator", ["tensorflow", "pytorch"])
def test_an_allocator_needs_its_library(monkeypatch, allocator):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ArgumentError, match=f'gpu_allocator = "{allocator}"` needs'):
        set_allocator(allocator)


def test_several_processes_do_not_share_a_gpu():
    nlp = kernel.blank("en")
    with device_double():
        nlp.add_pipe("ner").add_label("PERSON")
        nlp.initialize()
        with pytest.raises(ArgumentError, match="`ner` is on the GPU"):
            list(nlp.pipe(["text"] * 3, n_process=2))
