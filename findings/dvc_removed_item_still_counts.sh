#!/usr/bin/env bash
# DVC 3.67.1: an item that is taken out of a foreach stage leaves its file behind, and a stage that depends on the folder
# goes on counting it: dvc repro runs nothing and dvc status finds all up to date. (A matrix stage does the same.)
# Seen:
#   three mutants: mutants@one mutants@two mutants@three vote, then votes.txt has 3 votes
#   two mutants: Stage 'vote' didn't change, skipping; Data and pipelines are up to date.; votes.txt has 3 votes
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
  mutants:
    foreach: [one, two, three]
    do:
      cmd: mkdir -p mutants && echo ${item} > mutants/${item}.txt
      outs:
      - mutants/${item}.txt
  vote:
    cmd: cat mutants/*.txt > votes.txt
    deps:
    - mutants
    outs:
    - votes.txt
GRAPH
dvc repro --quiet
echo "three mutants: votes.txt has $(wc -l < votes.txt) votes"
sed -i 's/, three]/]/' dvc.yaml
second=$(dvc repro)
status=$(dvc status)
echo "two mutants: $(grep vote <<< "$second"); $status; votes.txt has $(wc -l < votes.txt) votes"
grep -q "Stage 'vote' didn't change, skipping" <<< "$second"
grep -q "Data and pipelines are up to date" <<< "$status"
[ "$(wc -l < votes.txt)" = 3 ]
