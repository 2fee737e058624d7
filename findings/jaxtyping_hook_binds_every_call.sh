#!/usr/bin/env bash
# jaxtyping 0.3.11 with beartype 0.23.1: its import hook wraps every function of a package, those whose types name no
# shape too, and each call binds its arguments by inspect.Signature, in Python. beartype alone checks the same types
# without a single one. In a package of small functions the checks take most of the tests' time.
# Seen: 1000 signatures bound in 1000 calls under the hook, 0 with beartype alone; both refuse a wrong argument.
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jaxtyping==0.3.11 beartype==0.23.1 numpy==2.4.6
cat > "$folder/sums.py" <<'PROGRAM'
def total(first: int, second: int) -> int:
    return first + second
PROGRAM
cat > "$folder/count.py" <<'PROGRAM'
import inspect
import sys

from beartype import beartype
from jaxtyping import install_import_hook

if sys.argv[1] == "hook":
    install_import_hook("sums", "beartype.beartype")
import sums

total = sums.total if sys.argv[1] == "hook" else beartype(sums.total)
bound = 0
original = inspect.Signature.bind


def bind(self, *given, **named):
    global bound
    bound += 1
    return original(self, *given, **named)


inspect.Signature.bind = bind
for number in range(1000):
    total(number, 1)
inspect.Signature.bind = original
try:
    total("one", 1)
except Exception:
    print(bound, "refused")
PROGRAM
cd "$folder"
hooked=$(venv/bin/python count.py hook)
alone=$(venv/bin/python count.py alone)
echo "in 1000 calls, signatures bound: $hooked with the hook, $alone with beartype alone"
[ "$hooked" = "1000 refused" ] && [ "$alone" = "0 refused" ]
