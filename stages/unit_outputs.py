"""What each unit of the subject says of each training and test sample: a channel's mean, a neuron's output."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("unit_outputs")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.unit_output_store import save_unit_outputs
    from faultloc.io.stores.dataset_store import load_splits
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.idc.units import UnitReader, labelled_batches
    from stages.shared.torch_runtime import start_torch

    device = start_torch(params.runtime)
    network = load_subject(places.SUBJECT).network.to(device)
    reader, said = UnitReader(network, point=params.idc.unit_outputs.point), []
    for name, part in load_splits(places.DATASET).items():
        if name not in ("train", "test"):
            continue
        outputs = reader.read_all(labelled_batches(part, device, params.runtime.batch_size))
        save_unit_outputs(places.UNIT_OUTPUTS / name, outputs)
        said.append(f"{len(outputs)} of {name}")
    return f"{sum(outputs.widths)} units in {len(outputs.layers)} layers; {', '.join(said)}"


if __name__ == "__main__":
    main()
