import process from "node:process";
import { assert, assertEquals, assertGreater, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { follow, ROOT } from "../../scripts/harness/process.ts";
import { runDenoTests } from "../../scripts/test/deno_tests.ts";
import { isRest, isTimed, patienceFor, REST, testFiles, TIMED } from "../../scripts/test/groups.ts";
import { LiveReport } from "../../scripts/test/live_report.ts";
import { tellNeeds } from "../../scripts/test/needs.ts";
import { type Job, runJobs } from "../../scripts/test/pool.ts";
import { PATIENCE, type TestRun, watch } from "../../scripts/test/watched.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { type Tool, toolTest } from "../tools.ts";

Deno.test("live report: what has ended, what runs, and in which file, however the text is cut", () => {
  const text = "\u001b[0mrunning 5 tests from ./tests/a_test.ts\u001b[0m\n" +
    "one ... \u001b[32mok\u001b[0m (3ms)\n" +
    "two ...\n  a ... ok (0ms)\n  b ...\n------- output -------\nfake ... ok (1ms)\n----- output end -----\n  b ... ok (0ms)\n" +
    "two ... ok (1ms)\nthree ... ignored (0ms)\nfour ... FAILED (due to 1 failed step) (938µs)\nfive ...\n  c ...";
  for (const size of [1, 7, text.length]) {
    const live = new LiveReport();
    for (let at = 0; at < text.length; at += size) live.take(text.slice(at, at + size));
    assertEquals(live.tally, { passed: 2, failed: 1 }, `cut into pieces of ${size}`);
    assertEquals(live.failures, ["tests/a_test.ts: four"]);
    assertEquals(live.running, "tests/a_test.ts: five > c");
  }
});

Deno.test("live report: a test of which Deno says that it takes long is counted when it has ended", () => {
  const live = new LiveReport();
  live.take("running 2 tests from ./a_test.ts\none ...");
  live.take("'one' has been running for over (1m0s)\n");
  assertEquals(live.running, "a_test.ts: one");
  live.take(" ok (1m3s)\ntwo ...\n  step ...");
  live.take("'two' has been running for over (1m0s)\n ok (1m2s)\n");
  assertEquals([live.running, live.tally], ["a_test.ts: two", { passed: 1, failed: 0 }]);
  live.take("two ... FAILED (1m2s)\n");
  assertEquals([live.running, live.tally], [undefined, { passed: 1, failed: 1 }]);
});

Deno.test("live report: only tests that begin or end are progress", () => {
  const live = new LiveReport();
  assertEquals(live.take("Check file:///a_test.ts\npre ... ok (1ms)\n"), false, "nothing counts before the first file");
  assertEquals(live.file, undefined);
  assertEquals(live.take("running 2 tests from ./a_test.ts\n"), true);
  assertEquals(live.take("one ..."), true);
  assertEquals(live.take("\n------- output -------\nnoise\n"), false);
  assertEquals(live.take("noise ... ok (1ms)\n"), false, "what a test prints is no sign of life");
  assertEquals(live.take("----- output end -----\none ... ok (1ms)\n"), true);
  assertEquals(live.running, undefined);
});

/** A file of tests that is run by a runner of its own. */
async function runFile(
  source: string,
  patience: { test: number; start: number },
): Promise<{ run: TestRun; text: string }> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_runner_" });
  try {
    await Deno.writeTextFile(`${folder}/some_test.ts`, source);
    let text = "";
    const run = await runDenoTests(["--no-check", `${folder}/some_test.ts`], {
      patience,
      write: (part) => text += part,
    });
    return { run, text };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a process runs. */
function isThere(pid: number): boolean {
  try {
    // What has ended and has not been asked for is still listed.
    if (Deno.build.os === "linux") return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const PATIENT = { test: 120_000, start: 120_000 };

Deno.test("runner: a test that hangs is named, what passed before it is counted, and nothing of it is left", async () => {
  const { run, text } = await runFile(
    `Deno.test("passes", () => {});
    Deno.test("fails", () => { throw new Error("no"); });
    Deno.test("hangs", async (t) => {
      const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
      console.log("child " + child.pid);
      await t.step("in a step", () => new Promise((resolve) => setTimeout(resolve, 600_000)));
    });
    Deno.test("is never reached", () => {});`,
    { test: 3000, start: 120_000 },
  );
  assertEquals(run.tally, { passed: 1, failed: 2 }, text);
  assertEquals(run.failures.length, 2, text);
  assertMatch(run.failures[0] ?? "", /some_test\.ts: fails$/);
  assertMatch(run.failures[1] ?? "", /some_test\.ts: hangs > in a step: gave no sign for \d+ s$/);
  assertMatch(text, /^KILLED: .*hangs > in a step/m);
  const pid = /child (\d+)/.exec(text)?.[1];
  assert(pid !== undefined, text);
  await until("what the test has started is gone", () => !isThere(Number(pid)));
});

Deno.test("runner: output is no sign of life, and a file that never begins is named", async () => {
  const { run, text } = await runFile(
    `setInterval(() => console.log("still here"), 100); await new Promise(() => {});`,
    { test: 120_000, start: 3000 },
  );
  assertEquals(run.tally, { passed: 0, failed: 1 }, text);
  assertMatch(run.failures[0] ?? "", /before the first test: gave no sign/);
});

Deno.test("runner: a process that ends in the middle of a test is no success, and the test is named", async () => {
  const { run, text } = await runFile(
    `import process from "node:process";
    Deno.test("passes", () => {});
    Deno.test("ends it all", async () => {
      // What has passed is told by another thread of Deno, which has to come to it first.
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.kill(process.pid, "SIGKILL");
    });`,
    PATIENT,
  );
  assertEquals(run.tally, { passed: 1, failed: 1 }, text);
  assertStringIncludes(run.failures.join(), "some_test.ts: ends it all");
});

Deno.test("runner: what cannot be loaded has failed, and is named", async () => {
  const { run } = await runFile(`import "./not_there.ts";`, PATIENT);
  assertEquals(run.tally, { passed: 0, failed: 1 });
  assertStringIncludes(run.failures.join(), "some_test.ts");
});

Deno.test("runner: who is ended from outside says what it was at, and what passed and failed so far", async () => {
  const folder = await Deno.makeTempDir({ prefix: "democracy_runner_" });
  try {
    await Deno.writeTextFile(
      `${folder}/some_test.ts`,
      `Deno.test("passes", () => {}); Deno.test("lasts", () => new Promise((resolve) => setTimeout(resolve, 600_000)));`,
    );
    const args = ["run", "-A", "--quiet", "scripts/test.ts", "--no-check", `${folder}/some_test.ts`];
    const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null", stdout: "piped" }).spawn();
    let text = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (/lasts \.\.\.$/.test(text)) child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 143, text);
    assertMatch(text, /ENDED from outside, at\n.*some_test\.ts: lasts\nso far 1 passed, 0 failed\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runner: a file that fails outside of its tests is named", async () => {
  const exits = await runFile(`Deno.test("passes", () => {}); Deno.exit(4);`, PATIENT);
  assertEquals([exits.run.tally.failed, exits.run.failures.length], [1, 1], exits.text);
  assertMatch(exits.run.failures[0] ?? "", /some_test\.ts called `Deno\.exit\(4\)`/);
  const throws = await runFile(
    `setTimeout(() => { throw new Error("late"); }, 1);
    Deno.test("waits", () => new Promise((resolve) => setTimeout(resolve, 50)));`,
    PATIENT,
  );
  assertGreater(throws.run.tally.failed, 0, throws.text);
  assertStringIncludes(throws.run.failures.join("\n"), "some_test.ts: an uncaught error");
});

Deno.test("runner: a run that goes well is counted by its report", async () => {
  const { run, text } = await runFile(
    `Deno.test("one", () => console.log("two ... FAILED (1ms)"));
    Deno.test({ name: "skipped", ignore: true, fn() {} });`,
    PATIENT,
  );
  assertEquals(run, { tally: { passed: 1, failed: 0 }, failures: [] }, text);
});

Deno.test("runner: what a program leaves behind, with its output open, does not hold the run up, and can be ended", async () => {
  const started = performance.now();
  let text = "";
  const program = follow("sh", ["-c", "sleep 600 & echo $!; exit 3"], {}, (part) => text += part);
  assertEquals((await program.ended).code, 3);
  assertLess(performance.now() - started, 60_000);
  assert(isThere(Number(text)), "it was left behind");
  program.kill();
  await until("it is gone", () => !isThere(Number(text)));
});

async function* namesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    if (isDirectory) yield* namesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

const NODE: Tool = { program: "node", probe: ["--version"], debian: "nodejs" };

await toolTest(
  NODE,
  "runner: a test that hangs in Node is named, and what passed and failed before it is counted",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "democracy_runner_" });
    try {
      await Deno.writeTextFile(
        `${folder}/some.mjs`,
        `import { describe, it, test } from "node:test";
      test("passes", () => {});
      describe("group", () => {
        it("fails", () => { throw new Error("no"); });
        it("is skipped", { skip: "for a reason" }, () => {});
        it("hangs", () => new Promise((resolve) => setTimeout(resolve, 600_000)));
      });`,
      );
      const reporter = [`--test-reporter=${ROOT}/tests/npm/suite/reporter.mjs`, "--test-reporter-destination=stdout"];
      const live = new LiveReport();
      let text = "";
      const program = ["node", ["--test", ...reporter, `${folder}/some.mjs`], { cwd: folder }] as const;
      const { hung } = await watch(program, live, {
        patience: { test: 4000, start: 120_000 },
        write: (part) => text += part,
      });
      assertMatch(hung ?? "", /^some\.mjs: .*hangs: gave no sign for \d+ s$/, text);
      assertEquals(live.tally, { passed: 1, failed: 1 }, text);
      assertMatch(live.failures.join(), /some\.mjs: .*fails$/, text);
      assertStringIncludes(text, "skipped: for a reason");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("groups: every file of tests is tried on each change or left to test:all, and what is named is there", async () => {
  const files = await testFiles();
  const listed = (await Array.fromAsync(namesIn("tests"))).filter((name) => /(?:^|[._/])test\.m?[jt]sx?$/.test(name));
  assertEquals(
    listed.filter((file) => !files.includes(file)),
    [],
    "files that Deno takes for tests, and no run would find",
  );
  assertEquals(new Set(files).size, files.length);
  for (const place of [...REST.map(({ path }) => path), ...TIMED]) {
    const inside = files.filter((file) => isTimed(file) || isRest(file)).filter((file) => file.startsWith(place));
    assertGreater(inside.length, 0, `${place} names no test`);
  }
});

Deno.test("groups: the heart of everything is tried on each change", async () => {
  const quick = (await testFiles()).filter((file) => !isRest(file));
  const heart = [
    "core/lease",
    "wire/wire",
    "simulation/sweep",
    "end_to_end/cluster",
    "end_to_end/processes",
    "cli/exec",
  ];
  for (const part of [...heart, "sidecar/app", "ui/respond", "registry/registry", "kubernetes/lease"]) {
    assert(quick.includes(`tests/${part}_test.ts`), `tests/${part}_test.ts is left out`);
  }
});

Deno.test("groups: a run that may have to build something first is waited for longer, others are not", () => {
  for (const place of ["tests", "tests/kubernetes", "tests/kubernetes/control_plane/lease_test.ts"]) {
    assertGreater(patienceFor(["--no-check", place]).start, PATIENCE.start, place);
  }
  assertEquals(patienceFor(["tests/core", "tests/kubernetes/lease_test.ts"]), PATIENCE);
});

Deno.test("pool: jobs that go by the clock never run side by side, others do, and results are in order", async () => {
  const running = new Set<string>();
  let together = 0;
  let clocks = 0;
  const job = (name: string, timed: boolean): Job<string> => ({
    name,
    timed,
    async run() {
      running.add(name);
      together = Math.max(together, running.size);
      clocks = Math.max(clocks, [...running].filter((each) => each.startsWith("timed")).length);
      await sleep(5);
      running.delete(name);
      return name;
    },
  });
  const jobs = Array.from(
    { length: 24 },
    (_, index) => job(index % 3 === 0 ? `timed ${index}` : `${index}`, index % 3 === 0),
  );
  assertEquals(await runJobs(jobs, 3), jobs.map(({ name }) => name));
  assertEquals([together, clocks], [3, 1]);
  together = 0;
  assertEquals(await runJobs(jobs, 1), jobs.map(({ name }) => name));
  assertEquals(together, 1, "one lane runs one job at a time");
});

Deno.test("needs: each is told with what follows for its tests here", async () => {
  const lines = await tellNeeds([
    { tests: "first", what: "root", find: () => Promise.resolve({ skipped: true, told: "this is not root" }) },
    { tests: "second", what: "Go", find: () => Promise.resolve({ skipped: false, told: "nothing has to be made" }) },
  ]);
  assertEquals(lines, [
    "  first: SKIPPED, this is not root\n    needs root",
    "  second: run, nothing has to be made\n    needs Go",
  ]);
  const real = await tellNeeds(REST.flatMap(({ need }) => need ?? []));
  for (const line of real) assertMatch(line, /: (run|SKIPPED), .+\n {4}needs .+/);
});

Deno.test("programs are started quietly: what Deno fetches first stands in no output that is compared", async () => {
  const wrong: string[] = [];
  let programs = 0;
  // Two other programs know a "run" of their own, and fetch nothing that they would tell.
  const files = [...await Array.fromAsync(namesIn("tests")), ...await Array.fromAsync(namesIn("scripts"))];
  for (const file of files.filter((name) => /\.(?:ts|mjs)$/.test(name))) {
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    for (const [start] of text.matchAll(/(?<![\w.]|"publint", |"go", \[)"run",\s[^\]]*/g)) {
      programs++;
      if (!start.includes('"--quiet"')) wrong.push(`${file}: ${start}`);
    }
  }
  assertGreater(programs, 10, "programs that are started");
  assertEquals(wrong, []);
});
