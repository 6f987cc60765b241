/**
 * Who stands where, and who leads what: each member's own word, as a list that counts its changes. Who knows an older version
 * asks for what has changed since (Scuttlebutt: R. van Renesse et al., LADIS 2008).
 *
 * @module
 */

import { LIMITS } from "../../../limits.ts";
import type { LeaderInfo } from "../../effect.ts";
import type { MemberConfig } from "../../input.ts";
import { drop } from "../../drop.ts";
import type { Peer } from "../../membership/peer.ts";
import { send } from "../../membership/sending.ts";
import { audience, isTrusted } from "../../membership/state.ts";
import { textBytes } from "../../membership/rumor.ts";
import type { Boot, ElectionName, Roll, RollEntry } from "../../message/message.ts";
import { isAbsurd } from "../leader.ts";
import type { Election } from "../state.ts";
import type { KnownLead, OwnRoll, PeerRoll } from "./state.ts";

/** Of an entry without its name: the name's length, flags and a term. */
const ENTRY_BYTES = 1 + 1 + 7;
/** Part of an interval in which changes are told at most once. */
const TOGETHER = 1 / 40;
/** Part of an interval after which what is missing is asked for once more. */
const ASK_AGAIN = 0.5;

/** What this member does in an election from now on. */
export function enrol({ named: { roll } }: Election, { election, stands, term }: RollEntry): void {
  const known = roll.entries.get(election);
  if (known?.stands === stands && known.term === term) return;
  roll.entries.delete(election);
  roll.entries.set(election, { election, stands, term, version: ++roll.version });
  forgetWithdrawals(roll);
}

/** Elections that this member left long ago are told no longer: what is left is told anew to those that have not heard of it. */
function forgetWithdrawals(roll: OwnRoll): void {
  if (roll.entries.size <= 2 * LIMITS.elections) return;
  const left = [...roll.entries.values()].filter(({ stands, term }) => stands || term > 0);
  roll.floor = roll.version;
  roll.entries.clear();
  for (const { election, stands, term } of left) {
    roll.entries.set(election, { election, stands, term, version: ++roll.version });
  }
}

/**
 * Tells all that hear this member in each interval what has changed; who misses it asks. What changes fast is told together: an
 * application stands in a thousand elections one by one.
 */
export function tellChanges(self: Election): void {
  const { named: { roll }, ground: { now } } = self;
  if (now < nextTelling(self)) return;
  roll.toldAt = now;
  const since = roll.told < roll.floor ? 0 : roll.told;
  roll.told = roll.version;
  const rolls = changesSince(self, since, Infinity);
  for (const peer of audience(self.membership)) for (const message of rolls) send(self.membership, peer, message);
}

/** When changes are to be told; Infinity where there are none. */
export function nextTelling({ named: { roll }, ground: { config } }: Election): number {
  return roll.version === roll.told ? Infinity : roll.toldAt + TOGETHER * config.interval;
}

/** Answers the question for what has changed. */
export function answerRollCall(self: Election, peer: Peer, known: number): void {
  const { roll } = self.named;
  const since = known < roll.floor || known > roll.version ? 0 : known;
  for (const message of changesSince(self, since, LIMITS.rollPages)) send(self.membership, peer, message);
}

/** What has changed since that version, in as many messages at most. */
function changesSince({ named: { roll }, ground: { config } }: Election, since: number, most: number): Roll[] {
  const rolls: Roll[] = [];
  const key = keyOf(config);
  let [from, through] = [since, since];
  let entries: RollEntry[] = [];
  let room = config.rumorBytes;
  for (const { version, ...entry } of roll.entries.values()) {
    if (version <= since) continue;
    const bytes = ENTRY_BYTES + textBytes(entry.election);
    if (entries.length > 0 && (room < bytes || entries.length >= LIMITS.electionsPerMessage)) {
      rolls.push({ kind: "roll", since: from, through, key, entries });
      if (rolls.length >= most) return rolls;
      [from, entries, room] = [through, [], config.rumorBytes];
    }
    entries.push(entry);
    room -= bytes;
    through = version;
  }
  rolls.push({ kind: "roll", since: from, through: roll.version, key, entries });
  return rolls;
}

/** What a member's rank is computed from. */
export function keyOf({ rankKey, id }: Pick<MemberConfig, "rankKey" | "id">): string {
  return rankKey ?? id;
}

/** A peer has said which version of its roll is the newest. */
export function noteVersion(self: Election, peer: Peer, version: number): void {
  if (version === 0 || !isTrusted(self.membership, peer)) return;
  const roll = rollOf(self, peer.boot);
  roll.newest = Math.max(roll.newest, version);
  askForMore(self, peer, roll);
}

/** Takes what a peer says of itself, where nothing is missing before it. */
export function takeRoll(self: Election, peer: Peer, message: Roll): void {
  if (!isTrusted(self.membership, peer)) return;
  const roll = rollOf(self, peer.boot);
  roll.newest = Math.max(roll.newest, message.through);
  if (message.since > roll.known) {
    // Datagrams overtake each other.
    if (roll.early.size < LIMITS.rollPages) roll.early.set(message.since, message);
  } else if (message.through > roll.known) {
    for (let next: Roll | undefined = message; next !== undefined;) {
      applyRoll(self, roll, next);
      next = roll.early.get(roll.known);
      roll.early.delete(roll.known);
    }
    for (const since of roll.early.keys()) if (since < roll.known) roll.early.delete(since);
  }
  askForMore(self, peer, roll);
}

function applyRoll(self: Election, roll: PeerRoll, { since, through, key, entries }: Roll): void {
  roll.known = through;
  roll.key = key;
  self.named.isDirty = true;
  self.named.rollChanges += 1;
  if (since === 0) {
    for (const { election } of [...roll.entries.values()]) clear(self, roll, election);
  }
  // Who leads is no reason for others to move.
  let isUnrest = false;
  for (const entry of entries) {
    isUnrest ||= roll.entries.get(entry.election)?.stands !== entry.stands;
    takeEntry(self, roll, entry);
  }
  if (isUnrest) noteUnrest(self);
}

function takeEntry(self: Election, roll: PeerRoll, entry: RollEntry): void {
  const { election, stands, term } = entry;
  if (election === "") return;
  if (isAbsurd(self, term)) return drop(self.ground, "absurd-term");
  if (!stands && term === 0) return clear(self, roll, election);
  if (!roll.entries.has(election) && roll.entries.size >= LIMITS.elections) return;
  roll.entries.set(election, entry);
  self.named.seenTerm = Math.max(self.named.seenTerm, term);
  reviewLead(self, election);
}

function clear(self: Election, roll: PeerRoll, election: ElectionName): void {
  if (roll.entries.delete(election)) reviewLead(self, election);
}

function askForMore(self: Election, peer: Peer, roll: PeerRoll): void {
  const { now, config } = self.ground;
  if (roll.known >= roll.newest || now - roll.askedAt < ASK_AGAIN * config.interval) return;
  roll.askedAt = now;
  send(self.membership, peer, { kind: "roll-call", known: roll.known });
}

function rollOf({ named: { rolls }, ground: { now } }: Election, boot: Boot): PeerRoll {
  const known = rolls.get(boot);
  if (known !== undefined) return known;
  const roll: PeerRoll = {
    boot,
    since: now,
    key: "",
    known: 0,
    newest: 0,
    askedAt: -Infinity,
    early: new Map(),
    entries: new Map(),
  };
  rolls.set(boot, roll);
  return roll;
}

/** Forgets what those said that are gone. */
export function forgetGone(self: Election): void {
  const { named: { rolls, departures }, membership: { byBoot }, ground: { now, config } } = self;
  for (const [boot, roll] of rolls) {
    if (byBoot.has(boot)) continue;
    rolls.delete(boot);
    const recent = (departures.get(roll.key) ?? []).filter((at) => now - at < MEMORY * config.timeout);
    departures.delete(roll.key);
    departures.set(roll.key, [...recent.slice(-1), now]);
    for (const key of departures.keys()) {
      if (departures.size <= LIMITS.officeRecords) break;
      departures.delete(key);
    }
    for (const { election, term } of roll.entries.values()) if (term > 0) reviewLead(self, election);
  }
}

/** Timeouts for which it is remembered that a member went. */
const MEMORY = 10;

/** Members or their wishes have changed: leads may have to move, once that has settled. */
export function noteUnrest(self: Election): void {
  const { named, ground: { now, config } } = self;
  named.rebalanceAt = now + config.timeout;
}

/** A peer's lead in an election is over, as it has said otherwise than by its roll. */
export function noteReleased(self: Election, boot: Boot, election: ElectionName, term: number): void {
  const roll = self.named.rolls.get(boot);
  const entry = roll?.entries.get(election);
  if (entry === undefined || entry.term === 0 || entry.term > term) return;
  roll!.entries.set(election, { ...entry, term: 0 });
  reviewLead(self, election);
}

/** Finds out who leads an election: of those that say so, the one of the highest term. */
export function reviewLead(self: Election, election: ElectionName): void {
  const { named: { contests, open, rolls, leads }, membership: { byBoot }, ground: { config, now } } = self;
  const own = contests.get(election)?.bid;
  let lead: KnownLead | undefined = own?.elected === true ? { boot: config.boot, term: own.term } : undefined;
  // A leader knows that it leads, whatever others said before. In plain democracy there may be two.
  const others = lead === undefined || config.quorum === "none" ? rolls.values() : [];
  for (const { boot, entries } of others) {
    const term = byBoot.has(boot) ? entries.get(election)?.term ?? 0 : 0;
    if (term > (lead?.term ?? 0)) lead = { boot, term };
  }
  const known = leads.get(election);
  const contest = contests.get(election);
  if (contest !== undefined) {
    if (lead !== undefined) {
      contest.openSince = undefined;
      contest.heir = undefined;
      contest.failures = 0;
      open.delete(contest);
    } else if (contest.openSince === undefined) {
      contest.openSince = now;
      if (contest.bid === undefined) open.add(contest);
      self.named.isDirty = true;
    }
  }
  if (known?.boot === lead?.boot && known?.term === lead?.term) return;
  if (lead === undefined) leads.delete(election);
  else leads.set(election, lead);
  self.ground.effects.push({ kind: "leader", election, leader: infoOf(self, lead) });
}

/** Who leads an election, with the token. */
export function leaderIn(self: Election, election: ElectionName): LeaderInfo | undefined {
  return infoOf(self, self.named.leads.get(election));
}

function infoOf({ ground: { config }, membership }: Election, lead: KnownLead | undefined): LeaderInfo | undefined {
  if (lead === undefined) return undefined;
  if (lead.boot === config.boot) return { id: config.id, source: config.address, token: lead.term };
  const peer = membership.byBoot.get(lead.boot);
  return peer && { id: peer.id, source: peer.address, token: lead.term };
}
