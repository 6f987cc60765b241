/**
 * A cluster of one.
 *
 * @module
 */

import { Democracy } from "../../mod.ts";
import { QUICK, quiet } from "../../scripts/harness/members.ts";

/** Runs `test` with a member that has no peers. */
export async function withLoner(test: (member: Democracy) => Promise<void>): Promise<void> {
  await using member = new Democracy({ ...QUICK, source: "127.0.0.1:0", peers: [], broadcast: false, logger: quiet });
  await member.ready;
  await member.election("invoices").lead(() => {});
  await test(member);
}
