/** What looks at each step finds what is wrong with it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { BrokenInvariant } from "../../scripts/harness/examine/broken_invariant.ts";
import { takeStep } from "../../scripts/harness/examine/examine.ts";
import { checkInvariants } from "../../scripts/harness/examine/invariants.ts";
import { type MemberState, step } from "../../src/core/citizen.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Input } from "../../src/core/input.ts";
import type { Mutable } from "../../src/core/message/blank.ts";
import type { Ping } from "../../src/core/message/message.ts";
import { type Puppet, puppetOf, Solo } from "./harness.ts";

/** m1 leads m2 to m4. */
function leading(): { readonly solo: Solo; readonly state: MemberState; readonly puppets: readonly Puppet[] } {
  const puppets = [2, 3, 4].map((n) => puppetOf(n, { grants: true, eligible: false }));
  const solo = new Solo(puppets);
  for (const puppet of puppets) solo.introduce(puppet);
  solo.advance(3000);
  assert(solo.leads, "m1 leads");
  return { solo, state: solo.state, puppets };
}

function tickOf({ now, wall }: Solo): Input {
  return { kind: "tick", now: now + 1000, wall: wall + 1000 };
}

function pingsIn(effects: readonly Effect[]): Mutable<Ping>[] {
  return effects.flatMap((effect) => effect.kind === "send" && effect.message.kind === "ping" ? [effect.message] : []);
}

/** The step of a core that does this to the pings that it sends. */
function steps(change: (pings: Mutable<Ping>[], effects: readonly Effect[]) => void): typeof step {
  return (state, input) => {
    const effects = step(state, input);
    change(pingsIn(effects), effects);
    return effects;
  };
}

const LEAKS: Readonly<Record<string, typeof step>> = {
  "two messages that are one object": (state, input) => {
    const sends = step(state, input).filter((effect) => effect.kind === "send");
    return [...sends, ...sends];
  },
  "a request that was left in a ping": steps(([first, second]) => {
    if (first !== undefined && second !== undefined) second.request = { ...first.request!, sequence: NaN };
  }),
  "a status of another step": steps(([first]) => {
    if (first !== undefined) Object.assign(first.status, { beat: first.status.beat - 1 });
  }),
  "a lease that is told to be longer": steps(([first]) => {
    if (first?.status.leading !== undefined) Object.assign(first.status.leading, { remaining: 1e6 });
  }),
  "a leader that calls itself idle": steps(([first]) => {
    if (first !== undefined) Object.assign(first.status, { idle: true });
  }),
};

for (const [name, leaky] of Object.entries(LEAKS)) {
  Deno.test(`a step is refused for ${name}`, () => {
    const { solo, state } = leading();
    assertThrows(() => {
      for (let ms = 0; ms < 300; ms++) {
        takeStep(leaky, state, { ...tickOf(solo), now: solo.now + ms, wall: solo.wall + ms });
      }
    }, BrokenInvariant);
  });
}

Deno.test("what a member was told is nonsense after the step, and so is what it said", () => {
  const { solo, state, puppets: [puppet] } = leading();
  const told: Ping = {
    ...{
      kind: "ping",
      nonce: 7,
      hears: true,
      request: undefined,
      answer: undefined,
      gossip: undefined,
      voters: undefined,
    },
    status: {
      ...{ beat: 1e6, incarnation: 1, id: puppet!.id, address: puppet!.address, weight: 0, eligible: true },
      ...{ idle: true, voting: true, highestTerm: 0, leading: undefined, roll: 0 },
    },
  };
  let said: readonly Effect[] = [];
  const noting: typeof step = (state, input) => said = step(state, input);
  const { boot: from, address: source } = puppet!;
  const cookie = state.membership.byBoot.get(from)!.expected;
  const kept = takeStep(noting, state, {
    kind: "packet",
    source,
    from,
    cookie,
    message: told,
    now: solo.now,
    wall: solo.wall,
  });
  assertEquals([told.nonce, told.status.beat, told.status.id], [NaN, NaN, "spoilt"]);
  takeStep(noting, state, tickOf(solo));
  for (const { nonce, status } of pingsIn(said)) assertEquals([nonce, status.beat], [NaN, NaN]);
  for (const { nonce, status } of pingsIn(kept)) assert(nonce > 0 && status.beat > 0, "what is kept stays as it was");
});

/** What is done to a sound state, so that it is none. */
const TAMPERED: Readonly<Record<string, (state: MemberState) => void>> = {
  "who is alive is found by its boot": ({ membership }) => membership.byBoot.delete([...membership.byBoot.keys()][0]!),
  "voters are those that count": ({ membership: { voters } }) => voters.delete(voters.items[0]!),
  "each that is alive and credible has its turn": ({ membership: { orders, voters } }) =>
    orders.credible.delete(voters.items[0]!),
  "others are told of all voters": ({ membership: { electorate } }) =>
    Object.assign(electorate, { told: { isMany: false, hashes: [1] } }),
  "the lease is no longer than what a quorum has granted": ({ election: { candidacy } }) => candidacy!.deadline += 1,
  "who leads knows that it does": ({ election }) => {
    election.leader = undefined;
    election.announced = undefined;
  },
  "who is stalled, closes or only observes does not stand": ({ election }) => election.stalled = true,
  "a promise lasts a timeout": ({ election: { voting } }) => [...voting.supports.values()][0]!.expiresAt += 1e6,
  "no vote is in force in quarantine": ({ election: { voting }, ground }) => voting.quarantineUntil = ground.now + 1,
  "requests are forgotten after a timeout": ({ election: { asking } }) => {
    const { sent, sequence } = asking;
    const all = [...sent];
    sent.clear();
    sent.set(0, { now: -1, wall: 0 });
    for (const [number, at] of all) sent.set(number, at);
    assert(sent.has(sequence));
  },
};

for (const [what, tamper] of Object.entries(TAMPERED)) {
  Deno.test(`an impossible state is refused: ${what}`, () => {
    const { state } = leading();
    checkInvariants(state);
    tamper(state);
    assertThrows(() => checkInvariants(state), BrokenInvariant, what);
  });
}
