#!/usr/bin/env python3
"""Whether docs/formats/REPORT.{md,schema.json} are what tools/generate_report.py makes of specs/REPORT."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(report):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", ROOT / "tools/generate_report.py", report, "--docs", folder], check=True)
        for name in (f"{report}.md", f"{report}.schema.json"):
            if (ROOT / "docs/formats" / name).read_bytes() != (pathlib.Path(folder) / name).read_bytes():
                sys.exit(f"docs/formats/{name} is out of date: run tools/generate_report.py {report} --docs")


if __name__ == "__main__":
    main(sys.argv[1])
