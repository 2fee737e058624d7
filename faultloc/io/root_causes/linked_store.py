"""What was linked in the last run, taken up where data, model and settings are the same: a folder with a digest."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from faultloc.io.artifacts import load_array, load_json, save_array, save_json
from faultloc.io.root_causes.error_store import load_errors, save_errors
from faultloc.io.root_causes.evidence_layers import load_evidence_layers, save_evidence_layers
from faultloc.io.root_causes.tree_store import load_trees, save_trees
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.layer_evidence import Evidence
from faultloc.methods.hudd.growing import Grown


@dataclass(frozen=True)
class KeptLinks:
    """What is kept; ``heatmaps`` are None where there are none, and ``why_none`` says why."""

    errors: Errors
    evidence: Evidence
    grown: Mapping[str, Grown]
    heatmaps: Float[np.ndarray, "error row column"] | None
    why_none: str


def save_links(folder: Path, digest: str, links: KeptLinks) -> None:
    """Writes ``links`` in place of others; the digest is written last, so that half of them is never taken for all."""
    if folder.exists():
        (folder / "digest.json").unlink(missing_ok=True)
        shutil.rmtree(folder)
    save_errors(folder / "errors", links.errors)
    save_evidence_layers(folder / "evidence", links.evidence)
    save_trees(folder / "trees", links.grown)
    if links.heatmaps is not None:
        save_array(folder / "heatmaps.npy", np.asarray(links.heatmaps))
    save_json(folder / "digest.json", {"digest": digest, "why_no_heatmaps": links.why_none})


def load_links(folder: Path, digest: str) -> KeptLinks | None:
    """What is kept in ``folder``, or None where that belongs to something else."""
    key = folder / "digest.json"
    if not key.exists() or load_json(key).get("digest") != digest:
        return None
    drawn = folder / "heatmaps.npy"
    return KeptLinks(
        load_errors(folder / "errors"),
        load_evidence_layers(folder / "evidence"),
        load_trees(folder / "trees"),
        load_array(drawn, mmap=True) if drawn.exists() else None,
        load_json(key)["why_no_heatmaps"],
    )
