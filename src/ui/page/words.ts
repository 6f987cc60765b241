/**
 * What a scene is in words.
 *
 * @module
 */

import type { Heading } from "./change.ts";
import { formatDuration, formatSimulated } from "./layout.ts";
import type { Cut, Scene, SceneMember } from "./trace.ts";

/** How times are told: those of a clock, or those of a simulation. */
export type Clock = "wall" | "simulated";

/** The state of a member as its badge says it; `tone` is for the eye. */
export interface Badge {
  readonly text: string;
  readonly tone: "leader" | "follower" | "alone" | "away";
}

const PHASES = {
  down: "Down",
  gone: "Not heard",
  paused: "Paused",
  suspended: "Suspended",
  starting: "Starting",
} as const;

/** What a member is at the moment. */
export function badgeOf({ phase, belief, follows, track }: SceneMember): Badge {
  const leads = belief !== undefined;
  if (phase === "blocked") return { text: leads ? "Leads, blocked" : "Blocked", tone: leads ? "leader" : "away" };
  if (phase !== "up") {
    const text = PHASES[phase];
    return leads ? { text: `Leads, ${text.toLowerCase()}`, tone: "leader" } : { text, tone: "away" };
  }
  if (leads) return { text: "Leader", tone: "leader" };
  if (follows === undefined) return { text: "Is heard", tone: "follower" };
  if (follows === null || follows === track.id) return { text: "Knows no leader", tone: "alone" };
  return { text: `Follows ${follows}`, tone: "follower" };
}

/** A time of day, or of the simulation. */
export function formatTime(at: number, clock: Clock): string {
  if (clock === "simulated") return formatSimulated(at);
  return new Date(at).toLocaleTimeString(undefined, { hour12: false });
}

/** Everybody's name in a sentence. */
function named(members: readonly SceneMember[]): string {
  const ids = members.map(({ track }) => track.id);
  return ids.length < 2 ? ids.join() : `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}

function leadOf({ leader, leaders }: Scene): string {
  if (leader === undefined) return "Nobody leads";
  return leaders.length === 1 ? `${leader.track.id} leads` : `${named(leaders)} lead at once`;
}

/** Who leads, in two lines. */
export function headlineOf(scene: Scene, clock: Clock): { readonly title: string; readonly detail: string } {
  const { leader, leaders, at, vacantSince } = scene;
  const title = leadOf(scene);
  if (leader?.belief === undefined) {
    const since = vacantSince === undefined || !Number.isFinite(vacantSince) ? 0 : at - vacantSince;
    return {
      title,
      detail: scene.members.length === 0 ? "No member is known" : `for ${formatDuration(since)}`,
    };
  }
  // Two at once there are since the second of them began.
  const begins = leaders.map(({ belief }) => belief?.from ?? at).sort((one, other) => one - other);
  const from = begins[1] ?? leader.belief.from;
  const since = `since ${formatTime(from, clock)}, for ${formatDuration(at - from)}`;
  const tokens = leaders.map(({ belief }) => belief?.token ?? 0);
  return { title, detail: `${since}, ${tokens.length === 1 ? "token" : "tokens"} ${tokens.join(" and ")}` };
}

/** What the lease is worth, for the line below the bar. */
export function leaseOf(
  { leader, leaders }: Scene,
  { timeout }: Heading,
): { readonly share: number; readonly text: string } {
  if (leader === undefined) return { share: 0, text: "No lease" };
  const { remaining } = leader;
  if (remaining === undefined) return { share: 1, text: "How long the lease runs is known to the leader alone" };
  const share = timeout > 0 ? Math.min(1, remaining / timeout) : 1;
  const whose = leaders.length > 1 ? ` of ${leader.track.id}` : "";
  return { share, text: `Lease${whose}: ${formatDuration(remaining)} left` };
}

/** Links that are lost, each once: `a – b` both ways, `a → b` one way. */
export function linksOf(cuts: readonly Cut[]): string[] {
  const keys = new Set(cuts.map(({ from, to }) => JSON.stringify([from, to])));
  const lines: string[] = [];
  for (const { from, to } of cuts) {
    if (!keys.has(JSON.stringify([to, from]))) lines.push(`${from} → ${to}`);
    else if (from < to) lines.push(`${from} – ${to}`);
  }
  return lines;
}

/** What is read out when it differs from what was read out last: no times, or it would never be silent. */
export function announcementOf(scene: Scene): string {
  const { members, cuts } = scene;
  const away = members.filter((member) => badgeOf(member).tone === "away").map(({ track }) => track.id);
  const parts = [`${leadOf(scene)}.`];
  if (away.length > 0) parts.push(`Away: ${away.join(", ")}.`);
  const links = linksOf(cuts).length;
  if (links > 0) parts.push(`${links} ${links === 1 ? "link is" : "links are"} lost.`);
  return parts.join(" ");
}
