"""Runs a command in a pseudo-terminal of its own and lets another program use it.

pseudo-terminal.py ROWS COLUMNS COMMAND...

Standard input takes one JSON object a line: {"keys": "q"}, {"resize": [24, 80]}. What the command writes to its terminal
goes to standard output as it is. Ends with the command's exit code.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    rows, columns = int(sys.argv[1]), int(sys.argv[2])
    child, terminal = pty.fork()
    if child == 0:
        resize(0, rows, columns)
        os.execvp(sys.argv[3], sys.argv[3:])
    inputs = [terminal, 0]
    pending = b""
    while True:
        ready, _, _ = select.select(inputs, [], [])
        if terminal in ready:
            try:
                written = os.read(terminal, 65536)
            except OSError:
                break  # the command and all it started have closed their terminal
            if not written:
                break
            os.write(1, written)
        if 0 in ready:
            text = os.read(0, 65536)
            if not text:
                inputs.remove(0)
            pending += text
            *lines, pending = pending.split(b"\n")
            for line in lines:
                wish = json.loads(line)
                if "keys" in wish:
                    os.write(terminal, wish["keys"].encode())
                if "resize" in wish:
                    resize(terminal, *wish["resize"])
                    os.killpg(os.tcgetpgrp(terminal), signal.SIGWINCH)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
