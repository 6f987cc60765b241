/**
 * Bugs of named elections.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

export const NAMED: readonly Mutant[] = [
  {
    bug: "a vote in a named election counts in another epoch than its own",
    changes: [{ of: "isGranted", instead: "(real, self, bid, address) => bid.granted.has(address)" }],
  },
  {
    bug: "terms of named elections are given back to nobody",
    changes: [{ of: "tellSurrendered", instead: "() => {}" }],
  },
  { bug: "a candidate of a named election never gives up", changes: [{ of: "endExhausted", instead: "() => {}" }] },
  { bug: "a member that is gone still leads named elections", changes: [{ of: "forgetGone", instead: "() => {}" }] },
  { bug: "what is missing of a roll is never asked for", changes: [{ of: "askForMore", instead: "() => {}" }] },
  {
    bug: "of two leaders of a named election neither gives way",
    changes: [{ of: "settleDuels", instead: "() => {}" }],
    first: [752],
  },
  { bug: "claims of named elections are never sent", changes: [{ of: "sendClaims", instead: "() => {}" }] },
  {
    bug: "a named lease is shared by bids that other voters have granted",
    changes: [{ of: "leansOn", instead: "() => true" }],
  },
  { bug: "named leases that have lapsed are not ended", changes: [{ of: "endLapsedLeases", instead: "() => {}" }] },
  { bug: "rolls are not told", changes: [{ of: "tellChanges", instead: "() => {}" }] },
];
