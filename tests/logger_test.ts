import { configure, type LoggerConfig, type LogRecord, reset } from "@logtape/logtape";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Democracy } from "../mod.ts";
import { defaultLogger, isLogger, journalOf, type Logger } from "../src/logger.ts";
import { freeAddresses } from "../scripts/harness/addresses.ts";
import { until } from "../scripts/harness/waiting.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Runs with a console that keeps what it is asked to print, each call as `level: arguments`. */
async function withConsole(run: () => Promise<void> | void): Promise<string[]> {
  const printed: string[] = [];
  const before = Object.fromEntries(LEVELS.map((level) => [level, console[level]]));
  for (const level of LEVELS) console[level] = (...all: unknown[]) => void printed.push(`${level}: ${all.join(" ")}`);
  try {
    await run();
  } finally {
    Object.assign(console, before);
  }
  return printed;
}

/** As @std/log has it: the level and the message are printed, the rest is left to formatters of one's own; and `this` matters. */
class StdLogger implements Logger {
  readonly #printed: string[] = [];

  get printed(): readonly string[] {
    return this.#printed;
  }

  #print(level: string, message: string): void {
    this.#printed.push(`${level} ${message}`);
  }

  debug(message: string, ..._details: unknown[]): void {
    this.#print("DEBUG", message);
  }

  info(message: string, ..._details: unknown[]): void {
    this.#print("INFO", message);
  }

  warn(message: string, ..._details: unknown[]): void {
    this.#print("WARN", message);
  }

  error(message: string, ..._details: unknown[]): void {
    this.#print("ERROR", message);
  }
}

/** What an application may have said to LogTape: that it wants our records, or that it wants none. */
const WANTED: LoggerConfig<"memory", string>[] = [
  { category: "democracy", sinks: ["memory"], lowestLevel: "debug" },
  { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
];
const UNWANTED = WANTED.slice(1);

Deno.test("the default logger writes to LogTape's category, whatever is in the message", async () => {
  const logger = defaultLogger();
  logger.info("nobody listens yet");
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: WANTED,
  });
  try {
    const error = new Error("why");
    logger.debug("plain");
    logger.info("braces {name} {{ }");
    logger.warn("with {braces} and", error, 5);
    logger.error("failed", error);
    assertEquals(
      records.map(({ level, category, message }) => [level, category, message.filter((part) => part !== "")]),
      [
        ["debug", ["democracy"], ["plain"]],
        ["info", ["democracy"], ["braces {name} {{ }"]],
        ["warning", ["democracy"], ["with {braces} and ", error, " ", 5]],
        ["error", ["democracy"], ["failed ", error]],
      ],
    );
  } finally {
    await reset();
  }
});

Deno.test("the console is a logger, and what lacks a level is none", () => {
  assertEquals(isLogger(console), true);
  assertEquals(isLogger(defaultLogger()), true);
  for (const value of [null, undefined, "console", {}, { debug() {}, info() {}, warn() {} }]) {
    assertEquals(isLogger(value), false);
  }
});

Deno.test("without a configured LogTape warnings and errors go to the console, a line each, and nothing else does", async () => {
  const logger = defaultLogger();
  const cause = new RangeError("the cable is 5 % too short");
  const printed = await withConsole(() => {
    logger.debug("plain");
    logger.info("added", { id: "m1" });
    logger.warn("100 %d {braces}", new Error("why", { cause }));
    logger.error("failed", { id: "m1", tokens: [1n] }, "and so on");
  });
  assertEquals(printed, [
    "warn: democracy: 100 %d {braces}: Error: why, because of RangeError: the cable is 5 % too short",
    "error: democracy: failed: { id: 'm1', tokens: [ 1n ] }, and so on",
  ]);
});

Deno.test("with a configured LogTape the console hears nothing, whatever becomes of the records", async () => {
  const logger = defaultLogger();
  for (const loggers of [WANTED, UNWANTED]) {
    const printed = await withConsole(async () => {
      await configure({ sinks: { memory: () => {} }, loggers });
      try {
        for (const level of LEVELS) logger[level]("told", new Error("why"));
      } finally {
        await reset();
      }
    });
    assertEquals(printed, []);
  }
});

Deno.test("a logger that prints messages alone, as those of @std/log do, loses nothing", () => {
  const logger = new StdLogger();
  const journal = journalOf(logger);
  journal.debug("plain");
  journal.info("added", { id: "m1", weight: 3 });
  journal.warn("Cannot resolve", new Error("why"));
  journal.error("The election failed", new Error("one", { cause: new TypeError("two") }));
  assertEquals(logger.printed, [
    "DEBUG plain",
    "INFO added: { id: 'm1', weight: 3 }",
    "WARN Cannot resolve: Error: why",
    "ERROR The election failed: Error: one, because of TypeError: two",
  ]);
});

Deno.test("a logger gets the details as well, and the console only these", async () => {
  const error = new Error("why");
  const got: unknown[][] = [];
  const keep = (...all: unknown[]): void => void got.push(all);
  journalOf({ debug: keep, info: keep, warn: keep, error: keep }).warn("Cannot", error, 5);
  assertEquals(got, [["Cannot: Error: why, 5", error, 5]]);
  const printed = await withConsole(() => journalOf(console).warn("Cannot", error));
  assertEquals(printed, ["warn: Cannot Error: why"]);
});

Deno.test("a console takes no message for a format", async () => {
  const script = `
    import { journalOf } from ${JSON.stringify(new URL("../src/logger.ts", import.meta.url).href)};
    const journal = journalOf(console);
    for (const level of ["warn", "error"]) {
      journal[level]("[fe80::1%d0]:1 is 100 %, %c%s", new Error("why"));
      journal[level]("[fe80::1%d0]:1 is 100 %, %%");
    }
  `;
  const { stderr } = await runDeno(script);
  const lines = stderr.split("\n").filter((line) => line.includes("fe80"));
  const expected = ["[fe80::1%d0]:1 is 100 %, %c%s Error: why", "[fe80::1%d0]:1 is 100 %, %%"];
  assertEquals(lines.map((line) => line.trim()), [...expected, ...expected]);
});

/** Runs a program in a process of its own. */
async function runDeno(script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const map = new URL("./npm_only.import_map.json", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  try {
    const args = ["run", "-A", "--quiet", "--no-check", "--import-map", map, file];
    const output = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" }, stdin: "null" }).output();
    const text = new TextDecoder();
    return { stdout: text.decode(output.stdout), stderr: text.decode(output.stderr) };
  } finally {
    await Deno.remove(file);
  }
}

/** Starts a member at an address that is taken, and waits until it has failed; what the console was told of it. */
async function failToStart(prepare: (democracy: Democracy) => void, logger?: Logger): Promise<string[]> {
  const [source = ""] = await freeAddresses(1);
  const options = { source, peers: [], broadcast: false } as const;
  await using first = new Democracy(options);
  await first.ready;
  return await withConsole(async () => {
    await using second = new Democracy({ ...options, ...(logger && { logger }) });
    prepare(second);
    let failed = false;
    second.lead(() => {}).catch(() => failed = true);
    await until("the second has failed", () => failed);
  });
}

Deno.test("a start that fails is told on the console, once, where nobody would hear of it otherwise", async () => {
  const [line = "", ...others] = await failToStart(() => {});
  assertEquals(others, []);
  assert(
    line.startsWith("error: democracy: The election failed on this machine: AddressInUseError: Cannot bind"),
    line,
  );
  assertStringIncludes(line, "127.0.0.1:");
  assertEquals(line.includes("\n"), false, line);
});

Deno.test("who listens to the event error hears it there, by whichever way, and the console is silent", async () => {
  const heard: unknown[] = [];
  const listen: Record<string, (democracy: Democracy) => void> = {
    on: (democracy) => democracy.on("error", (error) => heard.push(error)),
    once: (democracy) => democracy.once("error", (error) => heard.push(error)),
    addEventListener: (democracy) => democracy.addEventListener("error", (event) => heard.push(event)),
  };
  for (const [name, prepare] of Object.entries(listen)) assertEquals(await failToStart(prepare), [], name);
  assertEquals(heard.length, 3);
  const silenced = await failToStart((democracy) => {
    const handler = (): void => {};
    democracy.on("error", handler).off("error", handler);
  });
  assertEquals(silenced.length, 1, "a listener that is gone hears nothing");
});

Deno.test("a logger is told of a start that fails, also where somebody listens", async () => {
  const logger = new StdLogger();
  assertEquals(await failToStart((democracy) => democracy.on("error", () => {}), logger), []);
  assertEquals(logger.printed.length, 1, logger.printed.join("\n"));
  assertStringIncludes(
    logger.printed.join(),
    "ERROR The election failed on this machine: AddressInUseError: Cannot bind",
  );
});

/** Copies that an application may have beside ours, the newest that tell nothing of sinks and the newest that tell nothing else. */
for (const version of ["1", "2.3"]) {
  Deno.test(`where another copy of LogTape is configured, ${version}, it gets the records and the console nothing`, async () => {
    const { stdout, stderr } = await runDeno(`
      import { configure } from "npm:@logtape/logtape@~${version}";
      import { defaultLogger } from ${JSON.stringify(new URL("../src/logger.ts", import.meta.url).href)};
      const got: unknown[] = [];
      await configure({
        sinks: { memory: ({ message }) => got.push(message.join("")) },
        loggers: [
          { category: "democracy", sinks: ["memory"] },
          { category: ["logtape", "meta"], sinks: ["memory"], lowestLevel: "error" },
        ],
      });
      defaultLogger().error("told to one alone");
      console.log(JSON.stringify(got));
    `);
    assertEquals([stdout, stderr], ['["told to one alone"]\n', ""]);
  });
}
