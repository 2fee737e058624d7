#!/usr/bin/env bash
# DVC 3.67.1: `dvc repro --dry`, which is to say what would run, ends with an error on a pipeline that has not been run
# yet: the first stage that reads another's output is looked for on disk, and nothing after it is named.
# Seen:
#   before the first run: status 255, named 1 of 3 stages
#   after it, with a changed first stage: status 0, named 1 of 3 stages
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
  words:
    cmd: echo one > words.txt
    outs:
    - words.txt
  count:
    cmd: wc -l < words.txt > count.txt
    deps:
    - words.txt
    outs:
    - count.txt
  report:
    cmd: cat count.txt > report.txt
    deps:
    - count.txt
    outs:
    - report.txt
GRAPH
dry() {
  set +e
  dvc repro --dry > said.txt 2>&1
  status=$?
  set -e
  named=$(grep -c "^Running stage" said.txt || true)
}
dry
echo "before the first run: status $status, named $named of 3 stages"
[ "$status" -ne 0 ] && [ "$named" -eq 1 ]
dvc repro --quiet
sed -i 's/echo one/echo two/' dvc.yaml
dry
echo "after it, with a changed first stage: status $status, named $named of 3 stages"
[ "$status" -eq 0 ] && [ "$named" -lt 3 ]
