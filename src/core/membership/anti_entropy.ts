/**
 * Anti-entropy: each member reads, page by page, what others know, all the time and slowly, so that no news is lost for
 * ever and partitions merge; and as fast as it is answered when it is new.
 *
 * @module
 */

import type { Peer } from "./peer.ts";
import type { Boot, Page, Pull, Rumor } from "../message/message.ts";
import { UNKNOWN_BOOT } from "../message/message.ts";
import { aliveRumor, deadRumor } from "./gossip.ts";
import { mergeRemote } from "./updates.ts";
import { sample } from "../random.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "./rumor.ts";
import { send } from "./sending.ts";
import { isCredible, type Membership } from "./state.ts";

/** Timeouts in which a member reads all pages once. */
const PASS = 10;
/** What a page is taken to hold when the pace is set. */
const PAGE_MEMBERS = 20;

/** Asks one of those that are pinged anyway for the next page, when it is time. */
export function pullIfDue(self: Membership): void {
  const { antiEntropy, ground: { config, now, random } } = self;
  if (now < antiEntropy.nextAt) return;
  const tellers = self.turns.items.filter((peer) => peer.alive && peer.proved && isCredible(self, peer));
  const [teller] = sample(random, tellers, 1);
  if (teller === undefined) return;
  const pages = Math.ceil(self.peers.size / PAGE_MEMBERS);
  antiEntropy.nextAt = now + (antiEntropy.eager ? config.interval : PASS * config.timeout / pages);
  pull(self, teller);
}

/** Reads all that `member` knows at once: what this member knows is not enough, or too old. */
export function pullAll(self: Membership, peer: Peer): void {
  const { antiEntropy } = self;
  if (!isCredible(self, peer) || antiEntropy.eager || self.ground.now < antiEntropy.restsUntil) return;
  antiEntropy.eager = true;
  antiEntropy.after = "";
  antiEntropy.nextAt = self.ground.now + self.ground.config.interval;
  pull(self, peer);
}

/** Answers with as much as one datagram holds. */
export function answerPull(self: Membership, asker: Peer, { after }: Pull): void {
  const directory = self.directory ??= [...self.peers.keys()].sort();
  const rumors: Rumor[] = [];
  let room = self.ground.config.rumorBytes;
  let upTo = "";
  for (let place = firstBehind(directory, after); place < directory.length && room >= LEAST_RUMOR_BYTES; place++) {
    const rumor = wordOn(self.peers.get(directory[place]!)!);
    if (rumor === undefined) continue;
    room -= bytesOf(rumor);
    if (room < 0) break;
    rumors.push(rumor);
    upTo = rumor.address;
  }
  // A page that is not full is the last.
  if (room >= LEAST_RUMOR_BYTES) upTo = "";
  send(self, asker, { kind: "page", after, upTo, rumors });
}

/** Takes the page that was asked for, and in haste asks for the next. */
export function takePage(self: Membership, peer: Peer, from: Boot, page: Page): boolean {
  const { antiEntropy } = self;
  if (antiEntropy.peer !== from || antiEntropy.after !== page.after) return false;
  if (page.upTo !== "" && page.upTo <= page.after) return false;
  antiEntropy.peer = undefined;
  antiEntropy.after = page.upTo;
  for (const rumor of page.rumors) mergeRemote(self, rumor);
  if (page.upTo === "") {
    antiEntropy.eager = false;
    antiEntropy.restsUntil = self.ground.now + self.ground.config.timeout;
  } else if (antiEntropy.eager) pull(self, peer);
  return true;
}

function pull(self: Membership, peer: Peer): void {
  self.antiEntropy.peer = peer.boot;
  send(self, peer, { kind: "pull", after: self.antiEntropy.after });
}

function wordOn(peer: Peer): Rumor | undefined {
  if (peer.alive) return aliveRumor(peer);
  return peer.boot === UNKNOWN_BOOT ? undefined : deadRumor(peer);
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
