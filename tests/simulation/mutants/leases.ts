/**
 * Bugs of candidates and leaders: terms, leases, and how the lead is left.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

export const LEASES: readonly Mutant[] = [
  {
    bug: "clocks that drift are not allowed for",
    changes: [{ of: "leaseLength", instead: "(real, timeout) => timeout" }],
  },
  {
    bug: "the lease counts from the newest promise",
    changes: [{ of: "leaseFrom", instead: "(real, times, quorum) => real(times, Math.min(1, quorum))" }],
  },
  {
    bug: "a promise counts from when its answer comes",
    changes: [{
      of: "takeAnswer",
      instead:
        "(real, self, peer, from, answer) => { const sent = self.asking.sent.get(answer.sequence); if (sent) Object.assign(sent, { now: self.ground.now, wall: self.ground.wall }); real(self, peer, from, answer); }",
    }],
  },
  {
    bug: "an answer to the newest request counts, whichever it answers",
    changes: [{
      of: "takeAnswer",
      instead:
        "(real, self, peer, from, answer) => real(self, peer, from, { ...answer, sequence: self.asking.sequence })",
    }],
  },
  {
    bug: "a late word of a promise that is over brings it back",
    changes: [{ of: "noteBacking", without: ["known", "undefined", "word", "sequence"] }],
    byTests: "tests/core/support_test.ts",
  },
  {
    bug: "a vote of an epoch that is over counts",
    changes: [{ of: "isBacked", instead: "(real, self, { granted }, address) => granted.has(address)" }],
  },
  {
    bug: "support without a vote counts",
    changes: [{ of: "isBacked", instead: "(real, self, candidacy, address) => self.asking.backings.has(address)" }],
  },
  {
    bug: "quorum from live members",
    changes: [{
      of: "quorum",
      instead:
        "(real, self) => { const needed = real(self); const live = self.membership.voters.items.filter((peer) => peer.alive).length + 1; return { named: Math.min(needed.named, Math.floor(live / 2) + 1), all: Math.min(needed.all, Math.floor(live / 2) + 1) }; }",
    }],
  },
  {
    bug: "one vote less than a quorum is enough",
    changes: [{
      of: "quorum",
      instead: "(real, self) => ({ named: Math.max(1, real(self).named - 1), all: Math.max(1, real(self).all - 1) })",
    }],
  },
  {
    bug: "more voters known than the cluster is said to have are not counted",
    changes: [{
      of: "electorateSize",
      instead:
        "(real, self) => { const { size } = self.electorate; const { named, all } = real(self); return Number.isFinite(size) ? { named: Math.min(named, size), all: Math.min(all, size) } : { named, all }; }",
    }],
    byTests: "tests/core/electorate_test.ts",
  },
  {
    bug: "the votes of those that are not listed any more make a quorum of the others",
    changes: [{ of: "findCounting", without: ["leaving", "sentAt", "named"] }],
  },
  {
    bug: "the votes of members outside the voter set count",
    crowd: true,
    changes: [
      {
        of: "findCounting",
        instead:
          "(real, self, candidacy) => { real(self, candidacy); for (const [address] of candidacy.granted) { const peer = self.membership.peers.get(address); const sentAt = peer && !peer.voter ? countedFrom(self, candidacy, address) : undefined; if (sentAt) { candidacy.counting.named.push(sentAt); candidacy.counting.all.push(sentAt); } } }",
      },
      { of: "round", in: "core/heartbeat", without: ["voter"] },
      { of: "obstacleFor", without: ["votes"] },
    ],
  },
  {
    bug: "a candidate counts its own vote, although it has none",
    crowd: true,
    changes: [
      {
        of: "findCounting",
        instead:
          "(real, self, candidacy) => { const { electorate } = self.membership; const { votes } = electorate; electorate.votes = true; real(self, candidacy); electorate.votes = votes; }",
      },
      { of: "supportSelf", without: ["electorate", "votes"] },
    ],
  },
  {
    bug: "a candidacy that is not elected ends neither with its lease nor with its own vote",
    changes: [{
      of: "endLapsedLease",
      instead: "(real, self) => self.candidacy?.elected === true ? real(self) : undefined",
    }],
  },
  {
    bug: "a late tick does not end the lapsed lease first",
    changes: [{
      of: "endLapsedLease",
      instead: "(real, self) => self.candidacy?.elected === true ? undefined : real(self)",
    }],
  },
  {
    bug: "a suspension goes unnoticed",
    changes: [{
      of: "openRequest",
      instead: "(real, self) => Object.assign(real(self), { wall: self.ground.wall + 1e9 })",
    }],
  },
  {
    bug: "terms ignore those that were seen",
    changes: [{ of: "mint", instead: "(real, self) => Math.floor(self.ground.wall)" }],
  },
  { bug: "terms ignore the wall clock", changes: [{ of: "mint", instead: "(real, self) => self.seenTerm + 1" }] },
  { bug: "terms are not given back", changes: [{ of: "sendRelease", instead: "() => {}" }] },
  {
    bug: "a term that was given back is told once, heard or not",
    changes: [{ of: "repeatReleases", instead: "() => {}" }],
    byTests: "tests/core/election_test.ts",
  },
  { bug: "a member that closes keeps the lead", changes: [{ of: "withdraw", instead: "() => {}" }] },
  {
    bug: "the view of a leader that leaves is not cleared",
    changes: [{
      of: "leaveOffice",
      instead:
        "(real, self, ...how) => { const { effects } = self.ground; const before = effects.length; real(self, ...how); const at = effects.findIndex((effect, place) => place >= before && effect.kind === 'view'); if (at >= 0) effects.splice(at, 1); }",
    }],
  },
  {
    bug: "a leader that leaves office keeps its candidacy",
    changes: [{ of: "endCandidacy", without: ["self", "candidacy", "undefined"] }],
    byTests: "tests/core/leadership_test.ts",
  },
  {
    bug: "nothing is held back after the lead was handed over uninvited",
    changes: [{ of: "considerHandOver", without: ["heldBackUntil"] }],
    byTests: "tests/core/preemption_test.ts",
  },
  {
    bug: "the lead is handed to a heavier member that has just come",
    changes: [{ of: "considerHandOver", without: ["aliveSince"] }],
    byTests: "tests/core/preemption_test.ts",
  },
  { bug: "nobody stands", changes: [{ of: "considerStanding", instead: "() => {}" }] },
  {
    bug: "a stalled or closing member stands",
    changes: [{ of: "isEligible", instead: "(real, self) => self.ground.config.eligible" }],
    byTests: "tests/core/resignation_test.ts",
  },
  {
    bug: "a leader does not ask again",
    changes: [{
      of: "ask",
      instead: "(real, self, all) => self.candidacy?.elected === true ? false : real(self, all)",
    }],
  },
  {
    bug: "a leader asks only those voters whose turn it is to be pinged",
    crowd: true,
    changes: [
      { of: "findTurns", instead: "(real, self, wanted) => real(self, { ...wanted, voters: false })" },
      { of: "owesVote", instead: "(real, self, candidacy, peer) => !candidacy.elected && real(self, candidacy, peer)" },
    ],
  },
  { bug: "nobody passes on who leads", crowd: true, changes: [{ of: "sayLeader", instead: "() => undefined" }] },
  {
    bug: "send times are never pruned",
    changes: [{ of: "openRequest", without: ["delete"] }],
  },
  {
    bug: "what the process before said of its leading counts for the next",
    changes: [{ of: "recordOf", instead: "(real, self, peer) => self.records.get(peer) ?? real(self, peer)" }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a leadership that is over is followed again",
    changes: [{ of: "follow", without: ["endedTerm"] }],
    byTests: "tests/core/leadership_test.ts",
  },
  {
    bug: "one word on who leads counts again and again",
    changes: [{ of: "follow", without: ["leading", "beat", "term"] }],
    byTests: "tests/core/scale_election_test.ts",
  },
  {
    bug: "a leader that is not heard of any more is never forgotten",
    changes: [{
      of: "review",
      in: "election/review",
      instead: "(real, self, anew) => { if (self.leader) self.leader.until = Infinity; real(self, anew); }",
    }],
  },
  {
    bug: "a term however far ahead is believed",
    changes: [{ of: "isAbsurd", instead: "() => false" }],
    byTests: "tests/core/far_clocks_test.ts",
  },
  {
    bug: "a promise is known by its epoch alone, without the voter's boot",
    changes: [{ of: "isBacked", without: ["boot"] }, { of: "isGranted", without: ["boot"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a stalled member goes on",
    changes: [{ of: "setStalled", instead: "() => {}" }],
    byTests: "tests/core/election_test.ts",
  },
  {
    bug: "a term that was given up is minted again",
    changes: [{ of: "mint", instead: "(real, self) => Math.max(self.seenTerm, Math.floor(self.ground.wall))" }],
    byTests: "tests/core/far_clocks_test.ts",
  },
];
