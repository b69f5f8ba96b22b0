"""Writing files atomically, and reading bytes that may be damaged or hostile.

Everything that reads a file of a user goes through `read_file`, `read_json`, `unpack`,
`decompress` and `check_type`: whatever the bytes are, they raise `LoadError` with the name of
the file, within limits of memory.
"""

from kernel.files.arrays import parse_npy
from kernel.files.atomic import write_file, write_json
from kernel.files.checks import check_type
from kernel.files.compression import decompress, max_unpacked
from kernel.files.folders import link_or_copy, recover_folder, remove, replace_folder
from kernel.files.json import parse_json, read_json
from kernel.files.manifest import MANIFEST, check_entries, verify_manifest
from kernel.files.messages import pack, paused_gc, unpack
from kernel.files.modules import import_file
from kernel.files.raw import open_file, read_file
from kernel.files.readers import BytesReader, InflatingReader, Reader
from kernel.files.sections import Blob, Items, Section, scan_map

__all__ = [
    "MANIFEST",
    "Blob",
    "BytesReader",
    "InflatingReader",
    "Items",
    "Reader",
    "Section",
    "check_entries",
    "check_type",
    "decompress",
    "import_file",
    "link_or_copy",
    "max_unpacked",
    "open_file",
    "pack",
    "parse_json",
    "parse_npy",
    "paused_gc",
    "read_file",
    "read_json",
    "recover_folder",
    "remove",
    "replace_folder",
    "scan_map",
    "unpack",
    "verify_manifest",
    "write_file",
    "write_json",
]
