#!/usr/bin/env bash
# Gradescope runs this for each submission. It leaves a results.json, whatever happens.
root="${AUTOGRADER_ROOT:-/autograder}"
results="$root/results/results.json"
mkdir -p "$root/results"
rm -f "$results"
"$root/venv/bin/python" -I -m scratchcv.grading.exporters.gradescope_run "$root" "$root/source/@kit@"
if [ ! -s "$results" ]; then
  echo '{"output": "Not graded: the grader could not be started.", "stdout_visibility": "hidden", "tests": []}' >"$results"
fi
