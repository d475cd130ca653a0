"""A process that times one contender at a time, on order: JSON lines in, JSON lines out.

Its environment (threads, memory allocation) is set by who starts it, before NumPy is imported.
"""

import json
import sys
import time

from benchmarks.contenders import CONTENDERS
from benchmarks.shapes import SHAPES


def serve():
    """Answer each order with losses and times in ms.

    An order is ``[contender, cell, shape, optimizer, steps]``.
    """
    made = {}
    for line in sys.stdin:
        contender, cell, shape, optimizer, steps = json.loads(line)
        key = (contender, cell, shape, optimizer)
        if key not in made:
            made = {key: CONTENDERS[contender](cell, SHAPES[shape], optimizer)}
        losses, cpu, wall = [], [], []
        for _ in range(steps):
            start = time.process_time(), time.perf_counter()
            losses.append(made[key]())
            cpu.append(1e3 * (time.process_time() - start[0]))
            wall.append(1e3 * (time.perf_counter() - start[1]))
        print(json.dumps({"losses": losses, "cpu": cpu, "wall": wall}), flush=True)


if __name__ == "__main__":
    serve()
