"""Why nothing was seen of a script, and the line that would change it."""

import re
from collections.abc import Sequence
from pathlib import Path

from faultloc.methods.deep_localize.raised.explain import error_in_words

_OTHER_PROCESSES = re.compile(r"\bmp\.spawn|multiprocessing\.spawn|\bProcess\(|notebook_launcher|Popen\(|subprocess\.")
_LINE = "TrainingMonitor(model, optimizer).attach()"


TORCH_BACKEND = 'put import os; os.environ["KERAS_BACKEND"] = "torch" on the first line of the script'


def why_nothing_was_seen(
    script: Path, error: BaseException | None, *, has_optimizer: bool, notes: Sequence[str]
) -> str:
    """In a sentence or two; ``has_optimizer``: one of ``torch.optim`` was made. ``error``: what ended the script."""
    text = script.read_text(encoding="utf-8", errors="replace")
    if isinstance(error, ModuleNotFoundError) and error.name in ("jax", "tensorflow") and "keras" in text:
        return f"no training was seen: Keras looks for {error.name!r}, and is watched on torch alone; {TORCH_BACKEND}"
    if error is not None:
        return f"no training was seen before {error_in_words(error)}"
    if notes:
        return "no training was seen: " + "; ".join(notes)
    if found := _OTHER_PROCESSES.search(text):
        return (
            f"no training was seen: the script starts other processes ({found[0].rstrip('(')}), which are not watched; "
            f"train in one process, or put {_LINE} where they train"
        )
    if has_optimizer:
        return (
            "no training was seen: an optimizer was made, and no model was called with gradients on after that; is the "
            "loader empty, everything inside torch.no_grad(), or a main() never called?"
        )
    if "tensorflow" in text:
        return "no training was seen: TensorFlow cannot be watched, only PyTorch, and Keras 3 with KERAS_BACKEND=torch"
    return (
        "no training was seen: no optimizer of torch.optim was made; a training needs, for example, optimizer = "
        "torch.optim.Adam(model.parameters()); is the code that trains called, with if __name__ == '__main__': main()?"
    )
