/**
 * Bugs at the seams: each takes the place of a function, which it is known by, wherever that is and whatever is in it.
 *
 * @module
 */

/** A function of the core or the wire, by its name, and what is called instead: with the function itself, then its arguments. */
export interface SeamMutant {
  readonly bug: string;
  readonly of: string;
  readonly instead: string;
}

/** Planted one at a time. */
export const SEAM_MUTANTS: readonly SeamMutant[] = [
  {
    bug: "anybody gets its vote again as if it were in office",
    of: "refusalOf",
    instead: "(real, self, peer, from, known, claim) => real(self, peer, from, known, { ...claim, inOffice: true })",
  },
  {
    bug: "a candidacy outlives a lease, and goes on without its own vote",
    of: "endLapsedLease",
    instead: "(real, self) => self.candidacy?.elected === true ? real(self) : undefined",
  },
  { bug: "an epoch is used again", of: "nextEpoch", instead: "(real, self) => self.voting.epoch = 1" },
  { bug: "a voter that restarts votes at once", of: "isQuarantined", instead: "() => false" },
  {
    bug: "the quarantine is as long as the own timeout",
    of: "quarantineOf",
    instead: "(real, { timeout }) => timeout",
  },
  { bug: "clocks that drift are not allowed for", of: "leaseLength", instead: "(real, timeout) => timeout" },
  {
    bug: "the lease counts from the newest promise",
    of: "leaseFrom",
    instead: "(real, times, quorum) => real(times, Math.min(1, quorum))",
  },
  {
    bug: "a vote of an epoch that is over counts",
    of: "isBacked",
    instead: "(real, self, { granted }, address) => granted.has(address)",
  },
  { bug: "terms ignore those that were seen", of: "mint", instead: "(real, self) => Math.floor(self.ground.wall)" },
  { bug: "terms ignore the wall clock", of: "mint", instead: "(real, self) => self.seenTerm + 1" },
  {
    bug: "an heir takes the vote of any term",
    of: "isReleasedTo",
    instead: "(real, self, given, { succeeds }) => given !== undefined && succeeds !== undefined",
  },
  {
    bug: "anybody gives a vote back",
    of: "release",
    instead:
      "(real, self, from, election) => real(self, self.voting.ballots.get(election)?.vote?.boot ?? from, election, Infinity)",
  },
  {
    bug: "one vote less than a quorum is enough",
    of: "quorum",
    instead: "(real, self) => ({ named: Math.max(1, real(self).named - 1), all: Math.max(1, real(self).all - 1) })",
  },
  { bug: "whoever is asked is idle", of: "isIdle", instead: "() => true" },
  {
    bug: "a voter votes for itself, whoever has the vote",
    of: "voteForSelf",
    instead: "(real, self, known, claim) => (self.voting.ballots.delete(claim.election), real(self, known, claim))",
  },
  {
    bug: "a promise counts from when its answer comes",
    of: "takeAnswer",
    instead:
      "(real, self, peer, from, answer) => { const sent = self.asking.sent.get(answer.sequence); if (sent) Object.assign(sent, { now: self.ground.now, wall: self.ground.wall }); real(self, peer, from, answer); }",
  },
  {
    bug: "support that has lapsed goes on in its epoch",
    of: "support",
    instead:
      "(real, self, from, request) => { const known = self.voting.supports.get(from); const epoch = known?.epoch; const now = real(self, from, request); if (now && epoch) now.epoch = epoch; return now; }",
  },
  {
    bug: "a suspicion ends after half an interval",
    of: "removalDue",
    instead: "(real, self, peer, { since }) => since + self.ground.config.interval / 2",
  },
  { bug: "a later incarnation refutes nothing", of: "renew", instead: "() => {}" },
  { bug: "a member does not contradict what is said of it", of: "hearOfSelf", instead: "() => {}" },
  {
    bug: "a peer that falls silent is not looked for",
    of: "isDue",
    instead: "(real, self, peer, wanted) => peer.lastSign < 0 && real(self, peer, wanted)",
  },
  { bug: "terms are not given back", of: "sendRelease", instead: "() => {}" },
  { bug: "who closes keeps the lead", of: "withdraw", instead: "() => {}" },
  {
    bug: "the view of a leader that leaves is not cleared",
    of: "leaveOffice",
    instead:
      "(real, self, ...how) => { const { effects } = self.ground; const before = effects.length; real(self, ...how); const at = effects.findIndex((effect, place) => place >= before && effect.kind === 'view'); if (at >= 0) effects.splice(at, 1); }",
  },
  {
    bug: "a refusal is read as a vote",
    of: "readVote",
    instead: "(real, ...from) => ({ ...real(...from), refusal: undefined })",
  },
  {
    bug: "the epoch of an answer is not read",
    of: "readAnswer",
    instead: "(real, ...from) => Object.assign(real(...from), { epoch: 1 })",
  },
  {
    bug: "an incarnation is read one too high",
    of: "readRumor",
    instead:
      "(real, ...from) => { const rumor = real(...from); return { ...rumor, incarnation: rumor.incarnation + 1 }; }",
  },
  {
    bug: "a status says that nobody leads",
    of: "sayStatus",
    instead: "(real, self, status) => { real(self, status); status.leading = undefined; }",
  },
  { bug: "a process that is new at an address is not met", of: "markAlive", instead: "() => {}" },
  { bug: "who is dead is not told", of: "markDead", instead: "(real, self, peer) => { peer.alive = false; }" },
  { bug: "probes are not followed by suspicion", of: "suspect", instead: "() => {}" },
  { bug: "nobody stands", of: "considerStanding", instead: "() => {}" },
  {
    bug: "a leader does not ask again",
    of: "ask",
    instead: "(real, self, all) => self.candidacy?.elected === true ? false : real(self, all)",
  },
  { bug: "a voter answers no request", of: "takeRequest", instead: "() => undefined" },
  {
    bug: "a vote in a named election counts in another epoch than its own",
    of: "isGranted",
    instead: "(real, self, bid, address) => bid.granted.has(address)",
  },
  { bug: "terms of named elections are given back to nobody", of: "tellSurrendered", instead: "() => {}" },
  { bug: "a candidate of a named election never gives up", of: "endExhausted", instead: "() => {}" },
  { bug: "who is gone still leads named elections", of: "forgetGone", instead: "() => {}" },
  { bug: "what is missing of a roll is never asked for", of: "askForMore", instead: "() => {}" },
  { bug: "of two leaders of a named election neither gives way", of: "settleDuels", instead: "() => {}" },
  { bug: "claims of named elections are never sent", of: "sendClaims", instead: "() => {}" },
  {
    bug: "a named lease is shared by bids that other voters have granted",
    of: "leansOn",
    instead: "() => true",
  },
];
