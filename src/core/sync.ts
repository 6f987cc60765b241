/**
 * Anti-entropy: each member reads, page by page, what others know, all the time and slowly, so that no news is lost for
 * ever and partitions merge; and as fast as it is answered when it is new.
 *
 * @module
 */

import type { Member } from "./member.ts";
import type { Boot, Page, Pull, Rumor } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import { aliveRumor, deadRumor } from "./gossip.ts";
import { study } from "./hearsay.ts";
import { sample } from "./random.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "./rumor.ts";
import { type Citizen, isCredible } from "./state.ts";
import { send } from "./status.ts";

/** Timeouts in which a member reads all pages once. */
const PASS = 10;
/** What a page is taken to hold when the pace is set. */
const PAGE_MEMBERS = 20;

/** Asks one of those that are pinged anyway for the next page, when it is time. */
export function pullIfDue(citizen: Citizen): void {
  const { sync, config, now } = citizen;
  if (now < sync.nextAt) return;
  const tellers = citizen.turns.items.filter((member) =>
    member.alive && member.route !== "" && isCredible(citizen, member)
  );
  const [teller] = sample(citizen.random, tellers, 1);
  if (teller === undefined) return;
  const pages = Math.ceil(citizen.members.size / PAGE_MEMBERS);
  sync.nextAt = now + (sync.eager ? config.interval : PASS * config.timeout / pages);
  pull(citizen, teller);
}

/** Reads all that `member` knows at once: what this member knows is not enough, or too old. */
export function pullAll(citizen: Citizen, member: Member): void {
  const { sync } = citizen;
  if (!isCredible(citizen, member) || sync.eager || citizen.now < sync.restsUntil) return;
  sync.eager = true;
  sync.after = "";
  sync.nextAt = citizen.now + citizen.config.interval;
  pull(citizen, member);
}

/** Answers with as much as one datagram holds. */
export function answerPull(citizen: Citizen, asker: Member, { after }: Pull): void {
  const directory = citizen.directory ??= [...citizen.members.keys()].sort();
  const rumors: Rumor[] = [];
  let room = citizen.config.rumorBytes;
  let upTo = "";
  for (let place = firstBehind(directory, after); place < directory.length && room >= LEAST_RUMOR_BYTES; place++) {
    const rumor = wordOn(citizen.members.get(directory[place]!)!);
    if (rumor === undefined) continue;
    room -= bytesOf(rumor);
    if (room < 0) break;
    rumors.push(rumor);
    upTo = rumor.address;
  }
  // A page that is not full is the last.
  if (room >= LEAST_RUMOR_BYTES) upTo = "";
  send(citizen, asker, { kind: "page", after, upTo, rumors });
}

/** Takes the page that was asked for, and in haste asks for the next. */
export function takePage(citizen: Citizen, member: Member, from: Boot, page: Page): boolean {
  const { sync } = citizen;
  if (sync.peer !== from || sync.after !== page.after) return false;
  if (page.upTo !== "" && page.upTo <= page.after) return false;
  sync.peer = undefined;
  sync.after = page.upTo;
  for (const rumor of page.rumors) study(citizen, rumor);
  if (page.upTo === "") {
    sync.eager = false;
    sync.restsUntil = citizen.now + citizen.config.timeout;
  } else if (sync.eager) pull(citizen, member);
  return true;
}

function pull(citizen: Citizen, member: Member): void {
  citizen.sync.peer = member.boot;
  send(citizen, member, { kind: "pull", after: citizen.sync.after });
}

function wordOn(member: Member): Rumor | undefined {
  if (member.alive) return aliveRumor(member);
  return member.boot === UNKNOWN_BOOT ? undefined : deadRumor(member);
}

/** Binary search: the place of the first address greater than `after`. */
function firstBehind(directory: readonly string[], after: string): number {
  let [low, high] = [0, directory.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (directory[middle]! > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
