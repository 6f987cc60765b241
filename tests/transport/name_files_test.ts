import { assertEquals } from "@std/assert";
import { addressesIn, candidatesOf, isLocalhost, searchRulesIn } from "../../src/transport/name_files.ts";

const HOSTS = `
# a comment
127.0.0.1\tlocalhost
127.0.1.1 alpha.example alpha
10.0.0.8   beta Beta.Example. # beta
10.0.0.8 beta
FD00:0::8 beta
10.0.0.9
nonsense gamma
10.0.0.300 gamma
fe80::1%eth0 delta
`;

Deno.test("a hosts file is read as the system reads it", () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    localhost: ["127.0.0.1"],
    alpha: ["127.0.1.1"],
    "ALPHA.example.": ["127.0.1.1"],
    beta: ["10.0.0.8", "fd00::8"],
    "beta.example": ["10.0.0.8"],
    gamma: [],
    delta: ["fe80::1"],
    "10.0.0.9": [],
    comment: [],
    "": [],
  };
  for (const [name, addresses] of Object.entries(table)) assertEquals(addressesIn(HOSTS, name), addresses, name);
});

Deno.test("search domains and dots are read as resolv.conf(5) has them, the last word counts", () => {
  assertEquals(searchRulesIn(""), { search: [], ndots: 1 });
  const text =
    "nameserver 10.0.0.1\nsearch a.example\n# search c\nsearch shop.svc.cluster.local svc.cluster.local\noptions ndots:5 timeout:1";
  assertEquals(searchRulesIn(text), { search: ["shop.svc.cluster.local", "svc.cluster.local"], ndots: 5 });
  assertEquals(searchRulesIn("domain x.example ; y\noptions edns0"), { search: ["x.example"], ndots: 1 });
  assertEquals(searchRulesIn("search .\noptions ndots:99 ndots:oops"), { search: [], ndots: 1 });
  assertEquals(searchRulesIn("options ndots:99").ndots, 15);
  assertEquals(searchRulesIn(`search ${"d ".repeat(100)}`).search.length, 16);
});

Deno.test("a name with enough dots is asked for as it is first, others behind the domains, complete ones alone", () => {
  const rules = { search: ["shop.svc", "svc."], ndots: 2 };
  assertEquals(candidatesOf("app", rules), ["app.shop.svc", "app.svc", "app"]);
  assertEquals(candidatesOf("app.default", rules), ["app.default.shop.svc", "app.default.svc", "app.default"]);
  assertEquals(candidatesOf("a.b.c", rules), ["a.b.c", "a.b.c.shop.svc", "a.b.c.svc"]);
  assertEquals(candidatesOf("app.", rules), ["app"]);
  assertEquals(candidatesOf("app", { search: [], ndots: 1 }), ["app"]);
});

Deno.test("localhost is this machine, whatever is below it, and nothing else is", () => {
  const names = ["localhost", "LocalHost.", "a.localhost", "localhost.example", "notlocalhost", ""];
  assertEquals(names.map(isLocalhost), [true, true, true, false, false, false]);
});
