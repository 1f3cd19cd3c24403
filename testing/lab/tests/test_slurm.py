# SPDX-License-Identifier: GPL-2.0-or-later
"""`lab run --slurm`, with stand-ins for Slurm's commands that run the array's tasks here."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
import scratch

_SBATCH = """\
#!/bin/sh
top=$(dirname "$0")
printf '%s\\n' "$@" >"$top/words"
[ ! -e "$top/refuses" ] || { echo 'sbatch: error: invalid partition' >&2; exit 1; }
for script; do :; done
count=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
for word; do case $word in --output=*) output=${word#--output=} ;; esac; done
(
    number=1
    while [ "$number" -le "$count" ]; do
        file=$(echo "$output" | sed "s/%a/$number/")
        if [ -e "$top/broken" ]; then echo 'no such node' >"$file"
        else SLURM_ARRAY_TASK_ID=$number setsid "$script" >"$file" 2>&1 & echo $! >>"$top/pids"; wait; fi
        number=$((number + 1))
    done
    touch "$top/done"
) >/dev/null 2>&1 &
echo '17;cluster'
"""
_SQUEUE = """\
#!/bin/sh
top=$(dirname "$0")
[ ! -e "$top/done" ] || { echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1; }
echo RUNNING
"""
_SCANCEL = """\
#!/bin/sh
top=$(dirname "$0")
echo "$1" >"$top/cancelled"
for pid in $(cat "$top/pids"); do kill -KILL "-$pid" 2>/dev/null; done
exit 0
"""


@pytest.fixture(name="own", scope="module")
def _own():
    own = scratch.another()
    own.says("good", "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    own.says("bad", "echo fine", console={"west": scratch.console("west", ("echo fine", "poor\n"))})
    return own


@pytest.fixture(name="cluster")
def _cluster(own, tmp_path):
    """A folder with Slurm's commands, and the environment that has them."""
    for name, text in (("sbatch", _SBATCH), ("squeue", _SQUEUE), ("scancel", _SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path, {**own.environment, "PATH": f"{tmp_path}:{own.environment['PATH']}"}


def test_an_array_is_submitted_and_its_results_taken(own, cluster, tmp_path):
    top, environment = cluster
    out = tmp_path / "with blank" / "s"
    done = own.lab("run", "--json", "good", "bad", "--slurm", "--slurm-args", "-p 'short queue'", "--repeat", "2", "--out",
                   str(out), env=environment)
    assert done.returncode == 1, done.stderr
    results = {record["test"]: record for record in json.loads(done.stdout)}
    assert (results["t/good"]["class"], results["t/bad"]["class"]) == ("pass", "fail")
    assert [len(record["attempts"]) for record in results.values()] == [2, 2]
    assert (out / "t" / "good@2" / "west.console.txt").exists()
    words = (top / "words").read_text().splitlines()
    assert words[0] == "--parsable" and words[-3:] == ["-p", "short queue", str(out / "slurm" / "array.sh")]
    script = (out / "slurm" / "array.sh").read_text()
    assert "#SBATCH --array=1-4\n" in script and "#SBATCH --time=8\n" in script and "CYGNET_STAGE" not in script


def test_nodes_get_cygnets_programs_as_they_are_now(own, cluster, tmp_path):
    if not os.access("/dev/net/tun", os.W_OK):
        pytest.skip("needs /dev/net/tun, as tests about KLIPS do")
    program = tmp_path / "stage/usr/local/sbin/hello"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho one\n")
    program.chmod(0o755)
    own.says("own", "hello", toml='stacks = ["klips-user"]\n', console={"west": scratch.console("west", ("hello", "one\n"))})
    environment = {**cluster[1], "CYGNET_STAGE": str(tmp_path / "stage")}
    done = own.lab("run", "own", "--slurm", "--out", str(tmp_path / "out"), env=environment)
    assert done.returncode == 0, (done.stdout, done.stderr)
    script = (tmp_path / "out" / "slurm" / "array.sh").read_text()
    (stage,) = [Path(line.partition("=")[2]) for line in script.splitlines() if line.startswith("export CYGNET_STAGE=")]
    assert stage.parent == own.path / "cache" / "stages" and (stage / "usr/local/sbin/hello").read_text().endswith("one\n")


def test_a_task_that_leaves_no_result_is_unresolved(own, cluster):
    top, environment = cluster
    (top / "broken").touch()
    done = own.lab("run", "--json", "good", "--slurm", env=environment)
    assert done.returncode == 3
    assert json.loads(done.stdout)[0]["reason"] == "task 17_1 of Slurm left no result; its last words: no such node"


def test_slurm_s_refusal_is_told(own, cluster):
    top, environment = cluster
    (top / "refuses").touch()
    done = own.lab("run", "good", "--slurm", env=environment)
    assert (done.returncode, done.stderr) == (3, "lab: sbatch: sbatch: error: invalid partition\n")


def test_without_slurm(own):
    done = own.lab("run", "good", "--slurm")
    assert (done.returncode, done.stderr) == (3, "lab: Slurm's sbatch is not here; run this where jobs are submitted\n")


def test_an_interrupted_array_is_cancelled(own, cluster):
    top, environment = cluster
    own.says("slow", "cat /dev/zero > /dev/null")
    process = own.start("run", "slow", "--slurm", env=environment)
    try:
        pids = scratch.until(lambda: (top / "pids").exists() and (top / "pids").read_text().split(), "the task to start")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=scratch.LIMIT)[0]
    finally:
        scratch.kill_group(process)
    assert process.returncode == 3 and "interrupted" in said
    assert Path(top / "cancelled").read_text() == "17\n"
    scratch.until(lambda: not any(scratch.alive(int(pid)) for pid in pids), "the task to end")


# ---- Slurm itself, one node

_CONFIG = """\
ClusterName=t
SlurmctldHost=node
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
StateSaveLocation=/run/slurm
SlurmdSpoolDir=/run/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
NodeName=node CPUs=2 State=UNKNOWN
PartitionName=main Nodes=node Default=YES MaxTime=INFINITE State=UP
"""
_NODE = """\
set -e
tree=$1 top=$2
shift 2
hostname node
ip link set lo up && ip link add v0 type veth peer name v1 && ip address add 192.0.2.9/24 dev v0
ip link set v0 up && ip link set v1 up
mount -t tmpfs none "$top/node"
cd "$top/node"
mkdir upper work root
cp -a "$tree" slurm
for one in slurmctld slurmd slurmstepd; do ln -sf "$one-wlm" "slurm/usr/sbin/$one"; done
mount -t overlay none -o lowerdir=slurm:/,upperdir=upper,workdir=work root
for one in proc sys dev tmp; do mount --rbind "/$one" "root/$one"; done
mount -t tmpfs none root/run
mkdir -p root/etc/slurm root/etc/munge root/run/munge root/run/slurm root/run/slurmd root/var/lib/munge root/var/log/munge
cp "$top/slurm.conf" root/etc/slurm/
echo '192.0.2.9 node' >>root/etc/hosts
head -c 128 /dev/urandom >root/etc/munge/munge.key
chown -R 0:0 root/etc/munge root/var/lib/munge root/var/log/munge root/run/munge
chmod 700 root/etc/munge root/var/lib/munge root/var/log/munge
chmod 600 root/etc/munge/munge.key
chmod 755 root/run/munge
exec chroot root sh -c 'munged --force && slurmctld -c && slurmd -N node || exit 9
    timeout 20 sh -c "until sinfo -h -t idle -o %n | grep -q node; do :; done" || exit 8
    cd "$1" && shift && "$@"' sh "$@"
"""


def test_slurm_itself(own, tmp_path):
    if os.geteuid():
        pytest.skip("a node of Slurm's takes root")
    from lab import debs, paths
    from lab.errors import UnresolvedError
    try:
        tree = debs.fetch(["slurmctld", "slurmd", "slurm-client", "munge"], paths.cache() / "tools" / "slurm", print)
    except UnresolvedError as error:
        pytest.skip(f"no Slurm: {error}")
    (tmp_path / "node").mkdir()
    (tmp_path / "slurm.conf").write_text(_CONFIG)
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", _NODE, "sh",
         str(tree), str(tmp_path), str(own.path), "./lab", "run", "--json", "good", "bad", "--slurm", "--out",
         str(tmp_path / "s")],
        env=own.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=scratch.LIMIT, check=False)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert {record["test"]: record["class"] for record in json.loads(done.stdout)} == {"t/good": "pass", "t/bad": "fail"}
    assert "as job 1;" in done.stderr
