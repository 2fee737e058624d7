#!/usr/bin/env bash
# DVC 3.67.1: after every stage that runs, dvc.lock is parsed with a parser that keeps comments, and written anew; that
# takes as long as the file is long, whichever stage ran. A graph that lists its code file by file pays it at each stage.
# Seen, for one stage that does nothing, run beside another that depends on 20 files, and on 1,000:
#   20 files: 87 lines of dvc.lock; 1000 files: 4007 lines; the same stage takes 5.0 times as long
# (the whole command: what DVC takes to start is in both).
# Exits with an error where the longer file no longer costs half as much again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$folder/site"
for count in 20 1000; do
  mkdir -p "$folder/work$count/code" && cd "$folder/work$count"
  dvc init --no-scm --quiet
  {
    printf 'stages:\n  idle:\n    cmd: "true"\n    always_changed: true\n  reader:\n    cmd: "true"\n    deps:\n'
    for number in $(seq "$count"); do echo "$number" > "code/$number.py"; echo "    - code/$number.py"; done
  } > dvc.yaml
  dvc repro --quiet
done
python3 - "$folder" <<'PYTHON'
import pathlib, statistics, subprocess, sys, time
times = {20: [], 1000: []}
for _ in range(5):  # by turns, so that both find the same machine
    for count, seen in times.items():
        start = time.perf_counter()
        subprocess.run(["dvc", "repro", "--quiet", "idle"], cwd=f"{sys.argv[1]}/work{count}", check=True)
        seen.append(time.perf_counter() - start)
lines = {count: len(pathlib.Path(sys.argv[1], f"work{count}/dvc.lock").read_text().splitlines()) for count in times}
ratio = statistics.median(times[1000]) / statistics.median(times[20])
print(f"20 files: {lines[20]} lines of dvc.lock; 1000 files: {lines[1000]} lines; the same stage takes {ratio:.1f} times as long")
assert ratio > 1.5
PYTHON
