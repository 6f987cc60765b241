/**
 * Bugs of voters: what they promise, to whom, and when they may again.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

export const VOTES: readonly Mutant[] = [
  {
    bug: "anybody gets its vote again as if it were in office",
    changes: [{
      of: "refusalOf",
      instead: "(real, self, peer, from, known, claim) => real(self, peer, from, known, { ...claim, inOffice: true })",
    }],
  },
  {
    bug: "a second candidate gets the vote that the first one has",
    changes: [{
      of: "refusalOf",
      instead:
        "(real, self, peer, ...claim) => { const no = real(self, peer, ...claim); return no === 'held' ? undefined : no; }",
    }],
  },
  {
    bug: "an heir does not get the vote that was released to it",
    changes: [{ of: "refusalOf", without: ["isReleasedTo"] }],
    byTests: "tests/core/voter_test.ts",
  },
  {
    bug: "a term that is over is granted again after a lapse",
    changes: [
      { of: "mint", instead: "(real, self) => Math.max(self.seenTerm, 1)" },
      { of: "refusalOf", without: ["floorTerm", "promisedTerm"] },
    ],
  },
  {
    bug: "a claim of an old term is granted",
    changes: [
      { of: "refusalOf", without: ["floorTerm", "promisedTerm"] },
      { of: "mint", instead: "(real, self) => Math.max(self.ballot.promisedTerm + 1, Math.floor(self.ground.wall))" },
    ],
  },
  {
    bug: "what was claimed before a term was given back is granted when it comes late",
    changes: [{ of: "noteEnd", instead: "() => {}" }],
    byTests: "tests/core/support_test.ts",
  },
  {
    bug: "another process gets the vote under the term that it was given for before",
    changes: [{
      of: "promise",
      instead:
        "(real, self, from, known, claim) => { const ballot = self.voting.ballots.get(claim.election); if (ballot?.vote) ballot.vote = { ...ballot.vote, boot: from, epoch: known.epoch }; else real(self, from, known, claim); }",
    }],
  },
  {
    bug: "an heir takes the vote of any term",
    changes: [{
      of: "isReleasedTo",
      instead: "(real, self, given, { succeeds }) => given !== undefined && succeeds !== undefined",
    }],
  },
  {
    bug: "a member gives its own term's vote to an heir before it has left office",
    changes: [{
      of: "isReleasedTo",
      instead: "(real, self, given, { succeeds }) => given?.boot === self.ground.config.boot",
    }],
  },
  {
    bug: "anybody gives a vote back",
    changes: [{
      of: "release",
      instead:
        "(real, self, from, election) => real(self, self.voting.ballots.get(election)?.vote?.boot ?? from, election, Infinity)",
    }],
  },
  {
    bug: "a voter votes for itself, whoever has the vote",
    changes: [{
      of: "voteForSelf",
      instead: "(real, self, known, claim) => (self.voting.ballots.delete(claim.election), real(self, known, claim))",
    }],
  },
  {
    bug: "whoever votes for itself does not look who has the vote",
    changes: [{ of: "voteForSelf", without: ["isHeld", "isReleasedTo"] }],
    first: [749],
  },
  { bug: "a voter that restarts votes at once", changes: [{ of: "isQuarantined", instead: "() => false" }] },
  {
    bug: "the quarantine is as long as the own timeout",
    changes: [{ of: "quarantineOf", instead: "(real, { timeout }) => timeout" }],
  },
  {
    bug: "the quarantine ends when a single voter is idle",
    changes: [{ of: "reviewQuarantine", swap: ["every", "some"] }],
    byTests: "tests/core/voter_test.ts",
  },
  {
    bug: "the quarantine ends when all voters are idle, though others stand, too",
    changes: [{ of: "reviewQuarantine", without: ["isAll"] }],
    first: [403],
  },
  {
    bug: "the quarantine ends though a voter is not there",
    changes: [{ of: "reviewQuarantine", without: ["length", "electorateSize"] }],
    byTests: "tests/core/electorate_test.ts",
  },
  {
    bug: "a member calls itself idle while it leads",
    changes: [{ of: "isIdle", instead: "(real, self) => self.candidacy !== undefined || real(self)" }],
  },
  { bug: "whoever is asked is idle", changes: [{ of: "isIdle", instead: "() => true" }] },
  {
    bug: "a voter is idle though somebody may lead by its vote",
    changes: [{ of: "isIdle", without: ["elections", "expiresAt"] }],
  },
  { bug: "an epoch is used again", changes: [{ of: "nextEpoch", instead: "(real, self) => self.voting.epoch = 1" }] },
  {
    bug: "support that has lapsed goes on in its epoch",
    changes: [{
      of: "support",
      instead:
        "(real, self, from, request) => { const known = self.voting.supports.get(from); const epoch = known?.epoch; const now = real(self, from, request); if (now && epoch) now.epoch = epoch; return now; }",
    }],
  },
  {
    bug: "a request that comes twice makes the promise longer",
    changes: [{
      of: "support",
      instead:
        "(real, self, from, request) => { const known = self.voting.supports.get(from); if (known?.sequence === request.sequence) known.expiresAt = self.ground.now + self.ground.config.timeout; return real(self, from, request); }",
    }],
  },
  {
    bug: "support ends before it was promised to",
    changes: [{
      of: "support",
      instead:
        "(real, self, from, request) => { const known = real(self, from, request); if (known && from !== self.ground.config.boot) known.expiresAt -= self.ground.config.timeout / 2; return known; }",
    }],
  },
  {
    bug: "a member that is removed loses the support that it was promised",
    changes: [{
      of: "reviewVote",
      instead:
        "(real, self, isReplaced) => { for (const [boot, known] of self.voting.supports) if (boot !== self.ground.config.boot && !self.membership.byBoot.has(boot)) known.expiresAt = -Infinity; real(self, isReplaced); }",
    }],
  },
  {
    bug: "nobody ever gets a vote",
    changes: [{
      of: "vote",
      instead:
        "(real, self, peer, from, known, claim) => ({ election: claim.election, term: claim.term, refusal: 'held', limit: 0 })",
    }],
  },
  { bug: "a voter answers no request", changes: [{ of: "takeRequest", instead: "() => undefined" }] },
  {
    bug: "a voter grants a lease longer than it promises",
    changes: [
      { of: "obstacleFor", without: ["lease"] },
      {
        of: "support",
        instead:
          "(real, self, from, request) => { const known = real(self, from, request); if (known) known.expiresAt = self.ground.now + self.ground.config.timeout / 4; return known; }",
      },
    ],
  },
  {
    bug: "a voter answers for good what it owes only once",
    changes: [{ of: "owedAnswer", without: ["known", "owesAnswer"] }],
    byTests: "tests/core/support_test.ts",
  },
  {
    bug: "what was asked for before is carried out when it comes late",
    changes: [{
      of: "support",
      instead:
        "(real, self, from, request) => { const known = self.voting.supports.get(from); return known && request.sequence < known.sequence ? known : real(self, from, request); }",
    }],
    byTests: "tests/core/support_test.ts",
  },
  {
    bug: "a leader does not regain a voter that has promised more to a loser",
    changes: [{
      of: "refusalOf",
      instead: "(real, self, peer, from, known, claim) => real(self, peer, from, known, { ...claim, inOffice: false })",
    }],
    byTests: "tests/core/support_test.ts",
  },
];
