"""The settings of the root causes as the command and the Python call name them."""

IN_COMMAND = {
    "hudd.root_causes.clusters": "--clusters",
    "hudd.root_causes.layer": "--layer",
    "hudd.root_causes.reduce=umap": "the reduction by UMAP, which --preset asks for,",
    "hudd.heatmaps.layers": "--preset",
}
IN_PYTHON = {
    "hudd.root_causes.clusters": "clusters",
    "hudd.root_causes.layer": "layer",
    "hudd.root_causes.reduce=umap": "the reduction by UMAP, which the preset asks for,",
    "hudd.heatmaps.layers": "preset",
}
