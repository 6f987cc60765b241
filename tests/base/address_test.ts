import { assertEquals, assertThrows } from "@std/assert";
import {
  advertisedAddress,
  canonicalAddress,
  canonicalHost,
  formatAddress,
  isUnicast,
  isWildcard,
  parseAddress,
} from "../../src/base/address.ts";

const GOOD: readonly [text: string, canonical: string, kind: string][] = [
  ["10.0.0.7:12345", "10.0.0.7:12345", "ipv4"],
  ["0.0.0.0:1", "0.0.0.0:1", "ipv4"],
  ["255.255.255.255:65535", "255.255.255.255:65535", "ipv4"],
  ["[::]:1", "[::]:1", "ipv6"],
  ["[::1]:12345", "[::1]:12345", "ipv6"],
  ["[FD00:0:0:0::7]:12345", "[fd00::7]:12345", "ipv6"],
  ["[2001:0db8::0001]:1", "[2001:db8::1]:1", "ipv6"],
  ["[2001:db8:0:1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1", "ipv6"],
  ["[2001:db8::1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1", "ipv6"],
  ["[2001:0:0:1:0:0:0:1]:1", "[2001:0:0:1::1]:1", "ipv6"],
  ["[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1", "ipv6"],
  ["[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1", "ipv6"],
  ["[1:0:0:0:0:0:0:0]:1", "[1::]:1", "ipv6"],
  ["[64:ff9b::192.0.2.1]:1", "[64:ff9b::c000:201]:1", "ipv6"],
  ["[::ffff:10.0.0.7]:12345", "10.0.0.7:12345", "ipv4"],
  ["[::FFFF:0a00:0007]:12345", "10.0.0.7:12345", "ipv4"],
  ["localhost:80", "localhost:80", "name"],
  ["Web-0.Web.default.svc.cluster.local:080", "web-0.web.default.svc.cluster.local:80", "name"],
  ["_udp.example.org.:1", "_udp.example.org.:1", "name"],
  ["1a:1", "1a:1", "name"],
];

Deno.test("an address has one canonical form, after RFC 5952", () => {
  for (const [text, canonical, kind] of GOOD) {
    const address = parseAddress(text, { label: "source" });
    assertEquals([formatAddress(address), address.kind], [canonical, kind], text);
    assertEquals(formatAddress(parseAddress(canonical, { label: "source" })), canonical, "canonical form is stable");
  }
});

const SHAPE = "must be an address like 10.0.0.7:12345 or [fd00::7]:12345";
const IPV4 = "must have an IPv4 address of four numbers from 0 to 255 without leading zeros";
const ONE = "must be one address, and of several each a string of its own";
const BRACKETS = "must have brackets around an IPv6 address, like [fd00::7]:12345";
const HOST = "must have an IP address or a host name before its port";
const IN_BRACKETS = "must have an IPv6 address in its brackets";

const BAD: readonly [text: unknown, why: string][] = [
  [undefined, `${SHAPE}, got undefined`],
  [null, `${SHAPE}, got null`],
  [12345, `${SHAPE}, got 12345`],
  [{ host: "a" }, `${SHAPE}, got an object`],
  [["10.0.0.7:1"], `${SHAPE}, got an array`],
  ["", `${SHAPE}, got an empty string`],
  ["10.0.0.7:1,10.0.0.8:1", `${ONE}, got "10.0.0.7:1,10.0.0.8:1"`],
  ["10.0.0.7:1; 10.0.0.8:1", `${ONE}, got "10.0.0.7:1; 10.0.0.8:1"`],
  [" 10.0.0.7:1", 'must not contain white space, got " 10.0.0.7:1"'],
  ["10.0.0.7:1\n", 'must not contain white space, got "10.0.0.7:1\\n"'],
  ["http://10.0.0.7:1", `${SHAPE}, without a protocol or path, got "http://10.0.0.7:1"`],
  ["10.0.0.7:1/x", `${SHAPE}, without a protocol or path, got "10.0.0.7:1/x"`],
  [
    "[fe80::1%eth0]:1",
    "must not have a zone id, because it means nothing to other machines; use a global or unique local address, " +
    'got "[fe80::1%eth0]:1"',
  ],
  ["10.0.0.7", 'must end with a port, like 10.0.0.7:12345, got "10.0.0.7"'],
  ["10.0.0.7:", 'must end with a port, like 10.0.0.7:12345, got "10.0.0.7:"'],
  ["[::1]", 'must end with a port, like [::1]:12345, got "[::1]"'],
  ["12345", 'must end with a port, like 10.0.0.7:12345, got "12345"'],
  ["10.0.0.7:http", 'must end with a port from 1 to 65535, got "10.0.0.7:http"'],
  ["10.0.0.7:-1", 'must end with a port from 1 to 65535, got "10.0.0.7:-1"'],
  ["10.0.0.7:1e3", 'must end with a port from 1 to 65535, got "10.0.0.7:1e3"'],
  ["::1:80", `${BRACKETS}, got "::1:80"`],
  ["fd00::7", `${BRACKETS}, got "fd00::7"`],
  ["[::1", 'must close its bracket, like [fd00::7]:12345, got "[::1"'],
  ["[::1]80", 'must have a colon and a port after its bracket, got "[::1]80"'],
  [":80", 'must have a host before its port, like 10.0.0.7:12345, got ":80"'],
  ["[]:80", 'must have a host before its port, like 10.0.0.7:12345, got "[]:80"'],
  ["[10.0.0.7]:80", `${IN_BRACKETS}, got "[10.0.0.7]:80"`],
  ["[::1::2]:80", `${IN_BRACKETS}, got "[::1::2]:80"`],
  ["[1:2:3]:80", `${IN_BRACKETS}, got "[1:2:3]:80"`],
  ["[1:2:3:4:5:6:7:8:9]:80", `${IN_BRACKETS}, got "[1:2:3:4:5:6:7:8:9]:80"`],
  ["[1:2:3:4::5:6:7:8]:80", `${IN_BRACKETS}, got "[1:2:3:4::5:6:7:8]:80"`],
  ["[:1:2:3:4:5:6:7:8]:80", `${IN_BRACKETS}, got "[:1:2:3:4:5:6:7:8]:80"`],
  ["[12345::]:80", `${IN_BRACKETS}, got "[12345::]:80"`],
  ["[::1.2.3.4:5]:80", `${IN_BRACKETS}, got "[::1.2.3.4:5]:80"`],
  ["[1.2.3.4::]:80", `${IN_BRACKETS}, got "[1.2.3.4::]:80"`],
  ["[::256.1.1.1]:80", `${IN_BRACKETS}, got "[::256.1.1.1]:80"`],
  ["010.0.0.7:80", `${IPV4}, got "010.0.0.7:80"`],
  ["10.0.0:80", `${IPV4}, got "10.0.0:80"`],
  ["10.0.0.0.7:80", `${IPV4}, got "10.0.0.0.7:80"`],
  ["10.0.0.256:80", `${IPV4}, got "10.0.0.256:80"`],
  ["10.0.0.7.:80", `${IPV4}, got "10.0.0.7.:80"`],
  ["0x7f000001:80", `${IPV4}, got "0x7f000001:80"`],
  ["12345:80", `${IPV4}, got "12345:80"`],
  ["-web:80", `${HOST}, got "-web:80"`],
  ["web..svc:80", `${HOST}, got "web..svc:80"`],
  ["web,svc:80", `${ONE}, got "web,svc:80"`],
  ["user@web:80", `${HOST}, got "user@web:80"`],
  ["wéb:80", `${HOST}, got "wéb:80"`],
  [`${"a".repeat(64)}:80`, `${HOST}, got "${"a".repeat(64)}:80"`],
];

Deno.test("each wrong form of an address has a TypeError of its own", () => {
  for (const [text, why] of BAD) {
    const error = assertThrows(() => parseAddress(text, { label: "peers[2]" }), TypeError);
    assertEquals(error.message, `Cannot join: "peers[2]" ${why}`);
  }
});

Deno.test("a port out of range is a RangeError", () => {
  const parse = (text: string, portZero: boolean) => () =>
    formatAddress(parseAddress(text, { action: "Cannot bind", label: "source", portZero }));
  const tooBig = assertThrows(parse("10.0.0.7:65536", true), RangeError);
  assertEquals(
    tooBig.message,
    'Cannot bind: "source" must have a port from 1 to 65535, or 0 to let the system choose, got "10.0.0.7:65536"',
  );
  assertThrows(parse(`10.0.0.7:${"9".repeat(200)}`, true), RangeError);
  const zero = assertThrows(parse("10.0.0.7:0", false), RangeError);
  assertEquals(zero.message, 'Cannot bind: "source" must have a port other than 0, got "10.0.0.7:0"');
  assertEquals(parse("10.0.0.7:0", true)(), "10.0.0.7:0");
});

Deno.test("an absurdly long address is quoted in part", () => {
  const error = assertThrows(() => parseAddress("a".repeat(100_000), { label: "source" }), TypeError);
  assertEquals(
    error.message,
    `Cannot join: "source" must be at most 260 characters long, got "${"a".repeat(80)}..."`,
  );
});

Deno.test("what comes from the network has a canonical address or none, and never throws", () => {
  const table: readonly [string, string | undefined][] = [
    ["10.0.0.7:12345", "10.0.0.7:12345"],
    ["[::FFFF:10.0.0.7]:80", "10.0.0.7:80"],
    ["[FD00::0007]:80", "[fd00::7]:80"],
    ["10.0.0.7", undefined],
    ["10.0.0.7:0", undefined],
    ["10.0.0.7:080", undefined],
    ["10.0.0.7:65536", undefined],
    ["10.0.0.07:80", undefined],
    ["localhost:80", undefined],
    ["::1:80", undefined],
    ["[::1]", undefined],
    ["[::1]:", undefined],
    ["[fe80::1%eth0]:80", undefined],
    [" 10.0.0.7:80", undefined],
    ["__proto__:80", undefined],
    ["", undefined],
    [`[${"1:".repeat(5000)}]:80`, undefined],
  ];
  for (const [text, canonical] of table) assertEquals(canonicalAddress(text), canonical, text.slice(0, 80));
});

Deno.test("a host as sockets and resolvers report it", () => {
  assertEquals(canonicalHost("::ffff:127.0.0.1"), { host: "127.0.0.1", kind: "ipv4" });
  assertEquals(canonicalHost("fe80::1%eth0"), { host: "fe80::1", kind: "ipv6" });
  assertEquals(canonicalHost("FD00:0::1"), { host: "fd00::1", kind: "ipv6" });
  assertEquals(canonicalHost("localhost"), undefined);
});

Deno.test("wildcards and groups are told from addresses of one machine", () => {
  const of = (text: string) => parseAddress(text, { label: "source" });
  const shown = (text: string) => [isWildcard(of(text)), isUnicast(of(text))];
  for (const text of ["0.0.0.0:1", "[::]:1", "[0:0::0]:1"]) assertEquals(shown(text), [true, false], text);
  for (const text of ["224.0.0.1:1", "255.255.255.255:1", "[ff02::1]:1"]) {
    assertEquals(shown(text), [false, false], text);
  }
  for (const text of ["10.0.0.7:1", "[::1]:1", "[fe80::1]:1", "web:1"]) assertEquals(shown(text), [false, true], text);
});

Deno.test("the port to be known by is the bound one where it was left open", () => {
  assertEquals(advertisedAddress({ advertise: "10.0.0.7:0" }, "0.0.0.0:54321"), "10.0.0.7:54321");
  assertEquals(advertisedAddress({ advertise: "[fd00::7]:0" }, "[::]:54321"), "[fd00::7]:54321");
  assertEquals(advertisedAddress({ advertise: "10.0.0.7:10" }, "10.0.0.7:54321"), "10.0.0.7:10");
});
