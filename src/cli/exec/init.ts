/**
 * Process 1 of a container: every process whose parent is gone becomes its child, and stays as a zombie, with its number, until
 * it is waited for. Neither Node nor Deno waits for children that it has not started. A shell waits for all: where this
 * process can have itself replaced by one, that becomes process 1, and starts this program anew.
 *
 * @module
 */

import { accessSync, constants } from "node:fs";
import process from "node:process";

/** Replaces this process by a program; does not return. Node has it from 22.15 on, Deno does not. */
type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) => never;

const SHELL = "/bin/sh";

/**
 * Passes signals on, waits for whatever ends, and ends with the program's own exit code. On a terminal the keyboard's signals
 * reach the program without it, and process 1 ignores what it has no handler for.
 */
const INIT = `
"$@" <&0 & program=$!
signals="HUP TERM USR1 USR2"
[ -t 0 ] || signals="$signals INT QUIT WINCH"
for signal in $signals; do trap "kill -$signal $program" "$signal"; done
wait "$program"; code=$?
while kill -0 "$program" 2>/dev/null; do wait "$program"; code=$?; done
if [ "$code" -gt 128 ]; then wait "$program" 2>/dev/null; last=$?; [ "$last" -eq 127 ] || code=$last; fi
exit "$code"`;

/** The arguments of a shell that runs this program, as it was started. */
export function initArguments(): readonly string[] {
  return ["sh", "-c", INIT, "sh", process.execPath, ...process.execArgv, ...process.argv.slice(1)];
}

/**
 * Where this is process 1, has a shell take its place, and does not return; where that is not possible, tells what can be done
 * instead. Does nothing anywhere else.
 */
export function yieldToInit(tell: (message: string) => void): void {
  if (process.pid !== 1) return;
  const execve: unknown = Reflect.get(process, "execve");
  if (isExecve(execve) && isExecutable(SHELL)) Reflect.apply(execve, process, [SHELL, initArguments(), process.env]);
  tell(
    "This is process 1, and cannot wait for processes that lose their parent: they stay as zombies. Start the container " +
      "with an init (docker run --init, or shareProcessNamespace: true in a pod), or with Node 22.15 or newer and /bin/sh",
  );
}

function isExecve(value: unknown): value is Execve {
  return typeof value === "function";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
