"""What kind of file a model lies in, told by its content: a suffix says little (`.pt` is used for four kinds)."""

import re
import zipfile
from enum import Enum
from pathlib import Path

from faultloc.errors import ModelError


class FileKind(Enum):
    """The kinds of files that hold models; the value names it in a message."""

    CHECKPOINT = "a file of torch.save"
    LEGACY_CHECKPOINT = "a file of torch.save from before PyTorch 1.6"
    PICKLE = "a plain pickle"
    SAFETENSORS = "a safetensors file"
    SHARDS = "an index of safetensors files"
    TORCHSCRIPT = "a TorchScript archive"
    EXPORTED_PROGRAM = "an exported program (torch.export)"


_EXPECTED = (
    "expected a model saved by torch.save, as safetensors, as TorchScript or by torch.export, or the folder of a "
    "Hugging Face model (save_pretrained)"
)

# Folders that trainers leave, by a file in them, and what makes a model of them.
_FOLDERS = {
    "adapter_config.json": " with an adapter alone (PEFT): merge it into its model (merge_and_unload) and save that",
    "zero_to_fp32.py": " of DeepSpeed: its zero_to_fp32.py makes one file of the weights",
    "*.distcp": " of torch.distributed.checkpoint: `python -m torch.distributed.checkpoint.format_utils dcp_to_torch "
    "FOLDER FILE` makes one file of it",
    "saved_model.pb": " of TensorFlow, which is not read",
}

# Files of other frameworks that people have at hand, by their first bytes.
_FOREIGN = {b"\x89HDF": "an HDF5 file (Keras)", b"\x93NUMPY": "a NumPy array"}
# The magic number 0x1950a86a20f9469cfc6c, pickled, with which torch.save began before 1.6.
_LEGACY_MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"


def file_kind(path: Path) -> FileKind:
    """The kind of the file at ``path``.

    Raises:
        ModelError: it is no file, empty, cut off, or of no kind that holds a model.
    """
    if path.is_dir():
        told = next((said for mark, said in _FOLDERS.items() if any(path.glob(mark))), "")
        raise ModelError(f"{path} is a folder{told}; {_EXPECTED}")
    if not path.is_file():
        hub = re.fullmatch(r"[\w.-]+/[\w.-]+", str(path)) and not path.suffix and not path.parent.is_dir()
        told = f" (nothing is fetched from the Hugging Face hub: `hf download {path}` does, and prints the folder)"
        raise ModelError(f"there is no file {path}{told if hub else ''}; {_EXPECTED}")
    size = path.stat().st_size
    if size == 0:
        raise ModelError(f"{path} is empty; {_EXPECTED}")
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"PK"):
        return _archive_kind(path)
    for magic, description in _FOREIGN.items():
        if start.startswith(magic):
            raise ModelError(f"{path} is {description}; {_EXPECTED}")
    if start[:1] == b"\x08" and start[2:3] == b"\x12":  # the version of its format, then who made it
        raise ModelError(f"{path} is an ONNX file; {_EXPECTED}")
    if start[:1] == b"\x80":
        return FileKind.LEGACY_CHECKPOINT if start[2:].startswith(_LEGACY_MAGIC) else FileKind.PICKLE
    if path.name.endswith(".safetensors.index.json"):
        return FileKind.SHARDS
    if start[8:9] == b"{" and 2 <= int.from_bytes(start[:8], "little") <= size - 8:
        return FileKind.SAFETENSORS
    raise ModelError(f"{path} holds no model that can be read, or is cut off; {_EXPECTED}")


def _archive_kind(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.partition("/")[2] for name in archive.namelist()} | set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ModelError(f"{path} is damaged or cut off ({error}); copy or save it again") from error
    if "constants.pkl" in names:
        return FileKind.TORCHSCRIPT
    if "serialized_exported_program.json" in names or any(name.startswith("models/") for name in names):
        return FileKind.EXPORTED_PROGRAM
    if "data.pkl" in names:
        return FileKind.CHECKPOINT
    if "config.json" in names and any(name.endswith(".h5") for name in names):
        raise ModelError(f"{path} is a Keras archive; {_EXPECTED}")
    raise ModelError(f"{path} is a zip archive without a model; {_EXPECTED}")
