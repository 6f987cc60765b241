import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { Sources } from "../../src/transport/sources.ts";

Deno.test("sources: an address has one canonical form, whatever the socket calls it", () => {
  const sources = new Sources();
  assertEquals(sources.of("10.0.0.1", 7000), "10.0.0.1:7000");
  assertEquals(sources.of("10.0.0.1", 7001), "10.0.0.1:7001");
  assertEquals(sources.of("::ffff:10.0.0.1", 7000), "10.0.0.1:7000");
  assertEquals(sources.of("0:0:0:0:0:0:0:1", 7000), "[::1]:7000");
  assertEquals(sources.of("10.0.0.1", 7000), "10.0.0.1:7000");
  assertEquals(sources.size, 4);
});

Deno.test("sources: a flood of them costs a bounded memory", () => {
  const sources = new Sources();
  for (let port = 0; port < 65_536; port += 3) {
    assertEquals(sources.of("10.0.0.1", port), `10.0.0.1:${port}`);
    sources.of(`10.1.${port >> 8}.${port & 255}`, port);
    assert(sources.size <= LIMITS.cachedAddresses);
  }
});
