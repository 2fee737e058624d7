"""Which units are the important ones, by an attribution or by a table of scores."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("selection")
def main(params: DictConfig) -> str:
    from pathlib import Path

    from faultloc.errors import ConfigError
    from faultloc.io.coverage.importance_table import load_importance
    from faultloc.io.coverage.layer_widths import load_widths
    from faultloc.io.coverage.unit_store import save_units
    from faultloc.io.stores.artifacts import load_json
    from faultloc.methods.idc.selection import SelectionSettings, select_groups

    asked = params.idc.selection
    settings = SelectionSettings(asked.scope, asked.layer_index, asked.top)
    read = load_json(places.IMPORTANCE / "attributions.json")["attributions"]
    if asked.by == "scores":
        path = Path(asked.scores)
    elif asked.by in read:
        path = places.IMPORTANCE / f"{asked.by}.csv"
    elif read:
        raise ConfigError(f"idc.selection.by is {asked.by!r}; expected scores, or one that was read: {', '.join(read)}")
    else:
        save_units(places.IMPORTANT_UNITS, {})
        return "no importance was read, so no unit is the important one"
    groups = select_groups(
        load_importance(path, load_widths(places.UNIT_LAYERS), at_least=settings.top if asked.by == "scores" else 1),
        settings,
    )
    save_units(places.IMPORTANT_UNITS, groups)
    return "; ".join(f"{name}: {', '.join(f'{layer}.{n}' for layer, n in units)}" for name, units in groups.items())


if __name__ == "__main__":
    main()
