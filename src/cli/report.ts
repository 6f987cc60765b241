/**
 * What happens to a member, as lines.
 *
 * @module
 */

import type { Democracy } from "../democracy.ts";
import { onEach } from "../leadership/events.ts";

/** How lines are written: for people, or one JSON object a line for programs. */
export type Format = "text" | "json";

/** Says each thing that happens to the member, from now on. */
export function report(democracy: Democracy, format: Format, say: (line: string) => void): void {
  const tell = (type: string, detail: Readonly<Record<string, unknown>>, text: string): void => {
    const at = new Date().toISOString();
    say(
      format === "json" ? JSON.stringify({ at, type, ...detail }) : `${at.slice(11, 23)}  ${type.padEnd(8)}  ${text}`,
    );
  };
  onEach(democracy, {
    added: ({ id, source, weight, eligible, voter }) => {
      const text = `${id} at ${source}, weight ${weight}${eligible ? "" : ", not eligible"}`;
      tell("added", { id, source, weight, eligible, voter }, text);
    },
    removed: ({ id, source }) => tell("removed", { id, source }, `${id} at ${source}`),
    leader: (leader) => {
      const text = leader === null ? "nobody leads" : `${leader.id} leads with token ${leader.token}`;
      tell("leader", { leader }, text);
    },
    elected: ({ id, token }) => tell("elected", { id, token }, `this member leads with token ${token}`),
    resigned: ({ id, token, reason }) => {
      tell("resigned", { id, token, reason }, `this member leads no longer: ${reason} (token ${token})`);
    },
    error: (error) => tell("error", { message: error.message }, error.message),
  });
  democracy.ready.then(() => {
    const { id, source } = democracy;
    tell("joined", { id, source }, `${id} at ${source}`);
  }, () => {});
}
