"""The recipes that the command line follows unless told otherwise, by model and kind of data."""

from scratchcv.training.recipe import Recipe

RECIPES: dict[str, dict[str, Recipe]] = {
    "localizer": {
        "scenes": Recipe(size=64, batch_size=32, steps=600, learning_rate=0.02, augmentation="none"),
        "photographs": Recipe(size=128, epochs=40, learning_rate=0.01, augmentation="flip"),
    },
    "sliding_window": {
        "scenes": Recipe(size=128, steps=400, augmentation="none"),
        "photographs": Recipe(size=256, epochs=40, augmentation="ssd"),
    },
    "rcnn": {
        "scenes": Recipe(size=128, batch_size=8, steps=200, learning_rate=0.05, augmentation="none"),
        "photographs": Recipe(size=256, batch_size=8, epochs=10, learning_rate=0.05, augmentation="flip"),
    },
    "fast_rcnn": {
        "scenes": Recipe(size=128, batch_size=8, steps=600, augmentation="flip"),
        "photographs": Recipe(size=256, batch_size=8, epochs=40, augmentation="flip"),
    },
    "faster_rcnn": {
        "scenes": Recipe(size=128, steps=500, learning_rate=0.15, warm_up_steps=60, augmentation="none"),
        "photographs": Recipe(
            size=256, batch_size=8, epochs=50, learning_rate=0.1, warm_up_steps=60, augmentation="ssd"
        ),
    },
    "retinanet": {
        "scenes": Recipe(size=128, steps=800, learning_rate=0.08, warm_up_steps=60, augmentation="none"),
        "photographs": Recipe(
            size=256, batch_size=8, epochs=40, learning_rate=0.06, warm_up_steps=60, augmentation="ssd"
        ),
    },
    "ssd": {
        "scenes": Recipe(size=128, steps=300, augmentation="none"),
        "photographs": Recipe(size=256, epochs=40, augmentation="ssd"),
    },
    "yolo_v1": {
        "scenes": Recipe(size=128, steps=800, learning_rate=0.02, warm_up_steps=60, augmentation="flip"),
        "photographs": Recipe(size=256, epochs=60, learning_rate=0.02, warm_up_steps=60, augmentation="ssd"),
    },
    "yolo_v2": {
        "scenes": Recipe(size=128, steps=800, learning_rate=0.02, warm_up_steps=60, augmentation="none"),
        "photographs": Recipe(size=256, epochs=50, learning_rate=0.02, warm_up_steps=60, augmentation="ssd"),
    },
    "yolo_v3": {
        "scenes": Recipe(size=128, steps=500, learning_rate=0.02, warm_up_steps=60, augmentation="none"),
        "photographs": Recipe(size=256, epochs=50, learning_rate=0.02, warm_up_steps=60, augmentation="ssd"),
    },
}
"""By the model's name on the command line. Scenes without a count do not come twice in so few steps and need
no augmentation; with one, as in ``scenes:40``, they come again as photographs do."""

SCENES = {"localizer": "single", "rcnn": "scenes:300", "fast_rcnn": "scenes:600"}
"""The scenes for models that plain ones do not suit. A localizer wants a single thing in each; a model that
searches each image for proposals first wants few scenes that come again, for each is searched once."""
