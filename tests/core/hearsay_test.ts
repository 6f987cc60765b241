/** What others say of a member, without having been asked: it makes suspect, and the member itself is asked. */

import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { bootOf, INTERVAL, messages, ofKind, puppetOf, TIMEOUT } from "./harness.ts";
import { alive, dead, suspect } from "./rumors.ts";
import { changes, own, reasons, village } from "./village.ts";

Deno.test("an incarnation far ahead of the own clock, which could not be refuted, is believed of nobody but who is in it", () => {
  const { solo, about, teller } = village();
  for (const ahead of [1, 2]) {
    const incarnation = solo.wall + ahead * LIMITS.clockLead - TIMEOUT;
    const { incarnation: before } = solo.state.membership;
    const rumors = [
      alive(about, { incarnation }),
      dead({ ...about, incarnation }, true),
      suspect(own(solo, incarnation)),
    ];
    const refused = reasons(solo.tell(teller, ...rumors));
    assertEquals(refused, ahead === 1 ? [] : rumors.map(() => "absurd-term"));
    assertEquals(solo.state.membership.incarnation, ahead === 1 ? incarnation + 1 : before);
  }
  const incarnation = solo.wall + 2 * LIMITS.clockLead;
  solo.ping({ ...about, incarnation });
  assertEquals(solo.state.membership.peers.get(about.address)?.incarnation, incarnation, "by its own word");
  solo.tell(teller, suspect({ ...about, incarnation }));
  assert(solo.state.membership.peers.get(about.address)?.suspicion !== undefined, "and then of it by others, too");
});

Deno.test("a process at the address of one whose clock was far ahead is not held to its incarnation", () => {
  const { solo, about } = village();
  solo.ping({ ...about, incarnation: solo.wall + 2 * LIMITS.clockLead });
  about.answers = false;
  const young = puppetOf(2, { boot: bootOf(0x200), incarnation: 40, answers: false });
  assertEquals(changes(solo.introduce(young)), ["removed m2", "added m2"]);
  const { disputed, incarnation } = solo.state.membership.peers.get(about.address)!;
  assertEquals([disputed, incarnation], [undefined, 40]);
});

Deno.test("a member that is said to have left is asked, and stays if it answers", () => {
  for (const answers of [true, false]) {
    const { solo, about, teller } = village();
    solo.advance(2 * INTERVAL);
    about.answers = answers;
    assertEquals(changes(solo.tell(teller, dead(about, true))), []);
    const asked = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === about.address);
    assert(asked.length > 0, "m2 was to be asked");
    assertEquals(changes(solo.advance(2 * INTERVAL)), answers ? [] : ["removed m2"]);
    assertEquals(solo.state.membership.suspects.size, 0);
  }
});

Deno.test("a member that is said to be dead, or to have left, says that it has contradicted", () => {
  for (const left of [false, true]) {
    const { solo, teller } = village();
    const rumor = dead(own(solo, solo.state.membership.incarnation), left);
    assertEquals(ofKind(solo.tell(teller, rumor, rumor), "refuted"), [{ kind: "refuted", left }]);
    assertEquals(ofKind(solo.tell(teller, suspect(own(solo, solo.state.membership.incarnation))), "refuted"), []);
  }
});

Deno.test("the leader that is said to have left is followed until it has not answered", () => {
  const { solo, about, teller } = village();
  about.leading = { term: 10, remaining: 10 * TIMEOUT };
  solo.ping(about);
  about.answers = false;
  solo.tell(teller, dead(about, true));
  assertEquals(solo.leader, "m2");
  solo.advance(TIMEOUT);
  assertEquals([solo.ids, solo.leader], [["m3"], undefined]);
});
