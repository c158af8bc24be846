"""From configurations to models."""

import json

import pytest

from scratchcv import InputError
from scratchcv.models import build_model, ssd_tiny


def test_a_configuration_survives_json_and_rebuilds_the_model():
    model = ssd_tiny(["background", "cell"], size=128, seed=3, scales=(0.1, 0.2, 0.3, 0.4, 0.5))
    rebuilt = build_model(json.loads(json.dumps(model.config)))
    assert rebuilt.config == model.config
    assert rebuilt.anchors.tobytes() == model.anchors.tobytes()
    own, theirs = model.state_dict(), rebuilt.state_dict()
    assert all(own[name].tobytes() == theirs[name].tobytes() for name in own)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "unknown model 'None', known: .*ssd_tiny"),
        ({"model": "yolo_v9"}, "unknown model 'yolo_v9', known: .*ssd_tiny"),
        ({"model": "ssd_tiny"}, r"ssd_tiny cannot be built from \{\}: .*'class_names'"),
        ({"model": "ssd_tiny", "class_names": ["cat"]}, "cannot be built .* begins with 'background', got"),
        (
            {"model": "ssd_tiny", "class_names": ["background"], "size": 100},
            "cannot be built .* multiple of 64",
        ),
        ({"model": ["ssd_tiny"]}, "unknown model .*, known: .*ssd_tiny"),
        ({"model": "ssd_tiny", "class_names": [], "colour": 1}, r"ssd_tiny cannot be built .*'colour'"),
    ],
)
def test_bad_configurations(config, message):
    with pytest.raises(InputError, match=message):
        build_model(config)
