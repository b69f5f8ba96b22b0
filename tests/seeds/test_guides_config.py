"""What the guides show of config files: variables, overrides, schedules, scores, components."""

import pytest

import kernel
from kernel.config import check, find_problems, resolve, resolve_section
from kernel.errors import ConfigError


def test_value_is_defined_once_and_used_elsewhere(read):
    config = read("""
        [system]
        seed = 7

        [training]
        seed = ${system:seed}
        """)
    assert config["training"]["seed"] == "${system:seed}"
    assert config.interpolate()["training"]["seed"] == 7


def test_whole_section_is_used_again(read):
    config = read("""
        [training]

        [training.optimizer]
        @optimizers = "Adam.v1"
        learn_rate = 0.05
        L2 = 0.5

        [pretraining]
        optimizer = ${training.optimizer}
        """).interpolate()
    assert config["pretraining"]["optimizer"] == config["training"]["optimizer"]
    assert config["pretraining"]["optimizer"]["L2"] == 0.5


FOLDERS = """
[paths]
round = 3
home = "/data/harbour"
train = "${paths:home}/ships_${paths:round}.spacy"
"""


def test_variables_stand_inside_of_strings(read):
    assert read(FOLDERS).interpolate()["paths"]["train"] == "/data/harbour/ships_3.spacy"


def test_override_reaches_all_that_refers_to_it(read):
    config = read(FOLDERS, {"paths.home": "/elsewhere", "paths.round": 4})
    assert config.interpolate()["paths"]["train"] == "/elsewhere/ships_4.spacy"


def test_overrides_come_from_the_command_line(run, config):
    path = config()
    result = run("config", "explain", path, "training.max_steps", "--training.max_steps", "12")
    assert "12" in result.stdout
    assert "override command line" in result.stdout


def test_overrides_come_from_the_environment(run, config, monkeypatch):
    monkeypatch.setenv("KERNEL_CONFIG_OVERRIDES", "--training.dropout 0.25 --nlp.batch_size=9")
    assert "0.25" in run("config", "explain", config(), "training.dropout").stdout


def test_only_existing_settings_are_overridden(run, config, data):
    result = run("train", config(), *data, "--training.drpoout", "0.2", expect=1)
    assert "drpoout" in result.stderr
    assert "dropout" in result.stderr


def test_sizes_are_numbers_or_schedules(read):
    batcher = """
        [training]

        [training.batcher]
        @batchers = "spacy.batch_by_words.v1"
        discard_oversize = true
        tolerance = 0.2
        """
    fixed = read(f"{batcher}size = 6\n").interpolate()
    rising = read(
        batcher
        + """
        [training.batcher.size]
        @schedules = "compounding.v1"
        start = 3
        stop = 100
        compound = 2.0
        """
    ).interpolate()
    words = ["a b c", "d e f", "g h i", "j k l"] * 2
    items = [kernel.Doc(kernel.Vocab(), words=text.split()) for text in words]
    sizes = [len(batch) for batch in resolve_section(fixed, "training").batcher(items)]
    assert sizes == [2, 2, 2, 2]
    sizes = [len(batch) for batch in resolve_section(rising, "training").batcher(items)]
    assert sum(sizes) == 8
    assert sizes[0] < max(sizes)


def test_learning_rate_follows_a_schedule(read):
    optimizer = resolve_section(
        read("""
        [training]

        [training.optimizer]
        @optimizers = "Adam.v1"

        [training.optimizer.learn_rate]
        @schedules = "warmup_linear.v1"
        initial_rate = 0.01
        warmup_steps = 2
        total_steps = 10
        """).interpolate(),
        "training",
    ).optimizer
    rates = []
    for _ in range(4):
        rates.append(round(optimizer.learn_rate, 5))
        optimizer.step_schedules()
    assert rates == [0.0, 0.005, 0.01, 0.00875]


def test_scores_are_weighted(read, config):
    weights = """
        [training.score_weights]
        ents_f = 0.8
        ents_p = 0.2
        ents_r = 0.0
        token_acc = 0.0
        """
    filled = read(config(weights))
    assert {"ents_f": 0.8, "ents_p": 0.2, "token_acc": 0.0}.items() <= filled["training"][
        "score_weights"
    ].items()
    check(filled)


def test_shared_and_independent_layers_are_both_made(config, read):
    shared = kernel.blank("en", config=read(config()))
    assert shared.pipe_names == ["tok2vec", "ner"]
    independent = config(
        """
        [components.ner]
        factory = "ner"

        [components.ner.model]
        @architectures = "spacy.TransitionBasedParser.v2"
        state_type = "ner"
        extra_state_tokens = false
        hidden_width = 16
        maxout_pieces = 1
        use_upper = false

        [components.ner.model.tok2vec]
        @architectures = "spacy.Tok2Vec.v2"

        [components.ner.model.tok2vec.embed]
        @architectures = "spacy.MultiHashEmbed.v2"
        width = 8
        attrs = ["LOWER", "PREFIX", "SUFFIX", "SHAPE"]
        rows = [50, 25, 25, 25]
        include_static_vectors = false

        [components.ner.model.tok2vec.encode]
        @architectures = "spacy.MaxoutWindowEncoder.v2"
        width = 8
        depth = 1
        window_size = 1
        maxout_pieces = 2
        """,
        without=("[components.tok2vec", "[components.ner"),
    )
    nlp = kernel.blank("en", config=read(independent, {"nlp.pipeline": ["ner"]}))
    assert nlp.pipe_names == ["ner"]
    assert nlp.get_pipe("ner").model.get_ref("tok2vec") is not None


def test_frozen_and_sourced_components_keep_their_weights(train):
    first, _ = train(name="first")
    second, _ = train(
        f"""
        [nlp]
        lang = "en"
        pipeline = ["tok2vec", "ner", "more"]

        [components]

        [components.tok2vec]
        source = "{first}"

        [components.ner]
        source = "{first}"
        component = "ner"

        [components.more]
        factory = "ner"

        [components.more.model]
        @architectures = "spacy.TransitionBasedParser.v2"
        state_type = "ner"
        extra_state_tokens = false
        hidden_width = 8
        maxout_pieces = 1
        use_upper = true

        [components.more.model.tok2vec]
        @architectures = "spacy.HashEmbedCNN.v2"
        pretrained_vectors = null
        width = 8
        depth = 1
        embed_size = 50
        window_size = 1
        maxout_pieces = 1
        subword_features = true

        [training]
        max_steps = 2
        eval_frequency = 1
        frozen_components = ["tok2vec", "ner"]
        """,
        without=("[nlp", "[components", "[training"),
        name="second",
    )
    one, other = kernel.load(first), kernel.load(second)
    assert other.pipe_names == ["tok2vec", "ner", "more"]
    for name in ("tok2vec", "ner"):
        assert one.get_pipe(name).model.to_bytes() == other.get_pipe(name).model.to_bytes()


def test_filled_config_is_the_whole_truth(run, config, tmp_path):
    full = tmp_path / "full.cfg"
    run("init", "fill-config", config(), full)
    run("debug", "config", full)
    assert "beta2 = 0.999" in full.read_text()
    assert "nothing to add" in run("init", "fill-config", full, "--diff").stderr


def test_values_are_held_against_type_hints(read):
    with pytest.raises(ConfigError, match="`stpo`") as caught:
        resolve(
            {"@schedules": "compounding.v1", "start": "one", "stpo": 2, "compound": 1.5}, where="a"
        )
    messages = {problem.path[-1]: problem for problem in caught.value.problems}
    assert messages["start"].expected == "a number"
    assert messages["stpo"].suggestion == "stop"


def test_missing_plugin_of_a_component_is_reported(read):
    problems = find_problems(
        read("""
        [nlp]
        lang = "en"
        pipeline = ["topic"]

        [components]

        [components.topic]
        factory = "no_such_kind"
        labels = ["STORM", "CALM"]
        """)
    )
    assert [problem.path for problem in problems] == [("components", "topic", "factory")]
