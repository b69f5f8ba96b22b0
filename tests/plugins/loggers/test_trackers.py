"""The loggers of experiment trackers call the libraries of the trackers, here replaced by mocks."""

import io
import sys
from importlib.machinery import ModuleSpec
from unittest.mock import MagicMock, call

import pytest

import kernel
from kernel.config import Config, resolve
from kernel.errors import ConfigError, PluginError
from kernel.registry import registry
from kernel_plugin_loggers.gpu_memory import cupy_logger, pytorch_logger
from kernel_plugin_loggers.trackers.clearml import clearml_logger_v2
from kernel_plugin_loggers.trackers.mlflow import mlflow_logger_v2
from kernel_plugin_loggers.trackers.wandb import (
    wandb_logger_v1,
    wandb_logger_v2,
    wandb_logger_v4,
    wandb_logger_v5,
)


@pytest.fixture
def fake(monkeypatch):
    def make(name):
        module = MagicMock(name=name, __spec__=ModuleSpec(name, None))
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return make


def info(step, score, results=(), **more):
    return {
        "epoch": 1,
        "step": step,
        "score": score,
        "other_scores": {"ents_f": 0.5, "kind": "macro", "dep": {"nsubj:pass": {"f": 0.25}}},
        "losses": {"ner": 2.5},
        "checkpoints": [*results, (score, step)],
        "words": 70,
        **more,
    }


def run(logger, *evaluations):
    """What the logger writes to stdout in a run."""
    stdout = io.StringIO()
    log_step, finalize = logger(kernel.blank("en"), stdout, io.StringIO())
    for evaluation in evaluations:
        log_step(None)
        log_step(evaluation)
    finalize()
    return stdout.getvalue()


VALUES = {"score": 0.25, "loss_ner": 2.5, "ents_f": 0.5, "dep.nsubj:pass.f": 0.25}


def test_wandb_gets_the_config_and_each_evaluation_at_its_step(fake):
    wandb = fake("wandb")
    run(wandb_logger_v5("cats", ["nlp.lang", "training"], run_name="first"), info(200, 0.25))
    given = wandb.init.call_args.kwargs
    assert (given["project"], given["name"], given["entity"]) == ("cats", "first", None)
    assert "training" not in given["config"]
    assert given["config"]["nlp"]["pipeline"] == []
    assert "lang" not in given["config"]["nlp"]
    assert wandb.init().log.call_args_list == [call(VALUES, step=200)]
    assert wandb.init().finish.called


def test_wandb_records_numbers_whose_keys_match(fake):
    wandb = fake("wandb")
    run(wandb_logger_v5("cats", log_custom_stats=["^words$", "losses"]), info(200, 0.25))
    expected = VALUES | {"words": 70.0, "losses.ner": 2.5}
    assert wandb.init().log.call_args_list == [call(expected, step=200)]


def test_wandb_records_pipelines_and_data_as_artifacts(fake, tmp_path):
    wandb = fake("wandb")
    wandb.init().id = "x"
    logger = wandb_logger_v4(
        "cats", model_log_interval=2, log_dataset_dir=str(tmp_path), log_best_dir="best"
    )
    run(
        logger,
        info(0, 0.25, output_path="out"),
        info(2, 0.5, output_path="out"),
        info(4, 0.25, [(0.5, 2)], output_path="out"),
    )
    artifacts = [each.args[0] for each in wandb.Artifact.call_args_list]
    assert artifacts == ["dataset", "pipeline_x", "pipeline_x", "model_best"]
    aliases = [each.kwargs["aliases"] for each in wandb.init().log_artifact.call_args_list]
    assert aliases == [
        None,
        ["epoch 1 step 2", "latest", "best"],
        ["epoch 1 step 4", "latest"],
        None,
    ]
    assert call("best", name="model_best") in wandb.Artifact().add_dir.call_args_list


def test_wandb_run_ends_even_if_a_folder_cannot_be_recorded(fake):
    wandb = fake("wandb")
    wandb.Artifact().add_dir.side_effect = ValueError("no folder")
    with pytest.raises(ValueError, match="no folder"):
        run(wandb_logger_v4("cats", log_latest_dir="absent"), info(1, 0.5))
    assert wandb.init().finish.called


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Wandb", {"project_name": "cats"}),
        ("MLflow", {}),
        ("ClearML", {"project_name": "cats", "task_name": "x"}),
    ],
)
def test_older_versions_show_the_table(fake, name, settings):
    fake(name.lower())
    newest = 5 if name == "Wandb" else 2
    for version in (1, newest):
        logger = registry.loggers.get(f"spacy.{name}Logger.v{version}")
        shown = run(logger(**settings), info(200, 0.25))
        assert ("0.25" in shown) == (version == 1)


def test_mlflow_gets_parameters_numbers_and_the_best_pipeline(fake):
    mlflow = fake("mlflow")
    run(
        mlflow_logger_v2(run_name="first", tags={"a": "b"}),
        info(200, 0.25, output_path="out"),
        info(400, 0.125, [(0.25, 200)], output_path="out"),
    )
    mlflow.start_run.assert_called_once_with(
        run_id=None, experiment_id=None, run_name="first", nested=False, tags={"a": "b"}
    )
    parameters = {}
    for each in mlflow.log_params.call_args_list:
        assert len(each.args[0]) <= 100
        parameters |= each.args[0]
    assert parameters["nlp.tokenizer.tokenizers"].endswith("Tokenizer.v1")
    assert parameters["nlp.lang"] == "en"
    values = {key.replace(":", "_"): value for key, value in VALUES.items()}
    assert mlflow.log_metrics.call_args_list[0] == call(values, step=200)
    assert mlflow.log_artifacts.call_args_list == [call("out", "best")]
    assert mlflow.end_run.called


def test_clearml_gets_sections_numbers_and_models(fake, tmp_path):
    clearml = fake("clearml")
    task = clearml.Task.init()
    logger = clearml_logger_v2(
        "cats",
        "first",
        ["paths"],
        model_log_interval=200,
        log_dataset_dir=str(tmp_path),
        log_latest_dir="out/model-last",
    )
    run(logger, info(200, 0.25))
    assert call(project_name="cats", task_name="first", output_uri=True) in (
        clearml.Task.init.call_args_list
    )
    names = [each.kwargs["name"] for each in task.connect.call_args_list]
    assert "nlp" in names
    assert "paths" not in names
    clearml.Dataset.create.assert_called_once_with(
        dataset_project="cats", dataset_name=tmp_path.name
    )
    reported = task.get_logger().report_scalar.call_args_list
    assert call(title="score", series="score", iteration=200, value=0.25) in reported
    assert call(title="dep", series="nsubj:pass.f", iteration=200, value=0.25) in reported
    clearml.OutputModel.assert_called_once_with(task=task, framework="spaCy", name="Last Model")
    assert clearml.OutputModel().update_weights_package.call_args.kwargs == {
        "weights_path": "out/model-last",
        "auto_delete_file": False,
        "target_filename": "last_model",
    }
    assert task.close.called


def test_missing_library_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(PluginError, match="needs the library `wandb`") as error:
        wandb_logger_v1("cats")
    assert error.value.hint == 'pip install "kernel-plugin-loggers[wandb]"'


def test_settings_that_name_nothing_are_errors(fake):
    fake("wandb")
    with pytest.raises(ConfigError, match=r"names `paths.tain`, which the config does not have"):
        run(wandb_logger_v1("cats", ["paths.tain"]))
    with pytest.raises(ConfigError, match=r"`training.logger.log_dataset_dir` is not a folder"):
        run(wandb_logger_v2("cats", log_dataset_dir="absent"))
    with pytest.raises(ConfigError, match=r"`training.logger.log_custom_stats` has an invalid"):
        wandb_logger_v5("cats", log_custom_stats=["["])


def test_loggers_have_the_names_and_settings_of_spacy(fake):
    fake("wandb")
    block = {"@loggers": "spacy.WandbLogger.v3", "project_name": "p", "entity": "me"}
    assert callable(resolve(Config({"logger": block})["logger"], where="training.logger"))


def test_memory_loggers_add_to_the_info(fake):
    cupy, torch = fake("cupy"), fake("torch")
    pool = cupy.get_default_memory_pool()
    pool.total_bytes.return_value, pool.used_bytes.return_value = 3 << 20, 1 << 20
    pool.free_bytes.return_value, pool.n_free_blocks.return_value = 2 << 20, 5
    found = info(1, 0.5)
    run(cupy_logger(), found)
    assert found["cupy.pool.used_mib"] == 1.0
    assert found["cupy.pool.num_free_blocks"] == 5
    torch.cuda.memory_stats.return_value = {
        "allocated_bytes.all.current": 2_000_000,
        "allocated_bytes.all.peak": 4_000_000,
        "allocated_bytes.large_pool.peak": 1,
        "num_ooms": 0,
    }
    found = info(1, 0.5)
    run(pytorch_logger(prefix="gpu", cuda_mem_metric="peak"), found)
    assert {key: value for key, value in found.items() if key.startswith("gpu")} == {
        "gpu.allocated_bytes.all.peak": 4.0
    }
