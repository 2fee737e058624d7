"""Known causes of failures, put into inputs, so that it is known what a method should find.

`CAUSES` are the causes by name, in the order in which a picture with several gets them: what belongs to the scene
before what belongs to the camera. To be named here is all that a new one needs.
"""

from collections.abc import Mapping
from types import MappingProxyType

from faultloc.faults.inputs.blur import Blur
from faultloc.faults.inputs.cause import Cause
from faultloc.faults.inputs.darkness import Darkness
from faultloc.faults.inputs.mark import MissingMark, SwappedMark
from faultloc.faults.inputs.negative import Negative
from faultloc.faults.inputs.noise import Noise
from faultloc.faults.inputs.occlusion import Occlusion
from faultloc.faults.inputs.other_font import OtherFont
from faultloc.faults.inputs.rotation import Rotation

_IN_ORDER = (
    *(OtherFont(), Rotation(), SwappedMark(), MissingMark(), Occlusion()),
    *(Darkness(), Negative(), Blur(), Noise()),
)
CAUSES: Mapping[str, Cause] = MappingProxyType({cause.name: cause for cause in _IN_ORDER})
