"""What Gradescope's documentation says of results.json, as a check written by hand."""

NUMBER, TEXT, OBJECT = (int, float), (str,), (dict,)
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}

RESULTS = {
    "score": NUMBER,
    "execution_time": NUMBER,
    "output": TEXT,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "extra_data": OBJECT,
    "tests": (list,),
    "leaderboard": (list,),
}
TEST = {
    "score": NUMBER,
    "max_score": NUMBER,
    "status": {"passed", "failed"},
    "name": TEXT,
    "name_format": FORMATS,
    "number": TEXT,
    "output": TEXT,
    "output_format": FORMATS,
    "tags": (list,),
    "visibility": VISIBILITY,
    "extra_data": OBJECT,
}


def faults(results):
    """Return what is wrong with the contents of a results.json that gives a score."""
    found = [*_faults("results", results, RESULTS)]
    for number, test in enumerate(results.get("tests", [])):
        found += _faults(f"tests[{number}]", test, TEST)
    if "score" not in results and not any("score" in test for test in results.get("tests", [])):
        found.append("results: there is no score, neither here nor in a test")
    return found


def _faults(where, written, known):
    for name, value in written.items():
        allowed = known.get(name)
        if allowed is None:
            yield f"{where}: {name!r} is unknown"
        elif isinstance(allowed, set):
            if value not in allowed:
                yield f"{where}: {name} is {value!r}, not one of {sorted(allowed)}"
        elif not isinstance(value, allowed) or isinstance(value, bool):
            yield f"{where}: {name} is {value!r}"
