/**
 * Support: a voter's one promise to each process that asks for it, prolonged by its requests. The votes that were given to that
 * process lean on it, and are in force exactly as long: CockroachDB's store liveness, on PaxosLease's rules.
 *
 * @module
 */

import { NO_VOTES } from "../message/blank.ts";
import type { Answer, Boot, Request, Vote } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import type { Ballot, Election, GivenVote, Support } from "./state.ts";

/** How many parts a request may have: their bits fit into an integer. */
const MOST_PARTS = 31;

/**
 * Takes a request of the process `from`: what it asks for is to be carried out with the support that is returned. Undefined where
 * it must not be: it is older than what was carried out already, or came before, or its support has lapsed meanwhile.
 */
export function support(
  self: Election,
  from: Boot,
  { sequence, part }: Pick<Request, "sequence" | "part">,
): Support | undefined {
  const { now, config } = self.ground;
  const known = supportOf(self, from);
  if (part > MOST_PARTS - 1) return undefined;
  const bit = 1 << part;
  if (sequence < known.sequence) return undefined;
  if (sequence === known.sequence) {
    // A packet that comes twice must not make a promise longer.
    if ((known.parts & bit) !== 0 || now >= known.expiresAt) return undefined;
    known.parts |= bit;
    return known;
  }
  if (now >= known.expiresAt) known.epoch = nextEpoch(self);
  known.sequence = sequence;
  known.parts = bit;
  known.promisedBy = sequence;
  known.expiresAt = now + config.timeout;
  return known;
}

/** The process is gone: its support ends with all its votes, and nothing that it asked for is carried out any more. */
export function endSupport(self: Election, from: Boot): void {
  const known = self.voting.supports.get(from);
  if (known === undefined) return;
  known.sequence = Infinity;
  known.expiresAt = -Infinity;
  known.owesAnswer = false;
}

/** All support ends: this member may have forgotten what it promised. What was asked for before is not carried out. */
export function endAllSupport(self: Election): void {
  for (const known of self.voting.supports.values()) known.expiresAt = -Infinity;
}

/** What a voter says of its support for a process, and of the votes that it asked for. */
export function answerWith({ ground }: Election, { promisedBy, epoch }: Support, votes: readonly Vote[]): Answer {
  const answer = ground.pool.answer();
  void ({
    sequence: answer.sequence = promisedBy,
    epoch: answer.epoch = epoch,
    votes: answer.votes = votes,
  } satisfies Answer);
  return answer;
}

/** The answer that waits for a heartbeat to this process, if any. */
export function owedAnswer(self: Election, to: Boot): Answer | undefined {
  const known = self.voting.supports.get(to);
  if (known?.owesAnswer !== true) return undefined;
  known.owesAnswer = false;
  return answerWith(self, known, NO_VOTES);
}

/** When the vote ends, unless its support is prolonged; `-Infinity` where it is over, or there is none. */
export function forceEnds({ voting, ground: { now } }: Election, vote: GivenVote | undefined): number {
  if (vote === undefined) return -Infinity;
  const known = voting.supports.get(vote.boot);
  return known?.epoch === vote.epoch && now < known.expiresAt ? known.expiresAt : -Infinity;
}

/** Whether the vote in that ballot is in force. */
export function isInForce(self: Election, { vote }: Ballot): boolean {
  return forceEnds(self, vote) !== -Infinity;
}

/** Epochs follow the wall clock, so that a machine that was set back to an earlier state does not count one twice. */
function nextEpoch({ voting, ground: { wall } }: Election): number {
  return voting.epoch = Math.max(voting.epoch + 1, Math.min(Math.floor(wall), LIMITS.maxTerm));
}

function supportOf(self: Election, from: Boot): Support {
  const { supports } = self.voting;
  const known = supports.get(from);
  if (known !== undefined) return known;
  makeRoom(self);
  const fresh: Support = {
    ...{ epoch: 0, sequence: 0, parts: 0, promisedBy: 0, expiresAt: -Infinity, owesAnswer: false, elections: 0 },
  };
  supports.set(from, fresh);
  return fresh;
}

/** What lapsed first is forgotten first, of processes that are not there any more; what is promised never is. */
function makeRoom({ voting: { supports }, membership: { byBoot }, ground: { now, config } }: Election): void {
  if (supports.size < LIMITS.supports) return;
  for (const [boot, { expiresAt }] of supports) {
    if (now < expiresAt || byBoot.has(boot) || boot === config.boot) continue;
    supports.delete(boot);
    return;
  }
}
