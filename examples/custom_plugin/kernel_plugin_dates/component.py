"""The component that finds dates, and its factory."""

import re

import kernel
from kernel import Doc, Language
from kernel.pipeline import Pipe

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Dates(Pipe):
    """Adds an entity for each date that does not overlap with another entity."""

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.label = label

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of dates, as a tuple."""
        return (self.label,)

    def __call__(self, doc: Doc) -> Doc:
        """Add dates to the entities of `doc`."""
        taken = {token.i for entity in doc.ents for token in entity}
        found = [
            doc.char_span(*match.span(), label=self.label, alignment_mode="expand")
            for match in DATE.finditer(doc.text)
        ]
        dates = [span for span in found if span and taken.isdisjoint(range(span.start, span.end))]
        doc.ents = (*doc.ents, *dates)
        return doc


@kernel.factory("dates", default_config={"label": "DATE"}, assigns=["doc.ents"])
def make_dates(nlp: Language, name: str, label: str) -> Dates:
    """Create the component; `label` is the label of its entities."""
    return Dates(name, label)
