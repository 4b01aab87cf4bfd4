"""A real Ray cluster of three nodes on this machine: the head works not, one node ends when it is told to.

Prints its address, kills a node at the first line of standard input, and ends with standard input.
"""

import sys


def main() -> None:
    from ray.cluster_utils import Cluster  # an extra, and this file is read by whoever collects doctests

    answers, sys.stdout = sys.stdout, sys.stderr
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    print(cluster.address, file=answers, flush=True)
    try:
        if sys.stdin.readline():
            cluster.remove_node(nodes[0], allow_graceful=False)
            print("killed", file=answers, flush=True)
            sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
