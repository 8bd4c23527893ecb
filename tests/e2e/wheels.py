"""Wheels of pure Python made by hand, so that tests need no network."""

import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import zipfile


def write(folder, name, version, files):
    info = f"{name}-{version}.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    lines = []
    path = pathlib.Path(folder) / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{file},sha256={digest},{len(text)}\n")
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(lines) + f"{info}/RECORD,,\n")
    return path


def bundled_pip():
    """The pip that Python carries to install from: it runs from its archive."""
    import ensurepip
    places = [pathlib.Path(ensurepip.__file__).parent / "_bundled", pathlib.Path("/usr/share/python-wheels")]
    return next(wheel for place in places for wheel in sorted(place.glob("pip-*.whl")))


def unpacked_pip(folder):
    """That pip in a folder for PYTHONPATH, without the metadata that would make it an installed package."""
    with zipfile.ZipFile(bundled_pip()) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith("pip/")])
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    return folder


def install(python, pip, folder, requirements):
    """Into the environment of `python`, which needs no pip of its own, from the wheels in `folder`."""
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-cache-dir",
                    "--disable-pip-version-check", "--find-links", str(folder), *requirements], check=True,
                   env=dict(os.environ, PYTHONPATH=str(pip)), stdout=sys.stderr)
