#!/usr/bin/env bash
# DVC 3.67.1 writes over dvc.lock in place: the file that is there is cut to nothing and filled anew, and no whole one
# takes its place. Where the machine stops in between, a part of it is left, which DVC refuses, or takes for all of it.
# Seen:
#   the same inode before and after
#   cut off at eight places: refused at 4, taken for a shorter one at 4
# Exits with an error where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$folder/site"
mkdir "$folder/work" && cd "$folder/work"
dvc init --no-scm --quiet
cat > dvc.yaml <<'GRAPH'
stages:
  count:
    cmd: wc -l < words.txt > count.txt
    deps:
    - words.txt
    outs:
    - count.txt
GRAPH
echo one > words.txt && dvc repro --quiet
before=$(stat -c %i dvc.lock)
echo two >> words.txt && dvc repro --quiet
after=$(stat -c %i dvc.lock)
echo "inode $before before, $after after"
[ "$before" = "$after" ]
cp dvc.lock whole
length=$(wc -c < whole) refused=0
for part in 1 2 3 4 5 6 7 8; do
  head -c "$((length * part / 9))" whole > dvc.lock
  if ! dvc status > said.txt 2>&1; then refused=$((refused + 1)); fi
done
echo "cut off at eight places: refused at $refused, taken for a shorter one at $((8 - refused))"
[ "$refused" -gt 0 ]
