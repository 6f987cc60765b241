/** What processes that are in no list may cost a member. */

import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { bootOf, INTERVAL, messages, ofKind, puppetOf, Solo } from "./harness.ts";
import { reasons } from "./village.ts";

Deno.test("a stranger that joins and leaves for ever makes a bounded number of events, and is no trouble to others", () => {
  const named = puppetOf(2);
  const solo = new Solo([named]);
  solo.introduce(named);
  const times = 5000;
  for (let n = 0; n < times; n++) {
    const stranger = puppetOf(50, { boot: bootOf(0x10000 + n), answers: false });
    solo.introduce(stranger);
    solo.leave(stranger);
    solo.pause(5);
  }
  const added = ofKind(solo.log, "added").length - 1;
  const { atOnce, perSecond } = LIMITS.entries;
  assert(added <= atOnce + times * 5 / 1000 * perSecond + 1, `${added} times`);
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("strangers are bounded: those that are greeted by their pace, those that join by their number", () => {
  const solo = new Solo([], { clusterSize: 1 });
  const stranger = (n: number): ReturnType<typeof puppetOf> => puppetOf(n, { address: `10.1.${n >> 8}.${n & 255}:1` });
  const { atOnce } = LIMITS.greetings;
  const greeted = Array.from({ length: 2 * atOnce }, (_, n) => solo.ping(stranger(n + 2), undefined, { to: "" }))
    .filter((effects) => messages(effects, "ack").length > 0);
  assertEquals(greeted.length, atOnce);
  assertEquals(reasons(solo.ping(stranger(2), undefined, { to: "" })), ["flooded"]);
  assertEquals(solo.state.membership.peers.size, 0, "nothing is remembered of those that were greeted");
  const other = new Solo([], { clusterSize: 1 });
  for (let n = 0; n < LIMITS.strangers; n++) other.introduce(stranger(n + 2));
  assertEquals(other.ids.length, LIMITS.strangers);
  other.pause(INTERVAL);
  assertEquals(reasons(other.ping(stranger(2000), undefined, { to: "" })), ["too-many-members"]);
  assertEquals(other.ids.length, LIMITS.strangers, "those that were there stay");
});

Deno.test("a stranger's probe sends nobody a datagram, and leaves room for those of members", () => {
  const voters = Array.from({ length: 200 }, (_, index) => puppetOf(index + 2, { answers: false }));
  const solo = new Solo(voters);
  const [asker] = voters;
  const stranger = puppetOf(3000, { boot: bootOf(3000), address: "10.9.0.1:7000" });
  for (const puppet of [asker!, stranger]) solo.introduce(puppet);
  for (const { address } of voters) {
    assertEquals(messages(solo.packet(stranger, { kind: "probe", target: address }), "ping"), []);
  }
  const [target] = solo.state.membership.indirectProbes.keys();
  const pinged = messages(solo.packet(asker!, { kind: "probe", target: target! }), "ping");
  assertEquals(pinged.map(({ address }) => address), [target]);
  for (const { address } of voters) solo.packet(asker!, { kind: "probe", target: address });
  assertEquals(solo.state.membership.indirectProbes.size, LIMITS.pendingProbes);
});
