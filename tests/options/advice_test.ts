import { assertEquals } from "@std/assert";
import { adviceOn } from "../../src/options/advice.ts";
import { type Options, resolveOptions } from "../../src/options.ts";

Deno.test("a secret of fewer than 16 bytes is warned of, in bytes and not in characters", () => {
  const adviceFor = (secret: unknown): readonly string[] =>
    adviceOn(resolveOptions({ source: "127.0.0.1:0", peers: [], secret } as Options).settings);
  assertEquals([adviceFor(undefined), adviceFor("0123456789abcdef"), adviceFor("üüüüüüüü")], [[], [], []]);
  for (const short of ["0123456789abcde", ["0123456789abcdef", "old"]]) {
    const [advice = "", ...more] = adviceFor(short);
    assertEquals([more.length, /^"secret" has fewer than 16 bytes/u.test(advice)], [0, true]);
    assertEquals([short].flat().some((secret) => advice.includes(secret)), false);
  }
});
