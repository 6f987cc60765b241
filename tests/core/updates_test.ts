import { assert, assertEquals } from "@std/assert";
import { transmissions } from "../../src/core/membership/swim.ts";
import { rumorsFor } from "../../src/core/membership/gossip.ts";
import type { Peer, Suspicion } from "../../src/core/membership/peer.ts";
import type { Rumor } from "../../src/core/message/message.ts";
import { LIMITS } from "../../src/limits.ts";
import {
  addressOf,
  bootOf,
  claimOf,
  EPOCH,
  INTERVAL,
  messages,
  ofKind,
  puppetOf,
  requestOf,
  Solo,
  statusOf,
  TIMEOUT,
} from "./harness.ts";
import { alive, dead, type Subject, suspect } from "./rumors.ts";
import { changes, own, reasons, village } from "./village.ts";

function stateOf(suspicion: Suspicion | undefined): string {
  if (suspicion === undefined) return "alive";
  if (suspicion.left) return "said to have left";
  return suspicion.confirmed ? "convicted" : "suspect";
}

Deno.test("of two rumors of a member the later incarnation counts, and of the same one the worse", () => {
  const at = (incarnation: number): Subject => ({ ...puppetOf(2), incarnation });
  const table: [string, Rumor[], string][] = [
    ["alive of the same incarnation", [alive(puppetOf(2), { incarnation: 5, weight: 9 })], "alive 5"],
    ["alive of a later one", [alive(puppetOf(2), { incarnation: 6 })], "alive 6"],
    ["suspect of an earlier one", [suspect(at(4))], "alive 5"],
    ["suspect of the same one", [suspect(at(5))], "suspect 5"],
    ["suspect of a later one", [suspect(at(7))], "suspect 7"],
    ["suspect, and alive of the same one", [suspect(at(6)), alive(puppetOf(2), { incarnation: 6 })], "suspect 6"],
    ["suspect, and alive of a later one", [suspect(at(6)), alive(puppetOf(2), { incarnation: 7 })], "alive 7"],
    ["dead of an earlier one", [dead(at(4))], "alive 5"],
    ["dead of the same one", [dead(at(5))], "convicted 5"],
    ["dead after suspect", [suspect(at(5)), dead(at(5))], "convicted 5"],
    ["suspect after dead", [dead(at(5)), suspect(at(5))], "convicted 5"],
    ["dead, and alive of a later one", [dead(at(5)), alive(puppetOf(2), { incarnation: 6 })], "alive 6"],
    ["dead, and suspect of a later one", [dead(at(5)), suspect(at(6))], "suspect 6"],
    ["left", [dead(at(5), true)], "said to have left 5"],
    ["left after dead", [dead(at(5)), dead(at(5), true)], "said to have left 5"],
    ["dead after left", [dead(at(5), true), dead(at(5))], "said to have left 5"],
    ["left, and alive of a later one", [dead(at(5), true), alive(puppetOf(2), { incarnation: 9 })], "alive 9"],
    ["left of an earlier one", [dead(at(4), true)], "alive 5"],
  ];
  for (const [name, rumors, expected] of table) {
    const { solo, about, teller } = village();
    solo.tell(teller, ...rumors);
    const { alive, incarnation, suspicion } = solo.state.membership.peers.get(about.address)!;
    assertEquals(`${alive ? stateOf(suspicion) : "gone"} ${incarnation}`, expected, name);
  }
});

Deno.test("a rumor of a member that is alive tells its weight and whether it would lead", () => {
  const { solo, about, teller } = village();
  const effects = solo.tell(teller, alive(about, { incarnation: 6, weight: 9, eligible: false }));
  assertEquals(ofKind(effects, "updated").map(({ member }) => [member.weight, member.eligible]), [[9, false]]);
  assertEquals(ofKind(solo.tell(teller, alive(about, { incarnation: 7, id: "other", weight: 1 })), "updated"), []);
});

Deno.test("what is news is passed on, what is known is not", () => {
  const { solo, about, teller } = village();
  solo.advance(20 * INTERVAL);
  assertEquals(solo.state.membership.broadcasts.size, 0);
  solo.tell(teller, alive(about), alive({ ...about, incarnation: 4 }));
  assertEquals(solo.state.membership.broadcasts.size, 0);
  solo.tell(teller, alive(about, { incarnation: 6 }));
  assertEquals(solo.state.membership.broadcasts.size, 1);
});

Deno.test("who tells bad news that are old has missed the latest, and is told again", () => {
  for (const old of [suspect, dead]) {
    const { solo, about, teller } = village();
    solo.advance(20 * INTERVAL);
    solo.tell(teller, old({ ...about, incarnation: 4 }));
    assertEquals(solo.state.membership.broadcasts.take(1000, 1), [alive(about, { incarnation: 5 })]);
  }
});

Deno.test("the gossip of a stranger changes nothing, and that of one who has the secret counts", () => {
  for (const sealed of [false, true]) {
    const { solo, about } = village({ sealed });
    const stranger = puppetOf(50);
    solo.introduce(stranger);
    const { incarnation } = solo.state.membership;
    const effects = solo.tell(
      stranger,
      dead(about, true),
      alive(puppetOf(60)),
      suspect(own(solo, incarnation), stranger.boot),
    );
    assertEquals(changes(effects), sealed ? ["added m60"] : []);
    assertEquals(solo.state.membership.peers.get(about.address)?.suspicion?.left, sealed || undefined);
    assertEquals(solo.state.membership.incarnation > incarnation, sealed);
  }
});

Deno.test("who hears of somebody for the first time takes it as alive, and pings it", () => {
  const { solo, teller } = village();
  const news = puppetOf(60, { answers: false });
  assertEquals(changes(solo.tell(teller, alive(news))), ["added m60"]);
  const pings = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === news.address);
  assert(pings.length > 0);
  assertEquals(pings[0]!.message.gossip, undefined, "it has not proved to be there");
});

Deno.test("a member contradicts who suspects it or calls it dead, in a later incarnation", () => {
  for (const rumor of [suspect, (subject: Subject) => dead(subject), (subject: Subject) => dead(subject, true)]) {
    for (const ahead of [0, 1, 1000]) {
      const { solo, teller } = village();
      const { incarnation } = solo.state.membership;
      solo.tell(teller, rumor(own(solo, incarnation + ahead)));
      assertEquals(solo.state.membership.incarnation, incarnation + ahead + 1);
      const [ping] = messages(solo.advance(INTERVAL), "ping");
      assertEquals(ping?.message.status.incarnation, incarnation + ahead + 1);
      const told = ping?.message.gossip?.rumors.find(({ address }) => address === solo.config.address);
      assertEquals([told?.kind, told?.incarnation], ["alive", incarnation + ahead + 1]);
    }
  }
});

Deno.test("what was said of an earlier incarnation of this member is over, and what is right needs no word", () => {
  const { solo, teller } = village();
  const { incarnation } = solo.state.membership;
  solo.tell(teller, suspect(own(solo, incarnation - 1)), dead(own(solo, incarnation - 1)));
  solo.tell(teller, alive({ ...puppetOf(1), incarnation }));
  assertEquals(solo.state.membership.incarnation, incarnation);
});

Deno.test("a member contradicts who takes another process to be at its address, or it to be elsewhere", () => {
  for (const elsewhere of [{ boot: bootOf(0x99) }, { address: addressOf(99) }]) {
    const { solo, teller } = village();
    const { incarnation } = solo.state.membership;
    solo.tell(teller, { ...alive(puppetOf(1)), ...own(solo, incarnation + 3, elsewhere) });
    assertEquals(solo.state.membership.incarnation, incarnation + 4);
    assertEquals(solo.ids, ["m2", "m3"], "it adds neither");
  }
});

Deno.test("a member that is suspected doubts its own health, once for each time it contradicts", () => {
  const { solo, teller } = village();
  const rumor = suspect(own(solo, solo.state.membership.incarnation));
  solo.tell(teller, rumor, rumor, rumor);
  assertEquals(solo.state.membership.localHealth, 1);
});

Deno.test("a member starts in an incarnation above those of its lives before, by the wall clock", () => {
  assertEquals(new Solo([]).state.membership.incarnation, EPOCH);
});

Deno.test("absurd incarnations are dropped, in rumors and in what a member says of itself", () => {
  const { solo, about, teller } = village();
  for (const incarnation of [LIMITS.maxTerm, LIMITS.maxTerm + 1, Number.MAX_SAFE_INTEGER]) {
    const before = solo.state.membership.incarnation;
    const rumors = [
      alive(about, { incarnation }),
      suspect({ ...about, incarnation }),
      dead({ ...about, incarnation }, true),
      suspect(own(solo, incarnation)),
    ];
    assertEquals(reasons(solo.tell(teller, ...rumors)), rumors.map(() => "absurd-term"));
    assertEquals(reasons(solo.ping({ ...about, incarnation })), ["absurd-term"]);
    assertEquals(solo.state.membership.incarnation, before);
  }
  assertEquals(solo.ids, ["m2", "m3"]);
});

Deno.test("old news brings nobody back while its death is remembered, news does", () => {
  const { solo, teller } = village({ sealed: true });
  const gone = puppetOf(60, { answers: false });
  solo.tell(teller, alive(gone));
  solo.tell(teller, dead(gone));
  assertEquals(changes(solo.advance(6 * TIMEOUT)), ["removed m60"]);
  for (let time = 0; time < 13; time++) {
    assertEquals(changes(solo.tell(teller, alive(gone))), []);
    solo.advance(TIMEOUT);
  }
  assertEquals(changes(solo.tell(teller, alive(gone, { incarnation: gone.incarnation + 1 }))), ["added m60"]);
});

Deno.test("who was named is remembered for ever, and who was not for twenty timeouts", () => {
  const { solo, about, teller } = village({ sealed: true });
  const stranger = puppetOf(60, { answers: false });
  about.answers = false;
  solo.tell(teller, alive(stranger));
  solo.tell(teller, dead(stranger, true), dead(about, true));
  assertEquals(changes(solo.advance(3 * INTERVAL)).toSorted(), ["removed m2", "removed m60"]);
  const removed = solo.now;
  solo.advance(19 * TIMEOUT);
  assert(solo.state.membership.peers.has(stranger.address));
  solo.advance(TIMEOUT);
  assertEquals(solo.state.membership.peers.has(stranger.address), false, `${solo.now - removed} ms`);
  solo.advance(20 * TIMEOUT);
  assertEquals(changes(solo.tell(teller, alive(about))), [], "it is remembered in what incarnation it was removed");
  assertEquals(changes(solo.tell(teller, alive(puppetOf(2, { boot: bootOf(0x200), incarnation: 99 })))), ["added m2"]);
});

Deno.test("who has left is gone for good, whatever it says, until another process starts there", () => {
  const { solo, about, teller } = village();
  assertEquals(changes(solo.leave(about)), ["removed m2"]);
  assertEquals(changes(solo.tell(teller, alive(about, { incarnation: 99 }))), []);
  assertEquals(reasons(solo.ping(about)), ["departed"]);
  assertEquals(changes(solo.advance(3 * TIMEOUT)), []);
  about.answers = false;
  assertEquals(changes(solo.introduce(puppetOf(2, { boot: bootOf(0x200) }))), ["added m2"]);
});

Deno.test("a newer process at an address takes the place of the older one", () => {
  const { solo, about, teller } = village();
  const young = puppetOf(2, { boot: bootOf(0x200), incarnation: 6, id: "young" });
  assertEquals(changes(solo.tell(teller, alive(young, { incarnation: 5 }))), [], "an older start");
  assertEquals(changes(solo.tell(teller, alive(young))), ["removed m2", "added young"]);
  assertEquals(changes(solo.tell(teller, alive(about))), [], "old news");
});

Deno.test("a process that started in an earlier incarnation than the one before it stays, and is told to contradict", () => {
  const { solo, about, teller } = village();
  solo.tell(teller, alive(about, { incarnation: 50 }));
  about.answers = false;
  const young = puppetOf(2, { boot: bootOf(0x200), incarnation: 40, answers: false });
  assertEquals(changes(solo.introduce(young)), ["removed m2", "added m2"]);
  assertEquals(changes(solo.tell(teller, alive(about, { incarnation: 50 }))), [], "the one before is news no more");
  const [ping] = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === young.address);
  const { address, boot } = young;
  assertEquals(ping?.message.gossip?.rumors[0], { kind: "dead", address, boot, incarnation: 50, left: false });
  young.incarnation = 51;
  solo.ping(young);
  assertEquals(solo.state.membership.peers.get(address)?.disputed, undefined);
  const told = messages(solo.advance(INTERVAL), "ping").find((each) => each.address === teller.address);
  const rumor = told?.message.gossip?.rumors.find((each) => each.address === address);
  assertEquals([rumor?.kind, rumor?.boot, rumor?.incarnation], ["alive", boot, 51]);
});

Deno.test("a member that has moved takes the place of its old address once that is suspected", () => {
  const { solo, teller } = village({ sealed: true });
  const before = puppetOf(60, { answers: false });
  const after = puppetOf(60, { address: addressOf(61), boot: bootOf(0x61), incarnation: 2, answers: false });
  solo.tell(teller, alive(before));
  assertEquals(changes(solo.tell(teller, alive(after))), [], "the old one is there");
  assertEquals(reasons(solo.ping(after, undefined, { to: "" })), ["duplicate-id"]);
  solo.tell(teller, suspect(before));
  assertEquals(changes(solo.tell(teller, alive(after, { incarnation: 1 }))), [], "an earlier start");
  assertEquals(changes(solo.tell(teller, alive(after))), ["removed m60", "added m60"]);
  assertEquals(solo.state.membership.peers.has(before.address), false);
  assertEquals(solo.state.membership.byId.get("m60")?.address, after.address);
});

Deno.test("who was named does not lose its id to a stranger, silent or not, and takes it from one", () => {
  const { solo, about, teller } = village({ sealed: true });
  solo.tell(teller, suspect(about));
  const thief = puppetOf(60, { id: "m2", incarnation: 99 });
  assertEquals(changes(solo.tell(teller, alive(thief))), []);
  const named = puppetOf(4, { answers: false });
  solo.tell(teller, alive(puppetOf(61, { id: "m4" })));
  const addresses = [about.address, teller.address, named.address];
  solo.input({ kind: "peers", addresses, clusterSize: 4 });
  assertEquals(changes(solo.tell(teller, alive(named))), ["removed m4", "added m4"]);
});

Deno.test("nobody is believed to bear the own id, or a boot that is known from elsewhere", () => {
  const { solo, about, teller } = village({ sealed: true });
  assertEquals(reasons(solo.tell(teller, alive(puppetOf(60, { id: "m1" })))), ["duplicate-id"]);
  assertEquals(reasons(solo.tell(teller, alive(puppetOf(60, { boot: about.boot })))), ["impostor"]);
  assertEquals(solo.ids, ["m2", "m3"]);
});

Deno.test("the vote goes to who asked for it, whoever its own gossip takes to be at its address", () => {
  const { solo, about } = village();
  const term = solo.wall;
  const effects = solo.packet(about, {
    ...{ kind: "ping", nonce: 7, hears: true, status: statusOf(about), request: requestOf(about, claimOf(term)) },
    ...{ answer: undefined, voters: undefined },
    gossip: { leaderHint: undefined, rumors: [alive(about, { boot: bootOf(0x200), incarnation: 9, id: "other" })] },
  });
  const granted = messages(effects, "ack").some(({ message }) => message.answer?.votes[0]?.refusal === undefined);
  assertEquals(solo.state.election.ballot.vote?.boot, granted ? about.boot : undefined);
});

Deno.test("who suspects a member that was removed here is told that it was, for it is alone with its suspicion", () => {
  const { solo, about, teller } = village();
  solo.leave(about);
  about.answers = false;
  solo.advance(20 * INTERVAL);
  assertEquals(solo.state.membership.broadcasts.size, 0);
  solo.tell(teller, suspect({ ...about, incarnation: about.incarnation + 1 }));
  assertEquals(solo.state.membership.broadcasts.size, 0, "of a later incarnation nothing is known");
  solo.tell(teller, suspect(about));
  const [ping] = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === teller.address);
  const told = ping?.message.gossip?.rumors.find(({ address }) => address === about.address);
  assertEquals([told?.kind, told?.incarnation], ["dead", about.incarnation]);
});

Deno.test("who is told again that a member is dead may doubt it for ever: the telling ends all the same", () => {
  const { solo, about, teller } = village();
  solo.leave(about);
  about.answers = false;
  solo.advance(20 * INTERVAL);
  let told = 0;
  for (let time = 0; time < 20 && (time === 0 || solo.state.membership.broadcasts.size > 0); time++) {
    solo.tell(teller, suspect(about));
    const pings = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === teller.address);
    told += pings.filter(({ message }) => message.gossip !== undefined).length;
  }
  assertEquals(solo.state.membership.broadcasts.size, 0);
  assert(told > 0 && told <= transmissions(1), `told ${told} times`);
});

Deno.test("what a suspect is told does not count as told, for it may be dead", () => {
  const { solo, about, teller } = village();
  about.answers = false;
  solo.advance(3 * INTERVAL);
  const { state } = solo;
  const [suspected, healthy] = [about, teller].map(({ address }) => state.membership.peers.get(address)!);
  assert(suspected?.suspicion !== undefined && healthy?.suspicion === undefined);
  const news = alive(puppetOf(4));
  state.membership.broadcasts.spread(news);
  const isTold = (member: Peer): boolean => rumorsFor(state.membership, member, 0).includes(news);
  for (let time = 0; time < 20; time++) assert(isTold(suspected));
  for (let time = 0; time < transmissions(state.membership.byBoot.size); time++) assert(isTold(healthy!));
  assertEquals(isTold(healthy!), false);
});
