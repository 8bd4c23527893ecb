"""Data sets through the real program: made, fetched from a server on loopback, verified; and everything that
can go wrong with them."""

import functools
import hashlib
import http.server
import json
import os
import pathlib
import resource
import signal
import subprocess
import threading
import time
import unittest

import support

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def real_mnist():
    folder = pathlib.Path(os.environ.get("IBID_DATA_DIR", "/nowhere")) / "mnist"
    return folder if all((folder / f"{name}.gz").exists() for name in FILES) else None


class Server:
    """Serves a folder on loopback over http."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    def __init__(self, folder):
        handler = functools.partial(self.Handler, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()


class Made(support.ProgramTest):
    def test_a_small_set_is_the_same_twice_and_another_with_another_seed(self):
        digests = []
        for folder, seed in (("a", 5), ("b", 5), ("c", 6)):
            self.run_ibid("data", "make", "digits", "--output", folder, "--train", 50, "--test", 20, "--seed", seed)
            found = sorted(path.name for path in (self.folder / folder).iterdir())
            self.assertEqual(found, sorted(FILES))
            digests.append([hashlib.sha256((self.folder / folder / name).read_bytes()).hexdigest() for name in FILES])
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])

    def test_the_standard_set_goes_to_the_cache_and_verifies(self):
        report = json.loads(self.run_ibid("data", "make", "digits", "--json").stdout)
        self.assertEqual(report["folder"], str(self.folder / ".cache/ibid/data/digits"))
        self.assertTrue(report["pinned_digests_verified"])
        checked = json.loads(self.run_ibid("data", "verify", "digits", "--json").stdout)
        self.assertEqual([file["state"] for file in checked["files"]], ["intact"] * 4)
        listed = json.loads(self.run_ibid("data", "list", "--json").stdout)
        folders = {dataset["name"]: dataset["folder"] for dataset in listed}
        self.assertEqual(folders, {"mnist": None, "digits": report["folder"]})

    def test_damage_is_found(self):
        self.run_ibid("data", "make", "digits")
        folder = self.folder / ".cache/ibid/data/digits"
        images = folder / FILES[0]
        content = bytearray(images.read_bytes())
        content[1000000] ^= 1
        images.write_bytes(content)  # altered
        labels = folder / FILES[1]
        labels.write_bytes(labels.read_bytes()[:-1])  # truncated
        (folder / FILES[3]).unlink()  # missing
        checked = json.loads(self.run_ibid("data", "verify", "digits", "--json", status=1).stdout)
        self.assertEqual([file["state"] for file in checked["files"]], ["altered", "altered", "intact", "missing"])
        self.assertEqual(checked["files"][1]["bytes"], 60007)
        text = self.run_ibid("data", "verify", "digits", status=1).stdout
        self.assertIn("missing", text)
        self.assertIn("expected 58.6 KiB", text)
        report = json.loads(self.run_ibid("doctor", "--json", status=1).stdout)
        states = {finding["name"]: finding["state"] for finding in report["findings"]}
        self.assertEqual(states["data set digits"], "broken")

    def test_ctrl_c_stops_cleanly(self):
        process = subprocess.Popen(
            [support.BINARY, "data", "make", "digits", "--output", "x", "--train", "300000"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, errors)
        self.assertIn("error[interrupted]: ", errors)
        self.assertEqual(list((self.folder / "x").iterdir()), [])

    def test_a_disk_that_is_too_small_is_said_and_leaves_nothing(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        words = ("data", "make", "digits", "--output", "x", "--train", 1000, "--test", 10)
        finished = self.run_ibid(*words, status=3, preexec_fn=small_files)
        self.assert_error(finished, "disk-full", FILES[0])
        self.assertEqual(list((self.folder / "x").iterdir()), [])

    def test_a_really_full_file_system(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "ibid", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("mounting a small file system is not allowed here")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        finished = self.run_ibid("data", "make", "digits", "--output", disk, "--train", 1000, "--test", 10, status=3)
        self.assert_error(finished, "disk-full", disk, "No space left on device")
        self.assertEqual(list(disk.iterdir()), [])

    def test_a_folder_that_the_system_refuses_is_said(self):
        finished = self.run_ibid("data", "make", "digits", "--output", "/sys/ibid", status=3)
        self.assert_error(finished, "permission", "/sys/ibid")

    def test_a_folder_that_cannot_be_is_said(self):
        (self.folder / "file").write_text("")
        finished = self.run_ibid("data", "make", "digits", "--output", "file/below", status=3)
        self.assert_error(finished, "not-found", "file/below")


class Fetched(support.ProgramTest):
    def test_without_a_network_the_error_names_every_mirror(self):
        # A proxy that is not there keeps the test off the real mirrors.
        finished = self.run_ibid("data", "fetch", "mnist", status=3, environment={"https_proxy": "http://127.0.0.1:1"})
        self.assert_error(finished, "network", "ossci-datasets", "cvdf-datasets", "--mirror")
        self.assertEqual(list((self.folder / ".cache/ibid/data/mnist").iterdir()), [])

    def test_what_a_mirror_serves_under_the_name_is_not_believed(self):
        served = self.folder / "served"
        served.mkdir()
        for content in (b"something else", b"x" * 20_000_000):
            (served / f"{FILES[0]}.gz").write_bytes(content)
            with Server(served) as server:
                finished = self.run_ibid("data", "fetch", "mnist", "--mirror", server.address, status=3)
            self.assert_error(finished, "digest-mismatch", server.address)
        self.assertEqual(list((self.folder / ".cache/ibid/data/mnist").iterdir()), [])

    def test_a_missing_file_on_a_mirror_is_a_network_error(self):
        with Server(self.folder) as server:
            finished = self.run_ibid("data", "fetch", "mnist", "--mirror", server.address, status=3)
        self.assert_error(finished, "network", "404")

    def test_what_is_made_is_not_fetched(self):
        self.assert_error(self.run_ibid("data", "fetch", "digits", status=2), "usage", "ibid data make digits")

    @unittest.skipUnless(real_mnist(), "IBID_DATA_DIR has no mnist")
    def test_the_real_files_over_http(self):
        with Server(real_mnist()) as server:
            report = json.loads(self.run_ibid("data", "fetch", "mnist", "--mirror", server.address, "--json").stdout)
        self.assertEqual(report["folder"], str(self.folder / ".cache/ibid/data/mnist"))
        self.run_ibid("data", "verify", "mnist")
        self.run_ibid("data", "fetch", "mnist", "--mirror", "http://127.0.0.1:1")  # nothing left to fetch

    def test_a_missing_set_says_where_it_was_sought(self):
        environment = {"IBID_DATA_DIR": str(self.folder / "elsewhere")}
        finished = self.run_ibid("data", "verify", "mnist", status=3, environment=environment)
        self.assert_error(finished, "not-found", self.folder / "elsewhere/mnist", ".cache", "ibid data fetch mnist")


if __name__ == "__main__":
    unittest.main()
