#!/usr/bin/env bash
# Runs the whole pipeline on every real data set that lies under a folder, and prints the result tables.
#
#   benchmarks/real_data.sh data/raw [results.txt]
#
# The folder holds mnist/ and fashion-mnist/ (IDX files), ag_news/ (CSV files), usps/usps.npz and
# cifar10/cifar10-exact-5000.npz; what is absent is skipped, saying so. params.yaml is as before afterwards.
set -euo pipefail
data=$1
output=${2:-/dev/stdout}
converted=$(mktemp -d)
cp params.yaml "$converted/params.yaml"
trap 'cp "$converted/params.yaml" params.yaml; rm -rf "$converted"' EXIT

run() { # name of the run, then overrides
  local name=$1 started
  shift
  started=$(date +%s)
  python -m stages.compose dfaulo=paper "$@" >/dev/null
  dvc repro >"$converted/log"
  {
    echo "## $name"
    echo
    echo "    python -m stages.compose dfaulo=paper $(printf '%s' "$*" | sed "s#$converted#data/raw#g; s#$data#data/raw#g") && dvc repro"
    echo
    grep -E '^[a-z]+: .* s$' "$converted/log" | sed 's/^/    /'
    echo
    sed 's/^/    /' results/report/table.txt
    echo
    echo "$(($(date +%s) - started)) s in all"
    echo
  } >>"$output"
}

# The arrays of those two sets have names and scales of their own: bring them into the npz reader's.
convert() { # source, target, largest value
  python - "$@" <<'PYTHON'
import sys

import numpy as np

source, target, largest = sys.argv[1:]
arrays = np.load(source)


def pixels(name):
    return (arrays[name] * (255 / int(largest))).round().astype(np.uint8)


np.savez(target, inputs=pixels("train_image"), labels=arrays["train_label"].astype(np.int64),
         test_inputs=pixels("test_image"), test_labels=arrays["test_label"].astype(np.int64))
PYTHON
}

present() { if [ -e "$data/$1" ]; then true; else echo "$data/$1 is absent: skipped" >&2 && false; fi; }

if present usps/usps.npz; then
  convert "$data/usps/usps.npz" "$converted/usps.npz" 2000
  run USPS dataset=npz dataset.path="$converted/usps.npz" model=lenet1
fi
if present cifar10/cifar10-exact-5000.npz; then
  convert "$data/cifar10/cifar10-exact-5000.npz" "$converted/cifar10.npz" 255
  run "CIFAR-10, 4,000 images" dataset=npz dataset.path="$converted/cifar10.npz" model=resnet20 train.epochs=15
fi
present mnist && run MNIST dataset=mnist dataset.root="$data/mnist" dfaulo.online.per_round=200
present mnist && run "MNIST, foreign inputs" dataset=mnist dataset.root="$data/mnist" dataset.subset=10000 fault=random_data
present fashion-mnist && run Fashion-MNIST dataset=fashion_mnist dataset.root="$data/fashion-mnist" model=lenet5 \
  dataset.subset=10000 train=adam train.batch_size=64 train.epochs=10 dfaulo.online.per_round=200
present ag_news && run "AG News" dataset=ag_news dataset.root="$data/ag_news" train.epochs=2 dfaulo.online.per_round=200
