/**
 * Programs started by the scripts. Deno itself is started by the path of the running executable: a person who
 * runs a task through `npx` has no `deno` on PATH.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** The root of the repository, without a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * Has tests and their type check take from npm what `deno.json` takes from JSR: the assertions. The tasks always give it to Deno, so that
 * they do the same wherever they run; without it `deno test` works as well where JSR answers.
 */
export const NPM_IMPORTS: string = `--import-map=${ROOT}/tests/npm_only.import_map.json`;

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

/** Writes to standard output all that is given, as it is. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
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

/** A program that runs, and may be ended with all that it has started. */
export interface Followed {
  /** Resolves when it has ended and all that it wrote was handed on. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** Ends it, and what it has started and what has not left its process group. */
  kill(): void;
}

/** What is to be ended when somebody ends this program: a terminal tells only its own process group. */
const followed = new Set<Followed>();
let forwarding = false;
/** What is said before this program ends because somebody has ended it. */
const lastWords = new Set<() => string>();

/** Has this said when somebody ends this program, by a signal, as long as programs are followed. */
export function sayBeforeEnding(words: () => string): void {
  lastWords.add(words);
}

function forwardSignals(): void {
  if (forwarding || Deno.build.os === "windows") return;
  forwarding = true;
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    Deno.addSignalListener(signal, () => {
      for (const words of lastWords) print(words());
      for (const each of followed) each.kill();
      Deno.exit(code);
    });
  }
}

/** ms that output is waited for after its program has ended. */
const LEFTOVER = 5000;

function readText(
  bytes: ReadableStream<Uint8Array>,
  take: (text: string) => void,
): { done: Promise<void>; stop(): void } {
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      take(decoder.decode(chunk.value, { stream: true }));
    }
  };
  return { done: read(), stop: () => void reader.cancel() };
}

/** Runs a program in a process group of its own; what it writes is handed on as it comes. */
export function follow(
  program: string,
  args: readonly string[],
  options: Omit<RunOptions, "timeout">,
  take: (text: string, stream: "stdout" | "stderr") => void,
): Followed {
  forwardSignals();
  const detached = Deno.build.os !== "windows";
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: options.cwd ?? ROOT,
    env: { ...options.env },
    detached,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const readings = (["stdout", "stderr"] as const).map((stream) => {
    return readText(child[stream], (text) => take(text, stream));
  });
  const result: Followed = {
    ended: child.status.then(async (status) => {
      // What it has left behind may hold its output open for ever.
      const limit = setTimeout(() => readings.forEach(({ stop }) => stop()), LEFTOVER);
      await Promise.all(readings.map(({ done }) => done));
      clearTimeout(limit);
      followed.delete(result);
      return status;
    }),
    kill(): void {
      try {
        if (detached) Deno.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It went a moment ago.
      }
    },
  };
  followed.add(result);
  return result;
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

/** Runs a program whose output matters only when it fails. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { ok, stdout, stderr } = await capture(program, args, options);
  if (!ok) throw new Error(`"${[program, ...args].join(" ")}" failed:\n${stdout}${stderr}`);
}
