"""What was linked in the last run, taken up where data, model and settings are the same: a folder with a digest."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faultloc.io.root_causes.error_store import load_errors, save_errors
from faultloc.io.root_causes.evidence_layers import load_evidence_layers, save_evidence_layers
from faultloc.io.root_causes.heatmap_store import load_input_heatmaps, save_input_heatmaps
from faultloc.io.root_causes.tree_store import load_trees, save_trees
from faultloc.io.stores.artifacts import load_json, save_json
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.input_relevance import InputHeatmaps
from faultloc.methods.hudd.evidence.layer_evidence import Evidence
from faultloc.methods.hudd.growing import Grown


@dataclass(frozen=True)
class KeptLinks:
    """What is kept."""

    errors: Errors
    evidence: Evidence
    grown: Mapping[str, Grown]
    heatmaps: InputHeatmaps


def save_links(folder: Path, digest: str, links: KeptLinks) -> None:
    """Writes ``links`` in place of others; the digest is written last, so that half of them is never taken for all."""
    if folder.exists():
        (folder / "digest.json").unlink(missing_ok=True)
        shutil.rmtree(folder)
    save_errors(folder / "errors", links.errors)
    save_evidence_layers(folder / "evidence", links.evidence)
    save_trees(folder / "trees", links.grown)
    save_input_heatmaps(folder / "heatmaps", links.heatmaps)
    save_json(folder / "digest.json", {"digest": digest})


def load_links(folder: Path, digest: str) -> KeptLinks | None:
    """What is kept in ``folder``, or None where that belongs to something else."""
    key = folder / "digest.json"
    if not key.exists() or load_json(key).get("digest") != digest:
        return None
    return KeptLinks(
        load_errors(folder / "errors"),
        load_evidence_layers(folder / "evidence"),
        load_trees(folder / "trees"),
        load_input_heatmaps(folder / "heatmaps"),
    )
