/** A member that has a member to be told of, and one that tells. */

import type { Effect } from "../../src/core/effect.ts";
import { ofKind, type Puppet, puppetOf, Solo } from "./harness.ts";
import type { Subject } from "./rumors.ts";

export function changes(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "added" || effect.kind === "removed" ? [`${effect.kind} ${effect.member.id}`] : []
  );
}

export function reasons(effects: readonly Effect[]): string[] {
  return ofKind(effects, "dropped").map(({ reason }) => reason);
}

/** m1 with the configured m2, of whom the rumors are, and m3, who tells them. */
export function village(overrides = {}): { solo: Solo; about: Puppet; teller: Puppet } {
  const [about, teller] = [puppetOf(2, { incarnation: 5 }), puppetOf(3)];
  const solo = new Solo([about, teller], { eligible: false, ...overrides });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  return { solo, about, teller };
}

export function own(solo: Solo, incarnation: number, changes: Partial<Subject> = {}): Subject {
  const { address, boot } = solo.config;
  return { address, boot, incarnation, ...changes };
}
