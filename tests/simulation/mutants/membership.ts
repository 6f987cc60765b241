/**
 * Bugs of membership: who is there, who is asked, and what is believed of others.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

export const MEMBERSHIP: readonly Mutant[] = [
  {
    bug: "a suspicion ends after half an interval",
    changes: [{
      of: "removalDue",
      instead: "(real, self, peer, { since }) => since + self.ground.config.interval / 2",
    }],
  },
  {
    bug: "one silent interval removes a member",
    changes: [{
      of: "removalDue",
      instead:
        "(real, self, peer, suspicion) => Math.min(real(self, peer, suspicion), peer.lastSign + 2.5 * self.ground.config.interval)",
    }],
  },
  {
    bug: "hearsay removes a member that was never asked",
    changes: [{ of: "answerDueAt", instead: "() => -Infinity" }],
    byTests: "tests/core/leftovers_test.ts",
  },
  { bug: "a later incarnation refutes nothing", changes: [{ of: "renew", instead: "() => {}" }] },
  {
    bug: "a suspicion that neither a later incarnation nor a sign of life refutes",
    crowd: true,
    changes: [{ of: "clearSuspicion", instead: "() => {}" }],
  },
  { bug: "a member does not contradict what is said of it", changes: [{ of: "hearOfSelf", instead: "() => {}" }] },
  {
    bug: "a member that is suspected or taken for another does not contradict",
    crowd: true,
    changes: [{ of: "hearOfSelf", without: ["refute"] }],
  },
  {
    bug: "old rumors that somebody is alive count again",
    crowd: true,
    changes: [{ of: "hearAlive", without: ["isOver", "incarnation"] }],
  },
  {
    bug: "an older word comes over a newer one",
    changes: [{
      of: "learn",
      instead: "(real, self, peer, status) => { peer.beat = -1; return real(self, peer, status); }",
    }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a peer that falls silent is not looked for",
    changes: [{
      of: "isDue",
      instead: "(real, self, peer, wanted) => peer.lastSign < 0 && real(self, peer, wanted)",
    }],
  },
  { bug: "a process that is new at an address is not met", changes: [{ of: "markAlive", instead: "() => {}" }] },
  {
    bug: "a new process at an address is added before the old one was removed",
    changes: [
      { of: "markAlive", without: ["alive", "markDead"] },
      // They have the same id, too.
      { of: "markAlive", without: ["namesake", "undefined", "configured"] },
    ],
  },
  {
    bug: "what the process before was pinged with brings the next one in",
    changes: [{ of: "markAlive", without: ["pings", "clear"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "the beat of the process before is kept for the next",
    changes: [{ of: "markAlive", without: ["peer", "beat"] }],
  },
  {
    bug: "how often the process before was told who votes is kept for the next",
    changes: [{ of: "markAlive", without: ["votersTold"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a death is not told",
    changes: [{ of: "markDead", instead: "(real, self, peer) => { peer.alive = false; }" }],
  },
  {
    bug: "a probe of a member that is gone goes on",
    changes: [{ of: "markDead", without: ["probing", "end"] }],
  },
  {
    bug: "a voter is retired while somebody may lead by its vote",
    changes: [{ of: "retireIfOver", without: ["promisedUntil"] }],
    byTests: "tests/core/replacement_test.ts",
  },
  {
    bug: "a voter that is not listed any more is forgotten at once",
    changes: [{
      of: "retireIfOver",
      instead:
        "(real, self, peer) => { const { alive } = peer; peer.alive = false; real(self, peer); peer.alive = alive; }",
    }],
  },
  { bug: "probes are not followed by suspicion", changes: [{ of: "suspect", instead: "() => {}" }] },
  {
    bug: "an ack matches twice",
    changes: [{ of: "matchAck", without: ["free"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "an ack matches however late it comes",
    changes: [{ of: "matchAck", without: ["sentAt", "oldest"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a probe is used again without a reset",
    changes: [{ of: "PendingProbes.begin", without: ["probe", "asked", "undefined"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "what a probe was not told is kept for the next",
    changes: [{ of: "PendingProbes.begin", without: ["probe", "nacks"] }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "a probe keeps the time of its last use",
    changes: [{ of: "PendingProbes.begin", without: ["probe", "startedAt"] }],
    byTests: "tests/core/probing_test.ts",
  },
  {
    bug: "whoever shows no cookie is heard",
    changes: [{ of: "isVerified", instead: "(real, peer, from) => peer.alive && peer.boot === from" }],
    byTests: "tests/core/forged_test.ts",
  },
  {
    bug: "an ack that nobody asked for lets a process in",
    changes: [{
      of: "takeAck",
      in: "membership/reception",
      instead:
        "(real, self, packet, message) => { const peer = self.peers.get(message.status.address); if (peer) peer.challengedAt = self.ground.now; return real(self, packet, message); }",
    }],
    byTests: "tests/core/leftovers_test.ts",
  },
  {
    bug: "somebody else's farewell is taken",
    changes: [{ of: "takeFarewell", without: ["expectedOf"] }],
    byTests: "tests/core/forged_test.ts",
  },
  {
    bug: "a process that has left is met again",
    changes: [{ of: "findSender", without: ["departed"] }],
    byTests: "tests/core/replacement_test.ts",
  },
  {
    bug: "an id is taken from the member that has it",
    changes: [{ of: "isTaken", instead: "() => false" }],
    byTests: "tests/core/membership_test.ts",
  },
];
