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
      file: "state.ts",
      find: "quarantineUntil: at.now + config.timeout",
      replace: "quarantineUntil: at.now",
    }],
  },
  {
    bug: "the quarantine ends when a single voter is idle",
    patches: [{
      file: "voter.ts",
      find: "others.every((member) => plain ? member.alive : member.toldIdle)",
      replace: "others.some((member) => plain ? member.alive : member.toldIdle)",
    }],
  },
  {
    bug: "the quarantine ends when all voters are idle, though others stand, too",
    patches: [{ file: "voter.ts", find: "if (!plain && !citizen.allVote) return;", replace: "" }],
  },
  {
    bug: "a member calls itself idle while it leads",
    patches: [{
      file: "status.ts",
      find: "return citizen.candidacy === undefined &&",
      replace: "return citizen.candidacy !== undefined ||",
    }],
  },
  {
    bug: "the lease counts from the receipt of a grant instead of the sending of its claim",
    patches: [{
      file: "candidacy.ts",
      find: "const sentAt = candidacy.sent.get(answer.sequence);",
      replace:
        "const sentAt = candidacy.sent.has(answer.sequence) ? { now: citizen.now, wall: citizen.wall } : undefined;",
    }],
  },
  {
    bug: "drift ignored",
    patches: [{ file: "lease.ts", find: "return timeout * (1 - drift);", replace: "return timeout;" }],
  },
  {
    bug: "the lease counts from the newest grant instead of the quorum-th newest",
    patches: [{ file: "lease.ts", find: "granted[quorum - 1];", replace: "granted[Math.min(0, quorum)];" }],
  },
  {
    bug: "a second candidate is granted while the first holds the grant",
    patches: [{
      file: "voter.ts",
      find: `if (held && grant.boot !== from && !isReleasedTo(citizen, grant.term, claim)) return "held";`,
      replace: "",
    }],
  },
  {
    bug: "the old term is used again after a lapse",
    patches: [{
      file: "candidacy.ts",
      find: "const term = Math.max(citizen.seenTerm + 1, Math.floor(citizen.wall));",
      replace: "const term = Math.max(citizen.seenTerm, 1);",
    }, {
      file: "voter.ts",
      find: "claim.term > promisedTerm && claim.term",
      replace: "claim.term >= promisedTerm && claim.term",
    }],
  },
  {
    bug: "a claim of an old term is granted",
    patches: [{
      file: "voter.ts",
      find: `return isNew || inOffice ? undefined : "stale-term";`,
      replace: "return undefined;",
    }, {
      file: "candidacy.ts",
      find: "const term = Math.max(citizen.seenTerm + 1, Math.floor(citizen.wall));",
      replace: "const term = Math.max(citizen.ballot.promisedTerm + 1, Math.floor(citizen.wall));",
    }],
  },
  {
    bug: "quorum from live members",
    patches: [{
      file: "state.ts",
      find: "return quorumOf(citizen.config.quorum, clusterSize(citizen));",
      replace:
        "return quorumOf(citizen.config.quorum, citizen.voters.items.filter((member) => member.alive).length + 1);",
    }],
  },
  {
    bug: "the release of another's grant is honoured",
    patches: [{
      file: "voter.ts",
      find: "if (ballot.grant?.boot === from && ballot.grant.term <= term) ballot.grant = undefined;",
      replace: "ballot.grant = undefined;",
    }],
  },
  {
    bug: "a successor takes the grants of any term",
    patches: [{
      file: "voter.ts",
      find: "return claim.succeeds === term && citizen.candidacy?.term !== term;",
      replace: "return claim.succeeds > 0;",
    }],
  },
  {
    bug: "the votes of members outside the voter set count",
    patches: [
      {
        file: "candidacy.ts",
        find: "const { items } = voters;",
        replace:
          "const items = [...granted.keys()].flatMap((address) => address === config.address ? [] : [{ address }]);",
      },
      { file: "heartbeat.ts", find: "member.voter ? claim : undefined", replace: "claim" },
    ],
  },
  {
    bug: "a suspension goes unnoticed",
    patches: [{ file: "candidacy.ts", find: "from.wall + length", replace: "from.wall + 1e9" }],
  },
  {
    bug: "one silent interval removes a member",
    patches: [{
      file: "suspicion.ts",
      find: "return lifeguard ? Math.max(due, member.lastSign + timeout) : due;",
      replace: "return Math.min(due, member.lastSign + 2.5 * interval);",
    }],
  },
  {
    bug: "configured peers are forgotten when they fall silent",
    patches: [{
      file: "heartbeat.ts",
      find: "return citizen.now - member.lastPing >=",
      replace: "return member.lastSign < 0 && citizen.now - member.lastPing >=",
    }],
  },
  {
    bug: "a late tick does not end the lapsed lease first",
    patches: [{
      file: "candidacy.ts",
      find: "if (citizen.now >= candidacy.deadline) {",
      replace: "if (candidacy.deadline === Infinity) {",
    }],
  },
  {
    bug: "tokens ignore the wall clock",
    patches: [{
      file: "candidacy.ts",
      find: "Math.max(citizen.seenTerm + 1, Math.floor(citizen.wall))",
      replace: "citizen.seenTerm + 1",
    }],
  },
  {
    bug: "tokens ignore the terms that were seen",
    patches: [{
      file: "candidacy.ts",
      find: "Math.max(citizen.seenTerm + 1, Math.floor(citizen.wall))",
      replace: "Math.floor(citizen.wall)",
    }],
  },
  {
    bug: "a new process at an address is added before the old one was removed",
    patches: [
      { file: "membership.ts", find: "if (member.alive) bury(citizen, member);", replace: "" },
      // They have the same id, too.
      {
        file: "membership.ts",
        find: "if (namesake !== undefined) {",
        replace: "if (namesake !== undefined && namesake !== member) {",
      },
    ],
  },
  {
    bug: "a suspicion that neither a later incarnation nor a sign of life refutes",
    crowd: true,
    patches: [
      {
        file: "hearsay.ts",
        find: "  acquit(citizen, member);\n  spread(citizen, aliveRumor(member));",
        replace: "  spread(citizen, aliveRumor(member));",
      },
      {
        file: "probing.ts",
        find: "    acquit(citizen, member);",
        replace: "    if (member.lastSign === -Infinity) acquit(citizen, member);",
      },
    ],
  },
  {
    bug: "a member that is suspected or taken for another does not contradict",
    crowd: true,
    patches: [{ file: "hearsay.ts", find: "  reincarnate(citizen, rumor.incarnation);", replace: "" }],
  },
  {
    bug: "old rumors that somebody is alive count again",
    crowd: true,
    patches: [{
      file: "hearsay.ts",
      find: "(rumor.incarnation <= member.incarnation || rumor.boot === member.departed)",
      replace: "(rumor.boot === member.departed)",
    }],
  },
  {
    bug: "a candidate counts its own vote, although it has none",
    crowd: true,
    patches: [
      {
        file: "candidacy.ts",
        find: "const own = votes ? granted.get(config.address) : undefined;",
        replace: "const own = granted.get(config.address);",
      },
      {
        file: "candidacy.ts",
        find: "  if (citizen.votes) {\n    candidacy.granted",
        replace: "  {\n    candidacy.granted",
      },
    ],
  },
  {
    bug: "members that do not vote are asked for their votes, give them, and they count",
    crowd: true,
    patches: [
      {
        file: "candidacy.ts",
        find: "function findCounting({ votes, config, voters }",
        replace: "function findCounting({ votes, config, members: voters }",
      },
      {
        file: "candidacy.ts",
        find: "const { items } = voters;",
        replace: "const items = [...voters.values()];",
      },
      { file: "voter.ts", find: "!member.configured || !citizen.votes", replace: "!member.configured" },
      { file: "heartbeat.ts", find: "member.voter ? claim : undefined", replace: "claim" },
    ],
  },
  {
    bug: "a leader asks only those voters whose turn it is to be pinged",
    crowd: true,
    patches: [
      {
        file: "heartbeat.ts",
        find:
          "if (member.alive ? citizen.candidacy !== undefined : looks && isDue(citizen, member)) turns.add(member);",
        replace: "if (!member.alive && looks && isDue(citizen, member)) turns.add(member);",
      },
      {
        file: "heartbeat.ts",
        find: "return candidacy !== undefined && member.alive",
        replace: "return candidacy !== undefined && !candidacy.elected && member.alive",
      },
    ],
  },
  {
    bug: "nobody passes on who leads",
    crowd: true,
    patches: [{
      file: "gossip.ts",
      find: "if (leader === undefined || leader.boot === config.boot) return undefined;",
      replace: 'if (leader === undefined || leader.boot !== "" || config.boot === "") return undefined;',
    }],
  },
];
