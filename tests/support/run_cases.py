"""Runs the unittest cases of one file and counts what they skip. Usage: run_cases.py FILE_test.py

ctest sees one program that passed, whatever cases inside it were skipped. Each such case is added as one line, "FILE:
CASE: reason", to the file that IBID_SKIPPED_CASES names; tools/ci/test.sh prints them."""

import importlib.util
import os
import pathlib
import sys
import unittest


class CountingResult(unittest.TextTestResult):
    label = ""

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        place = os.environ.get("IBID_SKIPPED_CASES")
        if not place:
            return
        name = test.id().split(".", 1)[-1]
        line = f"{self.label}: {name}: {' '.join(reason.split())}\n"
        # One write to a file opened for appending: tests that run at the same time do not tear each other's lines.
        descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def main():
    file = pathlib.Path(sys.argv[1]).resolve()
    CountingResult.label = file.name
    sys.path[0] = str(file.parent)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    cases = unittest.defaultTestLoader.loadTestsFromModule(module)
    if cases.countTestCases() == 0:
        sys.exit(f"{file.name} has no cases")
    # Every skip in the report, and a failure as exit status 1.
    outcome = unittest.TextTestRunner(resultclass=CountingResult, verbosity=2).run(cases)
    sys.exit(0 if outcome.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
