import process from "node:process";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { Command, runCli } from "../../scripts/harness/command.ts";

/** The lease is long: these tests are about commands, and a busy machine must not lose it meanwhile. */
const ALONE = ["exec", "--source", "127.0.0.1:0", "--peers", "", "--interval", "100ms", "--timeout", "3s", "--"];

/** The exit code must be this one, or what the program has said tells why not. */
function assertEnded(
  run: { readonly code: number | null; readonly stdout: string; readonly stderr: string },
  code: number,
): void {
  assertEquals(run.code, code, `exec should have ended with ${code}; it said:\n${run.stdout}${run.stderr}`);
}

Deno.test("exec gives the command its token and its arguments, and ends with its exit code", async () => {
  const run = await runCli([...ALONE, "sh", "-c", 'echo "$DEMOCRACY_TOKEN $1"; exit 7', "sh", "--help"]);
  assertEnded(run, 7);
  assertMatch(run.stdout, /^\d{13} --help\n$/u, `a token and the argument; it said:\n${run.stderr}`);
});

Deno.test("exec gives its command neither secret nor resign token, and its guard none that the command could read", async () => {
  const path = await Deno.makeTempFile({ prefix: "democracy_" });
  try {
    await Deno.writeTextFile(path, "0123456789abcdef of the file\n");
    const script = 'env; if [ -r /proc/$PPID/environ ]; then tr "\\0" "\\n" < /proc/$PPID/environ; fi';
    const shared = { DEMOCRACY_RESIGN_TOKEN: "a resign token", DEMOCRACY_ID: "m7", OTHER: "kept" };
    for (const [name, value] of [["DEMOCRACY_SECRET", "0123456789abcdef"], ["DEMOCRACY_SECRET_FILE", path]] as const) {
      const { code, stdout, stderr } = await runCli([...ALONE, "sh", "-c", script], { ...shared, [name]: value });
      assertEquals([code, /warn|fewer/u.test(stderr)], [0, false], stderr);
      for (const kept of ["OTHER=kept", "DEMOCRACY_ID=m7", "DEMOCRACY_TOKEN="]) assertStringIncludes(stdout, kept);
      for (const hidden of ["DEMOCRACY_SECRET", "DEMOCRACY_RESIGN", "0123456789abcdef", "a resign token", path]) {
        assertEquals(stdout.includes(hidden), false, `the command sees ${hidden}`);
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("exec ends with 128 and the signal's number where a signal ended the command", async () => {
  assertEnded(await runCli([...ALONE, "sh", "-c", "kill -TERM $$"]), 143);
  assertEnded(await runCli([...ALONE, "sh", "-c", "kill -KILL $$"]), 137);
});

Deno.test("exec ends with 127 where there is no such command, and with 126 where it cannot be run", async () => {
  const missing = await runCli([...ALONE, "no-such-command"]);
  assertEnded(missing, 127);
  assertStringIncludes(missing.stderr, 'Cannot run "no-such-command"');
  assertEnded(await runCli([...ALONE, "/"]), 126);
});

Deno.test("signals pass through to the command, which decides", async () => {
  const script = 'trap "echo got USR2" USR2; trap "echo got TERM; exit 5" TERM; echo on; while :; do sleep 0.05; done';
  const command = new Command([...ALONE, "sh", "-c", script]);
  try {
    await until("it runs", () => command.stdout.includes("on\n"), 20_000);
    command.signal("SIGUSR2");
    await until("it got SIGUSR2", () => command.stdout.includes("got USR2\n"));
    command.signal("SIGTERM");
    assertEnded({ ...command.output, ...await command.ended }, 5);
    assertStringIncludes(command.stdout, "got TERM\n");
  } finally {
    await command.kill();
  }
});

Deno.test("a signal that comes as soon as the command has begun is the command's, too", async () => {
  // The parent of the command is its guard, whose parent is the member that gets the signal.
  const script = 'trap "exit 5" TERM; kill -TERM "$(ps -o ppid= -p "$PPID" | tr -d " ")"; while :; do sleep 0.05; done';
  for (let time = 0; time < 4; time++) assertEnded(await runCli([...ALONE, "sh", "-c", script]), 5);
});

Deno.test("exec leaves nothing of the command behind, also what that put into the background", async () => {
  const run = await runCli([...ALONE, "sh", "-c", "sleep 60 & echo $!"]);
  assertEnded(run, 0);
  const pid = Number(run.stdout);
  await until("its child is gone", () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
});

Deno.test("exec that waits for the lead ends on a signal, and has not run the command", async () => {
  const command = new Command(["exec", "--eligible=false", ...ALONE.slice(1), "echo", "never"]);
  try {
    await until("it waits", () => command.stderr.includes("Waiting for the lead"), 20_000);
    await sleep(500);
    command.signal("SIGTERM");
    assertEnded({ ...command.output, ...await command.ended }, 143);
    assertEquals(command.stdout, "", "the command must not have run");
  } finally {
    await command.kill();
  }
});

Deno.test("the member is killed: the command is asked to end, and killed when it does not", async () => {
  const script = 'trap "echo got TERM" TERM; echo "pid $$"; while :; do sleep 0.05; done';
  const command = new Command([...ALONE, "sh", "-c", script]);
  try {
    await until("it runs", () => command.stdout.includes("pid "), 20_000);
    await command.kill();
    await until("it was asked to end", () => command.stdout.includes("got TERM\n"));
    // Standard output closes when the last of the group is gone.
    assertEquals((await command.ended).signal, "SIGKILL", `how the member ended; it said:\n${command.stderr}`);
  } finally {
    await command.kill();
  }
});

Deno.test("exec --election runs its command under the lead of that election, with its token", async () => {
  const separator = ALONE.indexOf("--");
  const args = [...ALONE.slice(0, separator), "--election", "nightly", "--"];
  const run = await runCli([...args, "sh", "-c", 'echo "$DEMOCRACY_TOKEN"']);
  assertEnded(run, 0);
  assertMatch(run.stdout, /^\d{13}\n$/u, `a token; it said:\n${run.stderr}`);
  const refused = await runCli([...args.slice(0, -2), "x".repeat(65), "--", "true"]);
  assertStringIncludes(refused.stderr, "at most 64 bytes, got 65");
});
