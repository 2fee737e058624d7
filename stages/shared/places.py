"""Where the stages keep what they exchange, each place by one name; `dvc.yaml` lists the same paths."""

from pathlib import Path

# The data set, a folder a split; a stage that reads one split depends on it alone.
DATASET = Path("data/dataset")
TRAIN_SET = DATASET / "train"
TEST_SET = DATASET / "test"
TEXT = DATASET / "text.json"
TRUTH = Path("data/truth")

SUBJECT = Path("models/subject")
TRAINING = Path("data/training")
TRAIN_RESULTS = Path("results/train")

# What the subject says of each split.
PREDICTIONS = Path("data/preloss")
TRAIN_PREDICTIONS = PREDICTIONS / "train"
OUTLIER = Path("data/outlier")
# Its features of each split.
ACTIVATION = Path("data/activation")
TRAIN_ACTIVATION = ACTIVATION / "train"
MUTATION = Path("data/mutation")
MUTANTS = Path("models/mutants")
SUFFIX = Path("data/suffix")
PEERS = Path("data/peers")
# The errors of the test set, what each layer says of them, the trees over them.
ERRORS = Path("data/errors")
HEATMAPS = Path("data/heatmaps")
LINKAGE = Path("data/linkage")
# What each unit says of each sample of each split; how much each matters; which matter most; their clusters.
UNIT_OUTPUTS = Path("data/unit_outputs")
TRAIN_UNIT_OUTPUTS = UNIT_OUTPUTS / "train"
TEST_UNIT_OUTPUTS = UNIT_OUTPUTS / "test"
UNIT_LAYERS = TRAIN_UNIT_OUTPUTS / "layers.json"
IMPORTANCE = Path("data/importance")
VOTES = Path("data/votes.csv")
IMPORTANT_UNITS = Path("data/important_units.json")
CENTROIDS = Path("data/centroids.json")

DFAULO = Path("results/dfaulo")
RANKING = DFAULO / "ranking.csv"
ROOT_CAUSES = Path("results/root_causes")
CAUSE_EVALUATION = Path("results/cause_evaluation")
CAUSE_REPORT = Path("results/cause_report")
UNSAFE_SET = Path("results/unsafe_set")
HUDD_RETRAIN = Path("results/hudd_retrain")
COVERAGE = Path("results/coverage")
DEEP_LOCALIZE = Path("results/deep_localize")
EVALUATION = Path("results/evaluation")
REPORT = Path("results/report")
PURIFY = Path("results/purify")

# The research questions of coverage.
RQ1 = Path("results/rq1")
RQ2 = Path("results/rq2")
RQ3 = Path("results/rq3")
RQ4 = Path("results/rq4")
RQ5 = Path("results/rq5")
