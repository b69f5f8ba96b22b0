"""Functions have the parameters that spaCy documents: names, order, kinds and defaults.

`()` is the default of lists and dicts, whether it is empty or None; `...` is any other object.
"""

import importlib
import inspect

import pytest

import kernel

DOCUMENTED = """
load(name, *, vocab=True, disable=(), enable=(), exclude=(), config=())
blank(name, *, vocab=True, config=(), meta=())
explain(term)
prefer_gpu(gpu_id=0)
require_gpu(gpu_id=0)
require_cpu()
util.minibatch(items, size)
util.decaying(base_rate, decay, *, t=0)
util.filter_spans(spans)
util.filter_chain_spans(*spans)
util.get_words_and_spaces(words, text)
util.compile_prefix_regex(entries)
util.compile_suffix_regex(entries)
util.compile_infix_regex(entries)
util.update_exc(base_exceptions, *addition_dicts)
util.expand_exc(excs, search, replace)
util.get_lang_class(lang)
util.set_lang_class(name, cls)
util.find_matching_language(lang)
util.load_model(name, *, vocab=True, disable=(), enable=(), exclude=(), config=())
util.load_model_from_path(model_path, *, meta=(), vocab=True, disable=(), enable=(), exclude=(), config=())
util.load_model_from_config(config, *, meta=(), vocab=True, disable=(), enable=(), exclude=(), auto_fill=False, validate=True)
util.load_model_from_init_py(init_file, *, vocab=True, disable=(), enable=(), exclude=(), config=())
util.load_config(path, overrides=(), interpolate=False)
util.load_config_from_str(text, overrides=(), interpolate=False)
util.load_meta(path)
util.get_sourced_components(config)
util.resolve_dot_names(config, dot_names)
util.is_package(name)
util.get_package_path(name)
util.get_installed_models()
util.get_package_version(name)
util.is_compatible_version(version, constraint, prereleases=True)
util.get_minor_version_range(version)
util.dot_to_dict(values)
util.dot_to_object(config, section)
util.set_dot_to_object(config, section, value)
util.copy_config(config)
util.to_bytes(getters, exclude=())
util.from_bytes(bytes_data, setters, exclude=())
util.to_disk(path, writers, exclude=())
util.from_disk(path, readers, exclude=())
util.to_dict(getters, exclude=())
util.from_dict(msg, setters, exclude=())
util.combine_score_weights(weights, overrides=())
util.ensure_path(path)
util.working_dir(path)
util.make_tempdir()
util.run_command(command, *, stdin=(), capture=False)
util.split_command(command)
util.normalize_slice(length, start, stop, step=())
util.all_equal(iterable)
util.fix_random_seed(seed=0)
util.DummyTokenizer()
Language.__call__(text, *, disable=(), component_cfg=())
Language.factory(name, *, default_config=(), assigns=(), requires=(), retokenizes=False, default_score_weights=(), func=())
Language.component(name=(), *, assigns=(), requires=(), retokenizes=False, func=())
Language.has_factory(name)
Language.get_factory_meta(name)
Language.get_factory_name(name)
Language.add_pipe(factory_name, name=(), *, before=(), after=(), first=(), last=(), source=(), config=(), raw_config=(), validate=True)
Language.create_pipe(factory_name, name=(), *, config=(), raw_config=(), validate=True)
Language.create_pipe_from_source(source_name, source, *, name)
Language.get_pipe(name)
Language.has_pipe(name)
Language.get_pipe_meta(name)
Language.get_pipe_config(name)
Language.replace_pipe(name, factory_name, *, config=(), validate=True)
Language.rename_pipe(old_name, new_name)
Language.remove_pipe(name)
Language.disable_pipe(name)
Language.enable_pipe(name)
Language.select_pipes(*, disable=(), enable=())
Language.disable_pipes(*names)
Language.pipe(texts, *, as_tuples=False, batch_size=(), disable=(), component_cfg=(), n_process=1)
Language.make_doc(text)
Language.set_error_handler(error_handler)
Language.memory_zone(mem=())
Language.initialize(get_examples=(), *, sgd=())
Language.begin_training(get_examples=(), *, sgd=())
Language.resume_training(*, sgd=())
Language.update(examples, _=(), *, drop=0.0, sgd=(), losses=(), component_cfg=(), exclude=(), annotates=())
Language.rehearse(examples, *, sgd=(), losses=(), component_cfg=(), exclude=())
Language.evaluate(examples, *, batch_size=(), scorer=(), component_cfg=(), scorer_cfg=(), per_component=False)
Language.create_optimizer()
Language.use_params(params)
Language.replace_listeners(tok2vec_name, pipe_name, listeners)
Language.to_disk(path, *, exclude=())
Language.from_disk(path, *, exclude=(), overrides=())
Language.to_bytes(*, exclude=())
Language.from_config(config=(), *, vocab=True, disable=(), enable=(), exclude=(), meta=(), auto_fill=True, validate=True)
Scorer(nlp=(), default_lang='xx', default_pipeline=...)
Scorer.score(examples, *, per_component=False)
Scorer.score_tokenization(examples)
Scorer.score_token_attr(examples, attr, *, getter=..., missing_values=...)
Scorer.score_token_attr_per_feat(examples, attr, *, getter=..., missing_values=...)
Scorer.score_spans(examples, attr, *, getter=..., has_annotation=(), labeled=True, allow_overlap=False)
Scorer.score_cats(examples, attr, *, getter=..., labels=(), multi_label=True, positive_label=(), threshold=())
Scorer.score_links(examples, *, negative_labels)
Scorer.score_deps(examples, attr, *, getter=..., head_attr='head', head_getter=..., ignore_labels=(), missing_values=...)
ROCAUCScore()
get_ner_prf(examples)
PRFScore.score_set(cand, gold)
PRFScore.to_dict()
training.offsets_to_biluo_tags(doc, entities, missing='O')
training.biluo_tags_to_spans(doc, tags)
training.biluo_tags_to_offsets(doc, tags)
training.biluo_to_iob(tags)
training.iob_to_biluo(tags)
training.tags_to_entities(tags)
training.docs_to_json(docs, doc_id=0, ner_missing_tag='O')
training.split_bilu_label(label)
training.remove_bilu_prefix(label)
training.validate_examples(examples, method)
training.validate_get_examples(get_examples, method)
training.Alignment(x2y, y2x)
"""


def documented(line):
    """The name of a function, and its documented parameters."""
    name, _, parameters = line.partition("(")
    made = {}
    exec(f"def function({parameters}: pass", made)  # noqa: S102 — the lines above
    return name, inspect.signature(made["function"]).parameters


def found(name):
    """The parameters of the function in kernel."""
    if name.startswith("Language"):
        owner = kernel.blank("en")
    elif name.startswith(("Scorer", "PRFScore", "ROCAUCScore", "get_ner_prf")):
        owner = importlib.import_module("kernel.scorer")
        owner = owner.PRFScore() if name.startswith("PRFScore.") else owner
        owner = owner.Scorer() if name.startswith("Scorer.") else owner
    else:
        package, _, _ = name.rpartition(".")
        owner = importlib.import_module(f"kernel.{package}") if package else kernel
    return inspect.signature(getattr(owner, name.rpartition(".")[2])).parameters


def shape(parameter):
    """What must be equal: name, kind, and whether or what the default is."""
    default = parameter.default
    if isinstance(default, int | float | str):
        return parameter.name, parameter.kind, default
    is_empty = default is None or (hasattr(default, "__len__") and not len(default))
    return parameter.name, parameter.kind, () if is_empty else default is not parameter.empty


@pytest.mark.parametrize("line", DOCUMENTED.split("\n")[1:-1])
def test_parameters_are_the_documented_ones(line):
    name, expected = documented(line)
    own = found(name)

    by_position = [each for each in expected.values() if each.kind is not each.KEYWORD_ONLY]
    assert [shape(each) for each in by_position] == [*map(shape, own.values())][: len(by_position)]
    for each in expected.values():
        assert shape(each) == shape(own[each.name])


@pytest.mark.parametrize("line", DOCUMENTED.split("\n")[1:-1])
def test_more_parameters_are_optional(line):
    name, expected = documented(line)
    for added in (each for each in found(name).values() if each.name not in expected):
        variable = added.kind in (added.VAR_KEYWORD, added.VAR_POSITIONAL)
        assert variable or added.default is not added.empty
