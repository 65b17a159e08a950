"""A Slurm of two virtual nodes on this machine, for tests: run as root, without systemd."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo", "munged")

# Two partitions on the same nodes: a job in `high` puts jobs in `low` back into the queue. A job that is
# put back waits for cred_expire, which is two minutes elsewhere.
CONFIGURATION = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=17000
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,requeue_delay=1,default_queue_depth=200
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MinJobAge=300
KillWait=20
SlurmdTimeout=15
SlurmctldTimeout=30
InactiveLimit=0
NodeName=n[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=2 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=2000 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
"""


def missing():
    """What keeps Slurm from running here; empty if nothing does."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    lacking = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    if lacking:
        return f"{', '.join(lacking)} not installed (tools/setup --slurm installs them)"
    return "" if os.geteuid() == 0 else "not run as root"


def _end_with_the_test():
    """In a daemon: the test may be killed, and cannot end it then."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Cluster:
    """Starts on entry, ends on exit, and leaves nothing but its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = {}
        self.environment = dict(os.environ, SLURM_CONF=f"{folder}/slurm.conf",
                                PATH=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        for name in list(self.environment):  # of a job that the tests themselves run in
            if name.startswith("SLURM_") and name != "SLURM_CONF":
                del self.environment[name]

    def __enter__(self):
        os.makedirs(f"{self.folder}/state")
        os.chmod(self.folder, 0o755)
        host = socket.gethostname().split(".")[0]
        with open(f"{self.folder}/slurm.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(host=host, folder=self.folder))
        try:
            self._start_munge()
            self.start("slurmctld", "slurmctld", "-D", "-c")
            for node in ("n1", "n2"):
                self.start_node(node)
            self.wait_until(lambda: self.idle_nodes() == 2, 60, "both nodes idle")
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(list(self.processes.values())):
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for node in ("n1", "n2"):
            self.kill_jobs(node)

    def _start_munge(self):
        key = f"{self.folder}/munge.key"
        with open(key, "wb") as file:
            file.write(os.urandom(1024))
        os.chmod(key, 0o400)
        self.start("munged", "munged", "-F", "--force", f"--key-file={key}",
                   f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munge.pid",
                   f"--log-file={self.folder}/munge.log", f"--seed-file={self.folder}/munge.seed")
        self.wait_until(lambda: os.path.exists(f"{self.folder}/munge.socket"), 20, "munge")

    def start(self, name, *command):
        """Starts a daemon in the foreground."""
        program = shutil.which(command[0], path=self.environment["PATH"])
        with open(f"{self.folder}/{name}.out", "a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen([program, *command[1:]], env=self.environment,
                                                    stdout=log, stderr=log, cwd=self.folder,
                                                    preexec_fn=_end_with_the_test)

    def start_node(self, node):
        os.makedirs(f"{self.folder}/spool-{node}", exist_ok=True)
        self.start(node, "slurmd", "-D", "-N", node)

    def kill_node(self, node):
        """As a node that loses its power does: no daemon, and no process of any job on it."""
        self.processes[node].send_signal(signal.SIGKILL)
        self.processes[node].wait()
        self.kill_jobs(node)

    def kill_jobs(self, node):
        """Kills what runs on a node: its steps' daemons and their jobs, which know this cluster."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    values = file.read().split(b"\0")
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    daemon = file.read().startswith(b"slurmstepd")
                own = f"SLURM_CONF={self.folder}/slurm.conf".encode() in values
                if own and (daemon or f"SLURMD_NODENAME={node}".encode() in values):
                    os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass  # gone

    def call(self, *command, check=True):
        """What a program of Slurm prints."""
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True,
                             check=False, timeout=60)
        if check and run.returncode:
            raise RuntimeError(f"{' '.join(command)}: {run.stderr}")
        return run.stdout.strip()

    def idle_nodes(self):
        return int(self.call("sinfo", "-h", "-p", "low", "-o", "%F").split("/")[1])

    def jobs(self):
        """All jobs in the queue: id (of an array's task "4_2"), state, restarts."""
        lines = self.call("squeue", "-h", "-r", "-o", "%i %T").splitlines()
        return [tuple(line.split()) for line in lines]

    @staticmethod
    def wait_until(ready, seconds, what):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if ready():
                    return
            except RuntimeError:
                pass  # not up yet
            time.sleep(0.2)
        raise TimeoutError(f"{what}: not within {seconds} s")
