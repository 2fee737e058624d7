"""What every setting may be: its name, its type, its range. `params.yaml` is held against it as a whole.

A group of `conf/` is a class here, its settings the annotations; `kinds.py` has the words for ranges and choices.
Nothing of the library is imported until a composition is checked: a stage that starts holds `params.yaml` against this
without waiting.
"""
