/**
 * All bugs that are planted, one at a time.
 *
 * @module
 */

import { LEASES } from "./leases.ts";
import { MEMBERSHIP } from "./membership.ts";
import { MESSAGES } from "./messages.ts";
import type { Mutant } from "./mutant.ts";
import { NAMED } from "./named.ts";
import { VOTES } from "./votes.ts";

export const MUTANTS: readonly Mutant[] = [...VOTES, ...LEASES, ...MEMBERSHIP, ...NAMED, ...MESSAGES];
