/**
 * Bugs that people make in such protocols, each as a patch of the core.
 *
 * @module
 */

/** One bug: `find` occurs exactly once in `src/core/<file>`. */
export interface Mutant {
  readonly bug: string;
  /** Only among more members than ping each other all: those seeds are run first. */
  readonly crowd?: boolean;
  readonly patches: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

/** Planted one at a time. */
export const MUTANTS: readonly Mutant[] = [
  {
    bug: "no quarantine",
    patches: [{
      file: "election/state.ts",
      find: "quarantineUntil: now + quarantineOf(config)",
      replace: "quarantineUntil: now",
    }],
  },
  {
    bug: "the quarantine ends when a single voter is idle",
    patches: [{
      file: "election/voter.ts",
      find: "others.every((peer) =>",
      replace: "others.some((peer) =>",
    }],
  },
  {
    bug: "the quarantine ends when all voters are idle, though others stand, too",
    patches: [{
      file: "election/voter.ts",
      find: `if (!plain && (config.quarantine !== "until-idle" || !electorate.isAll)) return;`,
      replace: "",
    }],
  },
  {
    bug: "a member calls itself idle while it leads",
    patches: [{
      file: "election/word.ts",
      find: "if (candidacy !== undefined || bids.size > 0 || now < asking.lastAt + config.timeout) return false;",
      replace: "if (candidacy !== undefined) return true;",
    }],
  },
  {
    bug: "the lease counts from the receipt of a grant instead of the sending of its claim",
    patches: [{
      file: "election/candidate.ts",
      find: "const sentAt = self.asking.sent.get(sequence);",
      replace:
        "const sentAt = self.asking.sent.has(sequence) ? { now: self.ground.now, wall: self.ground.wall } : undefined;",
    }],
  },
  {
    bug: "drift ignored",
    patches: [{ file: "election/lease.ts", find: "return timeout * (1 - drift);", replace: "return timeout;" }],
  },
  {
    bug: "the lease counts from the newest grant instead of the quorum-th newest",
    patches: [{ file: "election/lease.ts", find: "granted[quorum - 1];", replace: "granted[Math.min(0, quorum)];" }],
  },
  {
    bug: "a second candidate is granted while the first holds the grant",
    patches: [{
      file: "election/voter.ts",
      find: "if (isHeld && given?.boot !== from && !isReleasedTo(self, given, claim)) {",
      replace: "if (isHeld && given?.boot === undefined) {",
    }],
  },
  {
    bug: "the old term is used again after a lapse",
    patches: [{
      file: "election/candidate.ts",
      find: "const term = Math.max(seenTerm + 1, Math.floor(wall));",
      replace: "const term = Math.max(seenTerm, 1 + 0 * wall);",
    }, {
      file: "election/voter.ts",
      find: "if (term <= promisedTerm ||",
      replace: "if (term < promisedTerm ||",
    }],
  },
  {
    bug: "a claim of an old term is granted",
    patches: [{
      file: "election/voter.ts",
      find: `if (term <= promisedTerm || term < floorTerm) return "stale-term";`,
      replace: "",
    }, {
      file: "election/candidate.ts",
      find: "const term = mint(self);",
      replace: "const term = Math.max(self.ballot.promisedTerm + 1, Math.floor(self.ground.wall));",
    }],
  },
  {
    bug: "quorum from live members",
    patches: [{
      file: "election/state.ts",
      find: "const { named, all } = electorateSize(membership);",
      replace:
        "const named = membership.voters.items.filter((peer) => peer.alive).length + 1, all = named + 0 * electorateSize(membership).all;",
    }],
  },
  {
    bug: "the release of another's grant is honoured",
    patches: [{
      file: "election/voter.ts",
      find: "if (ballot.vote?.boot === from && ballot.vote.term <= term) setVote(self, ballot, undefined);",
      replace: "setVote(self, ballot, undefined);",
    }],
  },
  {
    bug: "a successor takes the grants of any term",
    patches: [{
      file: "election/voter.ts",
      find:
        "if (succeeds === undefined || succeeds.term !== given?.term || succeeds.boot !== given.boot) return false;",
      replace: "if (succeeds === undefined || given === undefined) return false;",
    }],
  },
  {
    bug: "a vote counts although the promise that it leaned on has ended, and another holds",
    patches: [{
      file: "election/asking.ts",
      find: "return vote !== undefined && vote.boot === known?.boot && vote.epoch === known.epoch;",
      replace: "return vote !== undefined && known !== undefined;",
    }],
  },
  {
    bug: "a promise that has lapsed is prolonged instead of made anew",
    patches: [{
      file: "election/support.ts",
      find: "if (now >= known.expiresAt) known.epoch",
      replace: "if (known.epoch === 0) known.epoch",
    }],
  },
  {
    bug: "support without a vote counts",
    patches: [{
      file: "election/asking.ts",
      find: "return vote !== undefined && vote.boot === known?.boot && vote.epoch === known.epoch;",
      replace: "return known !== undefined && (vote !== undefined || vote !== known);",
    }],
  },
  {
    bug: "a member that is removed loses the support that it was promised",
    patches: [{
      file: "election/review.ts",
      find: "reviewVote(self, false);",
      replace:
        "reviewVote(self, false); for (const [boot, support] of self.voting.supports) if (boot !== self.ground.config.boot && !self.membership.byBoot.has(boot)) support.expiresAt = -Infinity;",
    }],
  },
  {
    bug: "the votes of members outside the voter set count",
    patches: [
      {
        file: "election/candidate.ts",
        find: "const { items } = voters;",
        replace:
          "const items = [...candidacy.granted.keys()].flatMap((address) => address === config.address ? [] : [{ address }]);",
      },
      { file: "heartbeat.ts", find: "if (peer.voter && asks)", replace: "if (asks)" },
    ],
  },
  {
    bug: "a suspension goes unnoticed",
    patches: [{ file: "election/candidate.ts", find: "from.wall + length", replace: "from.wall + 1e9" }],
  },
  {
    bug: "one silent interval removes a member",
    patches: [{
      file: "membership/suspicion.ts",
      find: "return lifeguard ? Math.max(due, peer.lastSign + timeout, answerDue) : due;",
      replace: "return Math.min(due, peer.lastSign + 2.5 * interval);",
    }],
  },
  {
    bug: "configured peers are forgotten when they fall silent",
    patches: [{
      file: "membership/turns.ts",
      find: "return now - peer.lastPing >= (wanted.absent",
      replace: "return peer.lastSign < 0 && now - peer.lastPing >= (wanted.absent",
    }],
  },
  {
    bug: "a late tick does not end the lapsed lease first",
    patches: [{
      file: "election/candidate.ts",
      find: "if (self.ground.now >= candidacy.deadline) {",
      replace: "if (candidacy.deadline === Infinity) {",
    }],
  },
  {
    bug: "tokens ignore the wall clock",
    patches: [{
      file: "election/candidate.ts",
      find: "Math.max(seenTerm + 1, Math.floor(wall))",
      replace: "seenTerm + 1 + 0 * wall",
    }],
  },
  {
    bug: "tokens ignore the terms that were seen",
    patches: [{
      file: "election/candidate.ts",
      find: "Math.max(seenTerm + 1, Math.floor(wall))",
      replace: "Math.floor(wall)",
    }],
  },
  {
    bug: "a new process at an address is added before the old one was removed",
    patches: [
      { file: "membership/membership.ts", find: "if (peer.alive) markDead(self, peer);", replace: "" },
      // They have the same id, too.
      {
        file: "membership/membership.ts",
        find: "if (namesake !== undefined) {",
        replace: "if (namesake !== undefined && namesake !== peer) {",
      },
    ],
  },
  {
    bug: "a suspicion that neither a later incarnation nor a sign of life refutes",
    crowd: true,
    patches: [
      {
        file: "membership/updates.ts",
        find: "  clearSuspicion(self, peer);\n  spread(self, aliveRumor(peer));",
        replace: "  spread(self, aliveRumor(peer));",
      },
      {
        file: "membership/probing.ts",
        find: "    clearSuspicion(self, peer);",
        replace: "    if (peer.lastSign === -Infinity) clearSuspicion(self, peer);",
      },
    ],
  },
  {
    bug: "a member that is suspected or taken for another does not contradict",
    crowd: true,
    patches: [{ file: "membership/updates.ts", find: "  refute(self, rumor.incarnation);", replace: "" }],
  },
  {
    bug: "old rumors that somebody is alive count again",
    crowd: true,
    patches: [{
      file: "membership/updates.ts",
      find: "(rumor.incarnation <= peer.incarnation || isOver)",
      replace: "isOver",
    }],
  },
  {
    bug: "a candidate counts its own vote, although it has none",
    crowd: true,
    patches: [
      {
        file: "election/candidate.ts",
        find: "const own = electorate.votes ? countedFrom(self, candidacy, config.address) : undefined;",
        replace: "const own = countedFrom(self, candidacy, config.address);",
      },
      {
        file: "election/voter.ts",
        find: "if (!self.membership.electorate.votes || isQuarantined(self)) return undefined;",
        replace: "if (isQuarantined(self)) return undefined;",
      },
    ],
  },
  {
    bug: "members that do not vote are asked for their votes, give them, and they count",
    crowd: true,
    patches: [
      {
        file: "election/candidate.ts",
        find: "const { electorate, voters } = self.membership;",
        replace: "const { electorate, peers: voters } = self.membership;",
      },
      {
        file: "election/candidate.ts",
        find: "const { items } = voters;",
        replace: "const items = [...voters.values()];",
      },
      {
        file: "election/voter.ts",
        find: "!peer.configured || !self.membership.electorate.votes",
        replace: "!peer.configured",
      },
      { file: "heartbeat.ts", find: "if (peer.voter && asks)", replace: "if (asks)" },
    ],
  },
  {
    bug: "a leader asks only those voters whose turn it is to be pinged",
    crowd: true,
    patches: [
      {
        file: "membership/turns.ts",
        find: "if (peer.alive ? wanted.voters : looks && isDue(self, peer, wanted)) turns.add(peer);",
        replace: "if (!peer.alive && looks && isDue(self, peer, wanted)) turns.add(peer);",
      },
      {
        file: "heartbeat.ts",
        find: "return (candidacy !== undefined && owesVote",
        replace: "return (candidacy !== undefined && !candidacy.elected && owesVote",
      },
    ],
  },
  {
    bug: "nobody passes on who leads",
    crowd: true,
    patches: [{
      file: "election/word.ts",
      find: "if (leader === undefined || leader.boot === config.boot) return undefined;",
      replace: 'if (leader === undefined || leader.boot !== "" || config.boot === "") return undefined;',
    }],
  },
];
