"""ibid hardware --sample: what a process really used, against what it was made to use."""

import json
import os
import subprocess
import sys
import unittest

from support import ProgramTest

# Computes with a child until it is killed, both on the core that its argument names.
BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
held = bytearray(64 << 20)
child = os.fork()
print("ready", flush=True)
while True:
    sum(range(10000))
"""


class UsageTest(ProgramTest):
    def sample(self, *words):
        return json.loads(self.run_ibid("hardware", "--json", *words).stdout)

    def start_busy(self, core, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", BUSY, str(core)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**self.environment, **environment},
        )

        def stop():
            os.killpg(process.pid, 9)
            process.wait()
            process.stdout.close()

        self.addCleanup(stop)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process.pid

    def test_a_process_and_its_child_on_one_core(self):
        core = max(os.sched_getaffinity(0))
        pid = self.start_busy(core, CUDA_VISIBLE_DEVICES="7")
        report = self.sample("--sample", "2", "--interval", "0.2", "--pid", pid)
        used = report["used"]
        self.assertEqual(used["process"]["value"], pid)
        self.assertEqual(used["cores"]["value"], str(core))
        self.assertEqual(used["cores_count"]["value"], 1)
        self.assertEqual(used["processes_max"]["value"], 2)
        self.assertEqual(used["threads_max"]["value"], 2)
        self.assertGreater(used["cpu_s"]["value"], 0)
        # Two on one core have less than that core, whatever else the machine does; counting is in hundredths.
        self.assertLess(used["cpu_percent"]["value"], 110)
        self.assertGreater(used["memory_max_bytes"]["value"], 64 << 20)
        self.assertGreaterEqual(used["duration_s"]["value"], 2)
        self.assertGreater(used["samples"]["value"], 2)
        self.assertEqual(report["gpu_software"]["cuda_visible_devices"]["value"], "7")
        self.assertIn(str(pid), report["gpu_software"]["cuda_visible_devices"]["source"])

    def test_the_whole_machine(self):
        used = self.sample("--sample", "0.3", "--interval", "0.1")["used"]
        self.assertIn("--pid", used["process"]["unknown"])
        self.assertGreater(used["processes_max"]["value"], 1)
        self.assertGreater(used["memory_max_bytes"]["value"], 0)

    def test_not_sampled_says_how(self):
        report = self.sample()
        for name, fact in report["used"].items():
            self.assertEqual(fact, {"unknown": "not sampled: use --sample"}, name)
        self.assertEqual(report["used_gpus"], {"items": [], "unknown": "not sampled: use --sample"})

    def test_accelerators_are_listed_or_said_to_be_missing(self):
        gpus = self.sample()["gpus"]
        said = gpus.get("source", gpus.get("unknown"))
        for name in ("/sys/bus/pci/devices", "NVML", "CUDA", "ROCm SMI", "level-zero"):
            self.assertIn(name, said)
        for gpu in gpus["items"]:
            for name, fact in gpu.items():
                self.assertTrue("value" in fact or fact["unknown"] != "nobody looked for it", name)

    def test_what_cannot_be_sampled(self):
        self.assert_error(self.run_ibid("hardware", "--sample", "1", "--pid", "4194305", status=3), "not-found", "4194305")
        self.assertIn("error[usage]: ", self.run_ibid("hardware", "--sample", "0", status=2).stderr)
        self.assertIn("error[usage]: ", self.run_ibid("hardware", "--sample", "1", "--interval", "-1", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
