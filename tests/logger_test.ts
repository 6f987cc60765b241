import { configure, type LogRecord, reset } from "@logtape/logtape";
import { assertEquals } from "@std/assert";
import { defaultLogger, isLogger } from "../src/logger.ts";

Deno.test("the default logger writes to LogTape's category, whatever is in the message", async () => {
  const logger = defaultLogger();
  logger.warn("nobody listens yet");
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: [
      { category: "democracy", sinks: ["memory"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
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
