"""A model trained on with other samples, judged on held-out ones: what purify and HUDD share.

Models that are to be compared take the same number of the optimizer's steps, whatever the size of their sets.
"""
