import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseArguments, summary } from "../../scripts/demo.ts";
import type { Outcome } from "../../scripts/demo/acts.ts";
import { BeliefLog, contradiction } from "../../scripts/harness/belief.ts";
import { MachineClock } from "../../scripts/harness/clock.ts";
import { readLines } from "../../scripts/harness/lines.ts";
import { type Output, Screen } from "../../scripts/demo/screen.ts";
import { table } from "../../scripts/harness/table.ts";
import { capture } from "../../scripts/harness/process.ts";

function belief(member: string, from: number, to: number) {
  return { member, from, to, token: 1 };
}

Deno.test("demo: beliefs that follow each other are no contradiction", () => {
  assertEquals(contradiction([belief("a", 0, 10), belief("b", 10.1, 20), belief("a", 21, 30)]), { ms: 0, pairs: 0 });
});

Deno.test("demo: the time of two leaders is counted once, however many there are", () => {
  const beliefs = [belief("a", 0, 10), belief("b", 4, 12), belief("c", 6, 8)];
  assertEquals(contradiction(beliefs), { ms: 6, pairs: 3 });
});

Deno.test("demo: one answer within another's belief is a contradiction of no length", () => {
  assertEquals(contradiction([belief("a", 0, 10), belief("b", 5, 5)]), { ms: 0, pairs: 1 });
});

/** A log whose time and truth the test sets. */
function scripted() {
  const state = { at: 0, leads: false, token: null as number | null };
  const log = new BeliefLog(() => state.at);
  const believer = {
    isLeader: () => state.leads,
    get token() {
      return state.token;
    },
  };
  const sample = (at: number, token: number | null): void => {
    Object.assign(state, { at, token, leads: token !== null });
    log.sample(believer);
  };
  return { log, sample };
}

Deno.test("demo: a belief lasts from the first to the last answer under one token", () => {
  const { log, sample } = scripted();
  sample(0, null);
  sample(1, 7);
  sample(2, 7);
  sample(3, null);
  sample(4, 8);
  sample(5, 9);
  assertEquals(log.beliefs, [{ from: 1, to: 2, token: 7 }, { from: 4, to: 4, token: 8 }, { from: 5, to: 5, token: 9 }]);
  assertEquals(log.samples, 6);
  assertEquals(log.firstAnswers, []);
});

Deno.test("demo: the first answer after a pause is kept, and does not end the belief before it later", () => {
  const { log, sample } = scripted();
  sample(0, 7);
  sample(3000, null);
  assertEquals(log.firstAnswers, [{ pause: 3000, leads: false }]);
  assertEquals(log.beliefs, [{ from: 0, to: 0, token: 7 }]);
});

Deno.test("demo: an answer that a pause interrupted is asked for again", () => {
  const times = [0, 3000, 3000.1, 3000.2];
  const answers = [true, false];
  const log = new BeliefLog(() => times.shift() ?? 3001);
  log.sample({ isLeader: () => answers.shift() ?? false, token: 7 });
  assertEquals(log.beliefs, []);
});

Deno.test("demo: the clock goes with the wall clock, and has more than milliseconds", () => {
  const clock = new MachineClock();
  const before = Date.now();
  const times = Array.from({ length: 100 }, () => clock.now());
  assert(Math.abs((times[0] ?? 0) - before) < 1000);
  assert(times.some((time) => !Number.isInteger(time)));
  assert(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)));
});

Deno.test("demo: lines survive being cut anywhere", async () => {
  const bytes = new TextEncoder().encode("één\ntwee\n\ndrie");
  const stream = ReadableStream.from(Array.from(bytes, (byte) => new Uint8Array([byte])));
  assertEquals(await Array.fromAsync(readLines(stream)), ["één", "twee", "", "drie"]);
});

Deno.test("demo: numbers of a table stand on the right", () => {
  assertEquals(table(["name", "ms"], [["a", "1.5"], ["long name", "12345"]]), [
    "name       ms",
    "---------  -----",
    "a            1.5",
    "long name  12345",
  ]);
});

function fakeOutput(isTerminal: boolean, columns = 20) {
  const written: string[] = [];
  const output: Output = { isTerminal, columns: () => columns, write: (text) => void written.push(text) };
  return { written, output };
}

Deno.test("demo: without a terminal there are plain lines, and nothing is drawn", () => {
  const { written, output } = fakeOutput(false);
  const screen = new Screen(output);
  screen.draw(["picture"]);
  screen.print(screen.style("red", "line"));
  screen.close();
  assertEquals(written, ["line\n"]);
});

Deno.test("demo: in a terminal the picture stays below the lines, and no line is folded", () => {
  const { written, output } = fakeOutput(true, 6);
  const screen = new Screen(output);
  screen.draw(["one", "long line"]);
  screen.print("kept");
  screen.close();
  assertEquals(written, [
    "\x1b[?25l",
    "one\nlong \n",
    "\r\x1b[2A\x1b[Jkept\none\nlong \n",
    "\r\x1b[2A\x1b[J\x1b[?25h",
  ]);
});

Deno.test("demo: what others wrote does not act on the terminal, nor in a file", () => {
  const hostile = "m1\x1b[2J\n\x9b2J\u202e";
  const escaped = "m1\\u001b[2J\\u000a\\u009b2J\\u202e";
  const terminal = fakeOutput(true, 80);
  const screen = new Screen(terminal.output);
  screen.draw([`${screen.style("red", hostile)} leads`]);
  screen.print(screen.style("bold", hostile));
  assertEquals(terminal.written[1], `\x1b[31m${escaped}\x1b[0m leads\n`);
  assertStringIncludes(terminal.written[2] ?? "", `\x1b[1m${escaped}\x1b[0m\n`);
  const file = fakeOutput(false);
  new Screen(file.output).print(`${hostile}\x1b[31m`);
  assertEquals(file.written, [`${escaped}\\u001b[31m\n`]);
});

Deno.test("demo: arguments are read, and wrong ones refused with their value", () => {
  assertEquals(parseArguments([]), { nodes: 3 });
  assertEquals(parseArguments(["--nodes", "5"]), { nodes: 5 });
  assertEquals(parseArguments(["--nodes=9"]), { nodes: 9 });
  assertEquals(parseArguments(["--ui"]), { nodes: 3, page: 4041 });
  assertEquals(parseArguments(["--ui", "--port", "0", "--nodes=4"]), { nodes: 4, page: 0 });
  assertEquals(parseArguments(["--help"]), "help");
  for (const value of ["2", "10", "-3", "3.5", "three", ""]) {
    assertThrows(() => parseArguments(["--nodes", value]), RangeError, `"--nodes" must be a whole number`);
  }
  assertThrows(() => parseArguments(["--nodes"]), RangeError, "got nothing");
  assertThrows(() => parseArguments(["--ui", "--port", "65536"]), RangeError, "from 0 to 65535, got 65536");
  assertThrows(() => parseArguments(["--port", "80"]), RangeError, `needs "--ui"`);
  assertThrows(() => parseArguments(["--knots", "3"]), RangeError, `unknown argument "--knots"`);
});

Deno.test("demo: the summary names what did not hold", () => {
  const outcome: Outcome = {
    before: "m1",
    after: "m2",
    failover: 12.34,
    since: "the kill",
    doubled: 3,
    samples: 10,
    longestGap: 1,
    checks: [{ what: "one", ok: true }, { what: "another", ok: false }],
  };
  const [, , row = ""] = summary(new Map([["crash", outcome]]));
  assertEquals(row.split(/\s{2,}/), ["crash", "m1 -> m2", "12.3", "the kill", "3.0", "NO"]);
});

Deno.test("demo: --help explains, and a wrong value ends with 2", async () => {
  const help = await capture(Deno.execPath(), ["run", "-A", "--quiet", "scripts/demo.ts", "--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.stdout, "Usage: deno task demo [--nodes N]");
  const wrong = await capture(Deno.execPath(), ["run", "-A", "--quiet", "scripts/demo.ts", "--nodes", "0"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "got 0");
});

Deno.test("demo: real processes elect, lose and replace a leader, and everything holds", async () => {
  const { code, stdout, stderr, timedOut } = await capture(
    Deno.execPath(),
    ["run", "-A", "--quiet", "scripts/demo.ts"],
    {
      timeout: 120_000,
    },
  );
  assert(!timedOut, stdout);
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  assertStringIncludes(stdout, "Everything held.");
  for (const act of ["crash", "short block", "long block", "pause", "resign"]) {
    assert(new RegExp(`^${act} .* 0\\.0  yes$`, "m").test(stdout), stdout);
  }
  assert(!stdout.includes("\x1b"), "there is no terminal");
});
