"""A real Ray cluster of three nodes on this machine: the head works not, one node ends when it is told to.

`python -m tests.work.cluster CPU|GPU` says of what the other two have one (Ray takes their word for a GPU).
Prints its address, kills a node at the first line of standard input, and ends with standard input.
"""

import sys


def main(kind: str) -> None:
    from ray.cluster_utils import Cluster  # an extra, and this file is read by whoever collects doctests

    answers, sys.stdout = sys.stdout, sys.stderr
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    has = {"num_cpus": int(kind == "CPU"), "num_gpus": int(kind == "GPU")}
    nodes = [cluster.add_node(**has) for _ in range(2)]
    print(cluster.address, file=answers, flush=True)
    try:
        if sys.stdin.readline():
            cluster.remove_node(nodes[0], allow_graceful=False)
            print("killed", file=answers, flush=True)
            sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
