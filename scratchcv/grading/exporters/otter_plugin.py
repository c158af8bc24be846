"""A plugin for otter that grades a submission as text: none of its cells is run in otter's kernel."""

from typing import Any


class TextOnly:
    """Takes the code out of what otter runs; the tests read the submission's file.

    Parameters
    ----------
    path : str
        Of the submission.
    metadata, config : dict
        What else otter gives to a plugin.
    """

    def __init__(self, path: str, metadata: dict[str, Any], config: dict[str, Any]) -> None:
        self.path = path

    def before_execution(self, submission: Any) -> Any:
        """Return the notebook without its cells of code."""
        submission["cells"] = [cell for cell in submission["cells"] if cell["cell_type"] != "code"]
        return submission

    def after_grading(self, results: Any) -> None:
        """Stop where the grader failed, so that nobody gets a wrong zero.

        Raises
        ------
        RuntimeError
            When a test ended with the grader's own error.
        """
        for file in results.results.values():
            for case in file.test_case_results:
                if not case.passed and "NotGradedError" in case.message:
                    raise RuntimeError(f"not graded: {case.message.strip().splitlines()[-1].strip()}")
