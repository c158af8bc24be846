"""The sealed process, run as ``python -I -S -B <this folder> <settings as JSON>``.

Its files know each other by their full names, but the package around them is never imported: empty modules
stand in its place until everything is loaded, and are gone before a student's code arrives.
"""

import json
import sys
from pathlib import Path
from types import ModuleType


def main() -> None:
    """Import, seal, report, serve."""
    here = str(Path(__file__).parent)
    for name, folders in (("scratchcv", []), ("scratchcv.grading", []), ("scratchcv.grading.child", [here])):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = folders
    settings = json.loads(sys.argv[1])

    from scratchcv.grading.child.libraries import import_libraries, only_from

    with only_from(settings["folder"], settings["packages"]):
        from scratchcv.grading.child.probes import probe
        from scratchcv.grading.child.seal import seal
        from scratchcv.grading.child.serve import Channel, serve

        import_libraries(settings)
    sys.path[:] = [folder for folder in sys.path if folder != here]
    for name in [name for name in sys.modules if name.partition(".")[0] == "scratchcv"]:
        del sys.modules[name]

    channel = Channel(settings["requests"], settings["answers"])
    layers = seal(settings, channel.descriptors)
    serve(channel, {"layers": layers, "probes": probe(settings["parent"])})


if __name__ == "__main__":
    main()
