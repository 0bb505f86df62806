/** Runs a program on a terminal, prints its output, and types an answer when it asks to continue. */
const PROGRAM = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, answered = b"", False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    sys.stdout.buffer.write(data)
    if b"to continue: " in seen and not answered:
        answered = os.write(terminal, sys.argv[1].encode()) > 0
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** A command that runs another one on a terminal. @param typed the answer, as keys: a newline is Enter */
export const onTerminal = (typed: string, command: readonly string[]): readonly [string, ...string[]] => [
  "python3",
  "-c",
  PROGRAM,
  typed,
  ...command,
];
