"""All attacks."""

from tests.grading.attacks.exhaustion import EXHAUSTION
from tests.grading.attacks.files import FILES
from tests.grading.attacks.forging import FORGING
from tests.grading.attacks.kernel import KERNEL
from tests.grading.attacks.processes import PROCESSES
from tests.grading.attacks.protocol import PROTOCOL
from tests.grading.attacks.reading import READING

BANK = [*READING, *PROCESSES, *KERNEL, *FILES, *FORGING, *PROTOCOL, *EXHAUSTION]
