/**
 * Programs started by the scripts. Deno itself is started by the path of the running executable: a person who
 * runs a task through `npx` has no `deno` on PATH.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** The root of the repository, without a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** What to start, and how. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** ms after which the program is killed; never by default. */
  readonly timeout?: number;
}

/** What a program left behind. */
export interface RunResult {
  readonly ok: boolean;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was killed because it took longer than `timeout`. */
  readonly timedOut: boolean;
}

function commandOf(program: string, args: readonly string[], options: RunOptions, output: "inherit" | "piped") {
  return new Deno.Command(program, {
    args: [...args],
    cwd: options.cwd ?? ROOT,
    env: { ...options.env },
    stdin: "null",
    stdout: output,
    stderr: output,
  });
}

/** Kills the child when its time is up; `stop` calls that off and says whether it came to it. */
function bound(child: Deno.ChildProcess, timeout: number | undefined): { stop(): boolean } {
  let timedOut = false;
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeout);
  return {
    stop(): boolean {
      clearTimeout(timer);
      return timedOut;
    },
  };
}

/** Runs a program whose output the user sees; resolves to whether it ended with 0. */
export async function show(program: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  const child = commandOf(program, args, options, "inherit").spawn();
  const limit = bound(child, options.timeout);
  const { success } = await child.status;
  if (limit.stop()) console.log(`killed: "${args[0]}" took longer than ${options.timeout} ms`);
  return success;
}

/** Runs a program and keeps its output; a program that cannot be started counts as one that failed. */
export async function capture(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  let child: Deno.ChildProcess;
  try {
    child = commandOf(program, args, options, "piped").spawn();
  } catch (error) {
    return { ok: false, code: 127, stdout: "", stderr: String(error), timedOut: false };
  }
  const limit = bound(child, options.timeout);
  const { success, code, stdout, stderr } = await child.output();
  const timedOut = limit.stop();
  const text = new TextDecoder();
  return { ok: success, code, stdout: text.decode(stdout), stderr: text.decode(stderr), timedOut };
}
