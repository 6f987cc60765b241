import { assertEquals, assertStrictEquals } from "@std/assert";
import type { MemberInfo } from "../../src/core/effect.ts";
import { Roster } from "../../src/leadership/roster.ts";

function peer(id: string, boot = id): MemberInfo {
  return { id, boot, source: "127.0.0.1:2", weight: 0.5, eligible: true, voter: true };
}

function roster(): Roster {
  return new Roster({ id: "self", source: "127.0.0.1:1", weight: 1, eligible: true, voter: true });
}

Deno.test("the nodes are self and the peers, in order, whatever the order they came in", () => {
  const one = roster();
  const two = roster();
  for (const id of ["z", "a", "m"]) one.set(peer(id));
  for (const id of ["m", "z", "a"]) two.set(peer(id));
  assertEquals(Object.keys(one.nodes(false)), ["a", "m", "self", "z"]);
  assertEquals(Object.keys(two.nodes(false)), ["a", "m", "self", "z"]);
  one.delete(peer("m"));
  assertEquals(Object.keys(one.nodes(false)), ["a", "self", "z"]);
});

Deno.test("who leads: self by what it is told, others by the last event", () => {
  const all = roster();
  all.set(peer("a"));
  assertEquals(all.nodes(true).self?.state, "leader");
  assertEquals(all.nodes(false).self?.leader, false);
  all.leader = { id: "a", source: "127.0.0.1:2", token: 7 };
  const { a, self } = all.nodes(false);
  assertEquals([a?.state, a?.leader, a?.self], ["leader", true, false]);
  assertEquals([self?.state, self?.leader, self?.self], ["citizen", false, true]);
});

Deno.test("ids that are names of prototypes are ids like others", () => {
  const all = roster();
  for (const id of ["__proto__", "constructor", "toString", "7"]) all.set(peer(id));
  const nodes = all.nodes(false);
  assertStrictEquals(Object.getPrototypeOf(nodes), null);
  assertEquals(nodes["__proto__"]?.id, "__proto__");
  assertEquals(Object.keys(nodes), ["7", "__proto__", "constructor", "self", "toString"]);
});

Deno.test("a cleared roster has self only, and says who was there", () => {
  const all = roster();
  all.set(peer("a"));
  all.leader = { id: "a", source: "127.0.0.1:2", token: 7 };
  assertEquals(all.clear(), [peer("a")]);
  assertEquals(Object.keys(all.nodes(false)), ["self"]);
  assertStrictEquals(all.leader, null);
});
