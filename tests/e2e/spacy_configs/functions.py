"""Functions of a project, as its `--code` file has them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kernel import Language, registry
from kernel.text import DocBin, Example


@Language.component("upper_counter")
def count_upper(doc):
    doc.user_data["n_upper"] = sum(token.is_upper for token in doc)
    return doc


@registry.callbacks("project.customize_language.v1")
def customize_language(stop_word: str) -> Callable[[type[Language]], type[Language]]:
    def customize(lang_cls):
        class Customized(lang_cls):
            class Defaults(lang_cls.Defaults):
                stop_words = lang_cls.Defaults.stop_words | {stop_word.lower()}

        return Customized

    return customize


@registry.callbacks("project.name_pipeline.v1")
def name_pipeline(name: str = "custom") -> Callable[[Language], Language]:
    def set_name(nlp):
        nlp.meta["name"] = name
        return nlp

    return set_name


@registry.callbacks("project.report.v1")
def report(path: Path = None) -> Callable[[Language], None]:  # noqa: RUF013 — as people write it
    return lambda nlp: nlp.meta.update(initialized=True)


@registry.readers("project.limited_corpus.v1")
def limited_corpus(path: Path, limit: int = 8) -> Callable[[Language], Iterable[Example]]:
    def read(nlp):
        docs = DocBin().from_disk(path).get_docs(nlp.vocab)
        for doc, _ in zip(docs, range(limit), strict=False):
            yield Example(nlp.make_doc(doc.text), doc)

    return read


@registry.batchers("project.filtering_batch.v1")
def filtering_batch(size: int) -> Callable[[Iterable[Example]], Iterator[list[Example]]]:
    def batch(examples):
        part = []
        for example in examples:
            part.append(example)
            if sum(len(each) for each in part) >= size:
                yield part
                part = []
        if part:
            yield part

    return batch


@registry.loggers("project.quiet_logger.v1")
def quiet_logger():
    return lambda nlp, stdout, stderr: (lambda info: None, lambda: None)
