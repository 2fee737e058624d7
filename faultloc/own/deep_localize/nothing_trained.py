"""Why nothing was seen of a script, and the line that would change it."""

import re
from collections.abc import Sequence
from pathlib import Path

_OTHER_PROCESSES = re.compile(r"\bmp\.spawn|multiprocessing\.spawn|\bProcess\(|notebook_launcher|Popen\(|subprocess\.")
_LINE = "TrainingMonitor(model, optimizer).attach()"


def why_nothing_was_seen(script: Path, *, has_optimizer: bool, notes: Sequence[str]) -> str:
    """In a sentence or two; ``has_optimizer``: one of ``torch.optim`` was made."""
    if notes:
        return "no training was seen: " + "; ".join(notes)
    text = script.read_text(encoding="utf-8", errors="replace")
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
