/**
 * A step of a member, looked at from outside: what it says is well formed, it keeps nothing that it was only lent, and what it is
 * then is possible.
 *
 * @module
 */

import type { MemberState } from "../../../src/core/citizen.ts";
import { isInForce } from "../../../src/core/election/support.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import type { Status } from "../../../src/core/message/message.ts";
import { expect } from "./broken_invariant.ts";
import { checkInvariants } from "./invariants.ts";
import { keepEffect } from "../keep.ts";
import { spoilPool, spoilReceived, spoilTold } from "./spoil.ts";
import { malformed } from "./well_formed.ts";

/** Takes a step. Returns its effects, to be kept. Throws a `BrokenInvariant`. */
export function takeStep<State>(
  step: (state: State, input: Input) => readonly Effect[],
  state: State,
  input: Input,
  thoroughly = true,
): Effect[] {
  const effects: Effect[] = [];
  for (const effect of step(state, input)) {
    const kept = keepEffect(effect);
    // Another effect must not bring the same object.
    spoilTold(effect);
    effects.push(kept);
  }
  // Where nobody may change it, it is frozen instead.
  if (input.kind === "packet" && !Object.isFrozen(input.message)) spoilReceived(input.message);
  // Bugs that are planted do not change what a state is made of.
  const member = state as unknown as MemberState;
  if (thoroughly) {
    checkEffects(member, effects);
    checkInvariants(member);
  }
  spoilPool(member.ground.pool);
  return effects;
}

function checkEffects(state: MemberState, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.kind !== "send") continue;
    const { message } = effect;
    const field = malformed(message);
    expect(field === undefined, `a ${message.kind} says something of its ${field}`);
    if (message.kind !== "ping" && message.kind !== "ack") continue;
    checkStatus(state, message.status);
    if (message.kind === "ack" || message.request === undefined) continue;
    const { sequence, claims } = message.request;
    const { candidacy, asking, membership: { peers } } = state.election;
    expect(peers.get(effect.address)?.voter === true, "only voters are asked for their votes");
    expect(sequence <= asking.sequence, "a request has a number of its own");
    for (const { term } of claims) {
      expect(candidacy === undefined || term <= candidacy.term, "a claim is that of the candidacy");
    }
  }
}

/** What a member says of itself is what it is at the end of the step. */
function checkStatus({ beat, membership, election, ground: { config, now } }: MemberState, status: Status): void {
  const { candidacy, ballot, voting } = election;
  expect(status.beat === beat && status.incarnation === membership.incarnation, "each status has its number");
  expect(status.id === config.id && status.address === config.address, "a status is the member's own");
  expect(status.weight === config.weight, "a status has the member's weight");
  expect(status.highestTerm === election.seenTerm, "a status tells the highest term");
  const votes = membership.electorate.votes && now >= voting.quarantineUntil;
  expect(status.voting === votes, "a status tells whether the member votes");
  expect(status.leading?.term === (candidacy?.elected ? candidacy.term : undefined), "a status tells of the lead");
  const isBound = candidacy !== undefined || isInForce(election, ballot);
  expect(!(status.idle && isBound), "who stands, leads or has promised something is not idle");
  if (candidacy?.elected && status.leading !== undefined) {
    expect(status.leading.remaining <= candidacy.deadline - now, "no lease is told to be longer than it is");
  }
}
