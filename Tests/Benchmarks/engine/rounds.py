"""What the Python rivals share: the rounds they are asked for."""
import sys
import time


def serve(measure):
    """Reads a number of operations per line, does them, and prints the CPU ns per operation."""
    print("ready", flush=True)
    for line in sys.stdin:
        operations = int(line)
        start = time.process_time_ns()
        measure(operations)
        print((time.process_time_ns() - start) / operations, flush=True)
