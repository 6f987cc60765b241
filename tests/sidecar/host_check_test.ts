import { assertEquals, assertThrows } from "@std/assert";
import { clientOf, PerClient } from "../../src/sidecar/client.ts";
import { isKnownHost, readHostNames } from "../../src/sidecar/host_check.ts";

Deno.test("host names are read in lower case, and what is none is refused", () => {
  assertEquals(readHostNames(["App.Example", ".svc", "*", "_srv.x"]), ["app.example", ".svc", "*", "_srv.x"]);
  for (const wrong of ["", "a:4040", "http://a", "a b", "*.example", "a..b", "-a", "a\n", "x".repeat(300)]) {
    assertThrows(() => readHostNames([wrong]), TypeError, 'The host names of HTTP must be like "app.example"', wrong);
  }
  assertEquals(isKnownHost("anything.at.all", ["*"]), true);
  assertEquals(isKnownHost("anything.at.all", []), false);
});

Deno.test("a client is its IPv4 address, or what the network gave it of its IPv6 address", () => {
  const clients: [string | undefined, string][] = [
    ["10.0.0.7", "10.0.0.7"],
    ["::ffff:10.0.0.7", "10.0.0.7"],
    ["fd00:1:2:3:4:5:6:7", "fd00:1:2:3"],
    ["fd00:1::7", "fd00:1:0:0"],
    ["fd00:1:2:3::", "fd00:1:2:3"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    [undefined, ""],
    ["nonsense", ""],
  ];
  for (const [address, client] of clients) assertEquals(clientOf(address), client);
});

Deno.test("what a client has given back it may have again", () => {
  const counts = new PerClient(2);
  assertEquals([counts.add("a"), counts.add("a"), counts.add("a"), counts.add("b")], [true, true, false, true]);
  counts.remove("a");
  counts.remove("b");
  counts.remove("b");
  assertEquals([counts.add("a"), counts.add("a"), counts.add("b"), counts.add("b"), counts.add("b")], [
    true,
    false,
    true,
    true,
    false,
  ]);
});
