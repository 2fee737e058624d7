"""What the subject says about every sample of every split before any mutation: logits, probabilities, loss; outputs and
loss of a regression."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("preloss")
def main(params: DictConfig) -> str:
    from faultloc.io.stores.dataset_store import load_splits
    from faultloc.io.stores.split_store import save_by_split
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.probes.predictions import predict
    from stages.shared.torch_runtime import start_torch

    device = start_torch(params.runtime)
    network = load_subject(places.SUBJECT).network.to(device)
    predictions = {
        name: predict(network, part, device, batch_size=params.runtime.batch_size)
        for name, part in load_splits(places.DATASET).items()
    }
    save_by_split(places.PREDICTIONS, {name: said.arrays for name, said in predictions.items()})
    train = predictions["train"]
    agreement = f"{train.task.measure_on_given} {train.measure:.4f}"
    others = "".join(f"; {len(said.given)} of {name}" for name, said in predictions.items() if name != "train")
    return f"{len(train.given)} losses, mean {train.losses.mean():.4f}, {agreement}{others}"


if __name__ == "__main__":
    main()
