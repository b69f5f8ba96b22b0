"""The characters that end sentences, of all scripts."""

from __future__ import annotations

from typing import Final

# Code points, and ranges of them, in hexadecimal digits.
_BY_SCRIPT: Final = {
    "Latin": "0021 002E 003F 203C-203D 2047-2049 2E2E 2E3C",
    "Armenian": "0589",
    "Arabic": "061F 06D4",
    "Syriac": "0700-0702",
    "N'Ko": "07F9",
    "Devanagari": "0964-0965",
    "Myanmar": "104A-104B",
    "Ethiopic": "1362 1367-1368",
    "Canadian syllabics": "166E",
    "Philippine": "1735-1736",
    "Mongolian": "1803 1809",
    "Limbu": "1944-1945",
    "Tai Tham": "1AA8-1AAB",
    "Balinese": "1B5A-1B5B 1B5E-1B5F",
    "Lepcha": "1C3B-1C3C",
    "Ol Chiki": "1C7E-1C7F",
    "Chinese and Japanese": "3002 FE52 FE56-FE57 FF01 FF0E FF1F FF61",
    "Lisu": "A4FF",
    "Vai": "A60E-A60F",
    "Bamum": "A6F3 A6F7",
    "Phags-pa": "A876-A877",
    "Saurashtra": "A8CE-A8CF",
    "Kayah Li": "A92F",
    "Javanese": "A9C8-A9C9",
    "Cham": "AA5D-AA5F",
    "Meetei Mayek": "AAF0-AAF1 ABEB",
    "Kharoshthi": "10A56-10A57",
    "Brahmi": "11047-11048",
    "Kaithi": "110BE-110C1",
    "Chakma": "11141-11143",
    "Sharada": "111C5-111C6 111CD 111DE-111DF",
    "Khojki": "11238-11239 1123B-1123C",
    "Multani": "112A9",
    "Newa": "1144B-1144C",
    "Siddham": "115C2-115C3 115C9-115D7",
    "Modi": "11641-11642",
    "Ahom": "1173C-1173E",
    "Zanabazar square": "11A42-11A43",
    "Soyombo": "11A9B-11A9C",
    "Bhaiksuki": "11C41-11C42",
    "Mro": "16A6E-16A6F",
    "Bassa Vah": "16AF5",
    "Pahawh Hmong": "16B37-16B38 16B44",
    "Duployan": "1BC9F",
    "SignWriting": "1DA88",
}


def _characters(ranges: str) -> list[str]:
    found: list[str] = []
    for each in ranges.split():
        first, _, last = each.partition("-")
        found.extend(chr(point) for point in range(int(first, 16), int(last or first, 16) + 1))
    return found


SENTENCE_ENDS: Final[list[str]] = [
    character for ranges in _BY_SCRIPT.values() for character in _characters(ranges)
]
