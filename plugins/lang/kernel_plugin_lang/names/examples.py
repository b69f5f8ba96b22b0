"""Sentences to try a pipeline with, by language: the module `kernel.lang.<code>.examples`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

EXAMPLES: Final[Mapping[str, Sequence[str]]] = {
    "de": (
        "Die Firma Siemens baut für 300 Millionen Euro ein neues Werk in Leipzig.",
        "Am Dienstag traf Angela Merkel in Paris den französischen Präsidenten.",
        "Wo kann man in Wien gut und günstig essen?",
        "Wer hat das Buch geschrieben, das du gerade liest?",
    ),
    "en": (
        "Microsoft opened an office in Lisbon last year and hired 250 engineers.",
        "Marie Curie won her second Nobel Prize in 1911.",
        "The city council wants to spend $4 million on new cycle paths by May.",
        "How far is it from Cape Town to Nairobi?",
        "Who wrote the book that you are reading?",
        "She didn't like the film, but her brothers couldn't stop talking about it.",
    ),
    "es": (
        "La empresa Telefónica abrirá dos oficinas en Bogotá el próximo año.",
        "Gabriel García Márquez recibió el premio Nobel en 1982.",
        "¿Dónde se puede comer bien y barato en Sevilla?",
        "¿Quién escribió el libro que estás leyendo?",
    ),
    "fr": (
        "L'entreprise Renault investit 200 millions d'euros dans son usine de Douai.",
        "Marie Curie a reçu son deuxième prix Nobel en 1911.",
        "Où peut-on bien manger à Lyon sans dépenser trop ?",
        "Qui a écrit le livre que tu lis ?",
    ),
    "it": (
        "La Fiat costruirà un nuovo stabilimento vicino a Torino entro il 2027.",
        "Grazia Deledda vinse il premio Nobel nel 1926.",
        "Dove si mangia bene a Bologna senza spendere troppo?",
        "Chi ha scritto il libro che stai leggendo?",
    ),
    "nl": (
        "Philips opent volgend jaar een kantoor in Utrecht en zoekt 80 medewerkers.",
        "Hendrik Lorentz kreeg in 1902 de Nobelprijs.",
        "Waar kun je in Gent goed en goedkoop eten?",
        "Wie heeft het boek geschreven dat je nu leest?",
    ),
    "pt": (
        "A Petrobras vai abrir um escritório no Recife no próximo ano.",
        "José Saramago recebeu o prêmio Nobel em 1998.",
        "Onde se come bem e barato no Porto?",
        "Quem escreveu o livro que você está lendo?",
    ),
}
