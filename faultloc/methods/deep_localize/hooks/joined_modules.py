"""Several modules that are trained together, looked at as one, each under its own name."""

from collections.abc import Iterator, Mapping

from torch import nn


class JoinedModules(nn.Module):
    """The modules of one run: ``named_modules`` gives ``encoder.0`` for layer 0 of the part ``encoder``.

    A part that is alone does not need its name, and its layers go by their own.
    It is never called; joining sets nothing on the parts, neither a mode nor a hook.
    """

    def __init__(self, parts: Mapping[str, nn.Module]) -> None:
        super().__init__()
        for name, part in parts.items():
            self.join(name, part)

    def join(self, name: str, part: nn.Module) -> None:
        """Takes one more part, numbered where its name is taken; parts that are inside of it give way to it."""
        inside = {id(module) for module in part.modules()}
        for known in [known for known, other in self._modules.items() if id(other) in inside]:
            del self._modules[known]
        free = name if name not in self._modules else next(
            numbered for number in range(2, 1000) if (numbered := f"{name}_{number}") not in self._modules
        )  # fmt: skip
        self._modules[free] = part

    def named_modules(
        self, memo: set[nn.Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, nn.Module]]:
        """Every module of every part by its name, the whole under the empty one."""
        if len(self._modules) == 1 and not prefix:
            only = next(iter(self._modules.values()))
            assert only is not None
            yield from only.named_modules(memo, prefix, remove_duplicate)
        else:
            yield from super().named_modules(memo, prefix, remove_duplicate)


def parts_of(model: nn.Module) -> dict[str, nn.Module]:
    """The parts by their names; a model that is alone is its own part and has no name."""
    if isinstance(model, JoinedModules):
        parts = {name: part for name, part in model._modules.items() if part is not None}
        return parts if len(parts) > 1 else {"": next(iter(parts.values()))}
    return {"": model}


def what_is_in(model: nn.Module) -> str:
    """The parts by their names, a model that is alone by its class, for people."""
    return ", ".join(name or type(part).__name__ for name, part in parts_of(model).items())


def without_wrapper(module: nn.Module) -> nn.Module:
    """The module inside what ``torch.compile``, ``DataParallel`` and ``DistributedDataParallel`` put around it."""
    for name in ("_orig_mod", "module"):
        inner = getattr(module, name, None)
        is_wrapper = name == "_orig_mod" or isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel)
        if isinstance(inner, nn.Module) and is_wrapper:
            return without_wrapper(inner)
    return module


def part_of_place(model: nn.Module, parameters: list[nn.Parameter]) -> str | None:
    """The name of the one part that holds all of ``parameters``; None where there is none, or but one part at all."""
    wanted = {id(parameter) for parameter in parameters}
    for name, part in parts_of(model).items():
        if name and wanted and wanted <= {id(parameter) for parameter in part.parameters()}:
            return name
    return None
