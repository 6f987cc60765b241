import { assertEquals } from "@std/assert";
import { leadershipsOf } from "./record.ts";

Deno.test("beliefs of one member under one token are one leadership, with doubts between them", () => {
  const beliefs = [
    { member: "m2", from: 50, to: 60, token: 2 },
    { member: "m1", from: 0, to: 10, token: 1 },
    { member: "m1", from: 12, to: 20, token: 1 },
    { member: "m2", from: 61, to: 61, token: null },
    { member: "m2", from: 70, to: 80, token: 3 },
  ];
  const record = { members: new Map(), beliefs, contradiction: { ms: 0, pairs: 0 } };
  assertEquals(leadershipsOf(record), [
    { member: "m1", from: 0, to: 20, token: 1, doubts: 1 },
    { member: "m2", from: 50, to: 60, token: 2, doubts: 0 },
    { member: "m2", from: 70, to: 80, token: 3, doubts: 0 },
  ]);
});
