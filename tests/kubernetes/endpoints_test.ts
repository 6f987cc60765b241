import { assertEquals } from "@std/assert";
import { includes, readEndpoints, readSlices } from "../../src/kubernetes/endpoints.ts";

const RULES = { port: 7, including: "running" } as const;

Deno.test("includes reads conditions as the API documents them", () => {
  // ready, serving: what counts as running, serving, ready.
  const table: readonly [unknown, boolean, boolean, boolean][] = [
    [{ ready: true, serving: true, terminating: false }, true, true, true],
    [{ ready: false, serving: true, terminating: true }, true, true, false],
    [{ ready: false, serving: false, terminating: true }, true, false, false],
    [{ ready: false, serving: false, terminating: false }, true, false, false],
    [{ ready: false }, true, false, false],
    [{ ready: true, serving: true, terminating: true }, true, true, true],
    [{ ready: null, serving: null }, true, true, true],
    [{}, true, true, true],
    [undefined, true, true, true],
    ["nonsense", true, true, true],
  ];
  for (const [conditions, running, serving, ready] of table) {
    const found = (["running", "serving", "ready"] as const).map((including) => includes(including, conditions));
    assertEquals(found, [running, serving, ready], JSON.stringify(conditions));
  }
});

Deno.test("readSlices joins slices and families, and takes each pod once", () => {
  const found = readSlices([
    { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"], targetRef: { name: "app-0" } }] },
    { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"] }, { addresses: ["10.0.0.2", "10.0.0.3"] }] },
    { addressType: "IPv6", endpoints: [{ addresses: ["FD00:0::1"] }, { addresses: ["::ffff:10.0.0.4"] }] },
    { addressType: "FQDN", endpoints: [{ addresses: ["10.0.0.9"] }] },
  ], RULES);
  assertEquals([...found.ipv4], ["10.0.0.1:7", "10.0.0.2:7", "10.0.0.4:7"]);
  assertEquals([...found.ipv6], ["[fd00::1]:7"]);
  assertEquals(found.names.get("10.0.0.1:7"), "app-0");
});

Deno.test("readSlices and readEndpoints pass over what makes no sense", () => {
  const nonsense = [
    ...[null, 7, "text", [], {}, { endpoints: {} }, { endpoints: [null, {}, { addresses: "10.0.0.1" }] }],
    ...[{ endpoints: [{ addresses: [] }, { addresses: [null] }, { addresses: ["host.name"] }] }],
    ...[{ subsets: {} }, { subsets: [null, { addresses: [null, {}, { ip: 7 }, { ip: "host.name" }] }] }],
  ];
  for (const read of [readSlices, readEndpoints]) {
    const { ipv4, ipv6 } = read(nonsense, RULES);
    assertEquals([ipv4.size, ipv6.size], [0, 0]);
  }
});

Deno.test("readEndpoints joins subsets, and leaves out who is not ready when asked to", () => {
  const objects = [{
    subsets: [
      { addresses: [{ ip: "10.0.0.1", targetRef: { name: "app-0" } }], notReadyAddresses: [{ ip: "10.0.0.2" }] },
      { notReadyAddresses: [{ ip: "10.0.0.3" }] },
    ],
  }];
  assertEquals([...readEndpoints(objects, RULES).ipv4], ["10.0.0.1:7", "10.0.0.2:7", "10.0.0.3:7"]);
  for (const including of ["serving", "ready"] as const) {
    assertEquals([...readEndpoints(objects, { port: 7, including }).ipv4], ["10.0.0.1:7"]);
  }
});
