"""Containers for tests: private stores, and a base image made of this machine's own Debian packages, so that nothing is
pulled and no network is needed. Works as root with podman, buildah and runc; `unusable()` says why it cannot."""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

# Python, pip, a shell and dpkg; they come with all that they depend on.
PACKAGES = ["dash", "coreutils", "dpkg", "python3", "python3-pip", "python3-wheel", "python3-setuptools",
            "python3-distutils", "libstdc++6", "sed"]
BASE = "localhost/ibid-test-base"

STORAGE = """[storage]
driver = "overlay"
graphroot = "{folder}/root"
runroot = "{folder}/run"
"""
ENGINE = """[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=512:512"]
netns = "none"
"""


def unusable():
    """Why there can be no containers here; None if there can."""
    for program in ("podman", "buildah", "runc", "dpkg-query"):
        if not shutil.which(program):
            return f"{program} is missing; tools/setup.sh --containers installs it"
    if os.geteuid() != 0:
        return "containers with runc and a private store need root"
    missing = [name for name in PACKAGES + ["python3-venv"] if package_state(name) != "installed"]
    if missing:
        return f"the base image is made of installed packages, and {missing[0]} is not; tools/setup.sh --containers"
    return None


def package_state(name):
    return subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", name], capture_output=True, text=True).stdout


def with_dependencies(names):
    shown = subprocess.run(["dpkg-query", "-W", "-f=${Package}\t${Pre-Depends}, ${Depends}\n"], check=True,
                           capture_output=True, text=True).stdout
    depends = dict(line.split("\t", 1) for line in shown.splitlines() if "\t" in line)
    reached, pending = set(), list(names)
    while pending:
        name = pending.pop()
        if name in reached or name not in depends:
            continue
        reached.add(name)
        pending += [word for word in re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", depends[name])]
    return sorted(reached)


def files_of(packages):
    listed = subprocess.run(["dpkg-query", "-L", *packages], check=True, capture_output=True, text=True).stdout
    # /bin is a link to /usr/bin: every file goes in by the folder it really lies in.
    files = set()
    for name in set(listed.splitlines()):
        if os.path.islink(name) or os.path.isfile(name):
            files.add(os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name)))
    left_out = ("/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/lib32", "/usr/libx32")
    return sorted(file for file in files if not file.startswith(left_out))


def status_of(packages):
    paragraphs = pathlib.Path("/var/lib/dpkg/status").read_text().split("\n\n")
    wanted = [text for text in paragraphs if text.split("\n", 1)[0].removeprefix("Package: ") in packages]
    return "\n\n".join(wanted) + "\n\n"


def write_root(path):
    packages = with_dependencies(PACKAGES)
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in ("bin", "lib", "lib64", "sbin"):
            if os.path.islink("/" + name):
                archive.add("/" + name, name, recursive=False)
        for name in files_of(packages):
            if not name.endswith(".pyc") and name not in ("/bin", "/lib", "/lib64", "/sbin"):
                archive.inodes = {}  # no hard links: their order would matter
                archive.add(name, name.lstrip("/"), recursive=False)
        info = pathlib.Path("/var/lib/dpkg/info")
        for file in sorted({file for package in packages for file in info.glob(f"{package}[.:]*list")}):
            archive.add(file, str(file).lstrip("/"), recursive=False)
        status = status_of(packages).encode()
        entry = tarfile.TarInfo("var/lib/dpkg/status")
        entry.size = len(status)
        archive.addfile(entry, io.BytesIO(status))
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(folder)


class Store:
    """Images and containers of their own below one folder."""

    def __init__(self, folder, environment):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        (self.folder / "storage.conf").write_text(STORAGE.format(folder=self.folder))
        (self.folder / "containers.conf").write_text(ENGINE)
        self.variables = {"CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
                          "CONTAINERS_CONF": str(self.folder / "containers.conf")}
        self.environment = {**environment, **self.variables}

    def run(self, *words, check=True):
        finished = subprocess.run([str(word) for word in words], env=self.environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=300)
        if check and finished.returncode != 0:
            raise AssertionError(f"{words}: {finished.returncode}\n{finished.stdout}{finished.stderr}")
        return finished

    def make_base(self, root):
        container = self.run("buildah", "from", "scratch").stdout.strip()
        self.run("buildah", "add", "--quiet", container, root, "/")
        self.run("buildah", "config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", container)
        self.run("buildah", "commit", "--quiet", "--timestamp", "0", container, BASE)
        self.run("buildah", "rm", container)
        return self.inspect(BASE)["Digest"]

    def build(self, folder, name):
        self.run("buildah", "build", "--quiet", "--timestamp", "0", "--network", "none", "--runtime", "runc",
                 "--tag", name, folder)
        return self.inspect(name)["Id"]

    def inspect(self, name):
        return json.loads(self.run("podman", "image", "inspect", name).stdout)[0]

    def remove(self):
        self.run("podman", "rm", "--all", "--force", check=False)
        self.run("podman", "rmi", "--all", "--force", check=False)
        # The overlay's own mount stays until it is taken away.
        subprocess.run(["umount", str(self.folder / "root/overlay")], capture_output=True)


if __name__ == "__main__":
    sys.exit(unusable())
