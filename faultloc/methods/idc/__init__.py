"""Importance-driven coverage, and the criteria of coverage that it is compared with: what does a test suite exercise?

Sources: Gerasimou, Eniser, Sen and Cakan, "Importance-Driven Deep Learning System Testing", ICSE 2020 (DeepImportance),
and its authors' code; WISDOM, the code that carries it to PyTorch and lets attributions vote. The criteria name theirs
in their files; for most, the definitions are also those of the public code of Yuan, Pang and Wang, "Revisiting Neuron
Coverage for DNN Testing: A Layer-Wise and Distribution-Aware Criterion", ICSE 2023 (NLC), and where that code and the
paper that proposed a criterion say different things, ``Differs`` tells which is the default and how to get the other.
"""
