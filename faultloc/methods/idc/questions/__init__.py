"""The research questions that coverage criteria are judged by, as experiments with repetitions and intervals.

RQ1 pruning: do the units that an attribution ranks first matter? RQ2 diversity: does coverage see changes where they
matter? RQ3 sensitivity: does it see adversarial inputs? RQ4 impartiality: does it grow with the evenness of what the
network answers? RQ5 overhead: what does it cost?

Source: Gerasimou et al., ICSE 2020, section 4; WISDOM's code and its description of the experiments.
"""
