/**
 * Bugs of messages: what is said, kept for the next, written and read.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

export const MESSAGES: readonly Mutant[] = [
  {
    bug: "two messages of a step share an object",
    changes: [{ of: "Pool.next", swap: ["MOST_KEPT", "Infinity"] }, { of: "Pool.next", without: ["#used"] }],
  },
  {
    bug: "a request keeps the claims of its last use",
    changes: [{ of: "requestTo", without: ["request", "claims"] }],
    byTests: "tests/core/support_test.ts",
  },
  {
    bug: "a request keeps the sequence of its last use",
    changes: [{ of: "requestTo", without: ["request", "sequence"] }],
  },
  { bug: "an answer keeps the epoch of its last use", changes: [{ of: "answerWith", without: ["answer", "epoch"] }] },
  {
    bug: "an answer keeps the votes of its last use",
    changes: [{ of: "answerWith", without: ["answer", "votes"] }],
    byTests: "tests/core/support_test.ts",
  },
  { bug: "a lead keeps the term of its last use", changes: [{ of: "ownLead", without: ["lead", "term"] }] },
  {
    bug: "a status says that nobody leads",
    changes: [{
      of: "sayStatus",
      instead: "(real, self, status) => { real(self, status); status.leading = undefined; }",
    }],
  },
  {
    bug: "a refusal is read as a vote",
    changes: [{ of: "readVote", instead: "(real, ...from) => ({ ...real(...from), refusal: undefined })" }],
  },
  {
    bug: "the epoch of an answer is not read",
    changes: [{ of: "readAnswer", instead: "(real, ...from) => Object.assign(real(...from), { epoch: 1 })" }],
  },
  {
    bug: "an incarnation is read one too high",
    changes: [{
      of: "readRumor",
      instead:
        "(real, ...from) => { const rumor = real(...from); return { ...rumor, incarnation: rumor.incarnation + 1 }; }",
    }],
  },
  {
    bug: "an election's name is not read",
    changes: [{ of: "readElection", instead: "(real, ...from) => (real(...from), '')" }],
  },
  { bug: "a checksum is always right", changes: [{ of: "crc32", instead: "() => 0" }], byTests: "tests/wire" },
];
