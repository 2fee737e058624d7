"""Programs whose training goes wrong for a known reason, their fixed twins, and healthy ones that look odd.

``SO...`` and ``GH-...`` have the architectures and root causes of programs in DeepLocalize's benchmark (Wardat, Le and
Rajan, ICSE 2021), whose numbers are those of questions on Stack Overflow; ``PT-...`` are mistakes that PyTorch lets one
make. All are written afresh, on data that are generated or that scikit-learn bundles, in at most 200 steps. Learning
rates and data are chosen so that a fixed twin really learns better: ``validity`` measures it.
"""
