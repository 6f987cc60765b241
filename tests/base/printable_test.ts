import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Democracy } from "../../mod.ts";
import { describe } from "../../src/errors.ts";
import { isMessageName } from "../../src/leadership/events.ts";
import { journalOf, type Logger } from "../../src/logger.ts";
import { type Options, resolveOptions } from "../../src/options.ts";
import { escapeUnprintable, isPrintable } from "../../src/base/printable.ts";
import { quiet } from "../../scripts/harness/members.ts";

const PRINTABLE = ["", "m1", "größte Müllabfuhr", "日本 語", "🗑️", "a\u0301", "{}<>&\"'\\"];
const UNPRINTABLE = [
  "\0",
  "two\nlines",
  "two\rlines",
  "\t",
  "\x1b[2J",
  "\x7f",
  "\x9b2J",
  "\u0085",
  "soft\u00adhyphen",
  "zero\u200bwidth",
  "joined\u200dtogether",
  "\u202eevil",
  "\u2066isolated\u2069",
  "\u2028",
  "\u2029",
  "\ufeffmarked",
  "\u{e0041}tagged",
  "\ud800half",
  "half\udfff",
];

Deno.test("what acts on a terminal, or is not seen, is not printable", () => {
  for (const text of PRINTABLE) assert(isPrintable(text), JSON.stringify(text));
  for (const text of UNPRINTABLE) assert(!isPrintable(text), JSON.stringify(text));
});

Deno.test("escaped text is printable, printable text stays, and JSON means what it meant", () => {
  for (const text of PRINTABLE) assertEquals(escapeUnprintable(text), text);
  assertEquals(escapeUnprintable("m1\x1b[2J\n\u{e0041}"), "m1\\u001b[2J\\u000a\\udb40\\udc41");
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...UNPRINTABLE));
  fc.assert(fc.property(texts, (text) => {
    assert(isPrintable(escapeUnprintable(text)));
    assertEquals(JSON.parse(escapeUnprintable(JSON.stringify(text))), text);
    assert(isPrintable(describe(text)));
  }));
});

Deno.test("ids, names of clusters and channels, and of messages, must be printable", () => {
  const options: Options = { source: "127.0.0.1:0", peers: [], logger: quiet, broadcast: false };
  const democracy = new Democracy({ ...options, signal: AbortSignal.abort() });
  for (const text of UNPRINTABLE) {
    const wrong: [string, () => unknown][] = [
      ["id", () => resolveOptions({ ...options, id: text })],
      ["cluster", () => resolveOptions({ ...options, cluster: text })],
      ["broadcast", () => resolveOptions({ ...options, broadcast: text })],
      ["channels", () => resolveOptions({ ...options, channels: ["good", text] })],
      ["send", () => democracy.send(text)],
      ["publish", () => democracy.publish(text)],
      ["subscribe", () => democracy.subscribe(text)],
      ["unsubscribe", () => democracy.unsubscribe(text)],
    ];
    for (const [what, act] of wrong) {
      const { message } = assertThrows(act, TypeError, "", what);
      assert(isPrintable(message), `the message of ${what} shows it raw: ${JSON.stringify(message)}`);
    }
    assert(!isMessageName(text), `${JSON.stringify(text)} comes from the network`);
  }
  for (const text of PRINTABLE.slice(1)) {
    assertEquals(resolveOptions({ ...options, id: text, cluster: text, channels: [text] }).settings.id, text);
    assert(isMessageName(text));
  }
});

Deno.test("messages of the log show nothing raw, in words or not; details are left to the logger", () => {
  const logged: unknown[][] = [];
  const method = (level: string) => (...args: unknown[]): void => void logged.push([level, ...args]);
  const logger: Logger = {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
  };
  const detail = { id: "m1\x1b" };
  for (const level of ["debug", "info", "warn", "error"] as const) journalOf(logger)[level]("a\x1b[2Jb\n", detail);
  assertEquals(
    logged,
    ["debug", "info", "warn", "error"].map((level) => [level, "a\\u001b[2Jb\\u000a: { id: 'm1\\x1b' }", detail]),
  );
});
