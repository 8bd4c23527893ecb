"""A private Slurm for tests: munged, slurmctld and a few slurmds on loopback, started in the foreground and ended by the
test. Works as root; `unusable()` says why it cannot."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

N_NODES = 3

CONFIGURATION = """ClusterName=ibidtest
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPort={ports[0]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=3
NodeName=node[1-{n}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def unusable():
    """Why there can be no Slurm here; None if there can."""
    for program in ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            return f"{program} is missing; tools/setup.sh --cluster installs it"
    if os.geteuid() != 0:
        return "a Slurm of one's own needs root here"
    return None


def free_ports(n):
    """A row of ports that nobody listens on."""
    for first in range(23000, 30000, 16):
        try:
            for port in range(first, first + n):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return list(range(first, first + n))
        except OSError:
            continue
    raise AssertionError("no free ports")


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []
        self.environment = {"PATH": os.environ["PATH"] + ":/usr/sbin", "HOME": str(self.folder), "LC_ALL": "C",
                            "SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self):
        """Returns when all nodes are idle."""
        self.folder.chmod(0o755)
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        ports = free_ports(N_NODES + 1)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], folder=self.folder, ports=ports, n=N_NODES, first=ports[1],
            last=ports[-1]))
        self.start_one("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                       f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
                       f"--seed-file={self.folder}/munged.seed")
        self.wait_until(lambda: (self.folder / "munge.socket").exists(), "munged opens no socket")
        self.start_one("slurmctld", "-D")
        for node in range(1, N_NODES + 1):
            self.start_one("slurmd", "-D", "-N", f"node{node}")
        self.wait_until(lambda: self.run("sinfo", "-h", "-o", "%T %D").stdout.split() == ["idle", str(N_NODES)],
                        "the nodes do not become idle")

    def start_one(self, *words):
        with open(self.folder / f"{words[0]}.out", "ab") as log:
            self.processes.append(subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                                   stderr=log, cwd=self.folder))

    def run(self, *words):
        return subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)

    def wait_until(self, condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            ended = [process.args[0] for process in self.processes if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"{what} (ended: {ended})\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        texts = [f"{path.name}:\n{path.read_text(errors='replace')[-1500:]}"
                 for pattern in ("*.out", "*.log") for path in sorted(self.folder.glob(pattern))]
        return "\n".join(texts)

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
