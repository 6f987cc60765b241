/**
 * As soon as an eligible voter exchanges pings with so many voters that make a quorum, and that stays so, somebody leads within
 * five timeouts, whatever the other links do and whoever is heavier.
 */

import { assert, assertEquals, assertLess } from "@std/assert";
import { nextRandom } from "../../src/core/random.ts";
import { Cluster } from "./cluster.ts";

const INTERVAL = 200;
/** Timeouts. */
const BOUND = 5;

type Link = readonly [from: number, to: number];

/** Members by weight, the heaviest is m1. */
function clusterOf(size: number, timeout: number, seed: number): Cluster {
  const members = Array.from({ length: size }, (_, index) => ({ weight: size - index, seed: seed * 100 + index }));
  const cluster = new Cluster(members, { interval: INTERVAL, timeout, quarantine: timeout });
  cluster.start();
  cluster.run(3 * timeout + seed * 37 % INTERVAL);
  return cluster;
}

/** The longest time without a leader in the next `ms`; `each` is called every 10 ms. */
function longestVacancy(cluster: Cluster, ms: number, each: () => void = () => {}): number {
  let [vacancy, longest] = [0, 0];
  for (let at = 0; at < ms; at += 10) {
    each();
    cluster.run(10);
    vacancy = cluster.leaders.length === 0 ? vacancy + 10 : 0;
    longest = Math.max(longest, vacancy);
  }
  return longest;
}

function block(cluster: Cluster, links: readonly Link[]): void {
  for (const [from, to] of links) cluster.block(from, to);
}

function between(from: readonly number[], to: readonly number[]): Link[] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b): Link => [a, b]));
}

function star(size: number, center: number): Link[] {
  const leaves = Array.from({ length: size }, (_, index) => index + 1).filter((n) => n !== center);
  return between(leaves, leaves);
}

const SCENES: readonly (readonly [name: string, size: number, cut: readonly Link[]])[] = [
  ...[1, 2, 3, 4, 5].map((center) => [`star of 5 around m${center}`, 5, star(5, center)] as const),
  ["star of 7 around the lightest", 7, star(7, 7)],
  ["star of 4 around the lightest", 4, star(4, 4)],
  ["the heaviest of 5 is deaf to three", 5, between([3, 4, 5], [1])],
  ["the two heaviest of 5 are deaf to three", 5, between([3, 4, 5], [1, 2])],
  ["the three heaviest of 7 are deaf to four", 7, between([4, 5, 6, 7], [1, 2, 3])],
  ["the two heaviest of 7 are deaf to four", 7, between([4, 5, 6, 7], [1, 2])],
  ["the heaviest of 3 is deaf to one", 3, between([2], [1])],
  ["the heaviest of 3 is deaf", 3, between([2, 3], [1])],
  ["the heaviest of 3 is mute", 3, between([1], [2, 3])],
  ["the heaviest of 5 is mute to three", 5, between([1], [3, 4, 5])],
  ["the heaviest of 5 is cut off from three", 5, [...between([1], [3, 4, 5]), ...between([3, 4, 5], [1])]],
  ["a ring of 5", 5, [1, 2, 3, 4, 5].flatMap((n) => between([n], [(n + 1) % 5 + 1, (n + 2) % 5 + 1]))],
  ["two halves of 4 that one link joins", 4, [...between([1], [3, 4]), ...between([3, 4], [1]), [2, 4], [4, 2]]],
];

Deno.test("a member that reaches a quorum is elected, though heavier members reach none", () => {
  for (const [name, size, cut] of SCENES) {
    for (const seed of [1, 2, 3]) {
      const cluster = clusterOf(size, 1000, seed);
      block(cluster, cut);
      const longest = longestVacancy(cluster, 30_000);
      assertLess(longest, BOUND * 1000, `${name}, seed ${seed}: nobody led for ${longest} ms`);
      assertEquals(cluster.leaders.length, 1, `${name}, seed ${seed}: one leads in the end`);
    }
  }
});

Deno.test("in any topology of one-way cuts somebody leads if anybody reaches a quorum", () => {
  let [tried, worst] = [0, 0];
  for (let seed = 1; tried < 500; seed++) {
    const random = { word: seed * 7919 };
    const size = 3 + Math.floor(nextRandom(random) * 5);
    const timeout = INTERVAL * [3, 5, 8, 15][Math.floor(nextRandom(random) * 4)]!;
    const share = 0.1 + nextRandom(random) * 0.7;
    const all = Array.from({ length: size }, (_, index) => index + 1);
    const cut = between(all, all).filter(() => nextRandom(random) < share);
    const isCut = new Set(cut.map(String));
    const reaches = (a: number): number =>
      all.filter((b) => a !== b && !isCut.has(String([a, b])) && !isCut.has(String([b, a]))).length;
    if (!all.some((n) => reaches(n) >= Math.floor(size / 2))) continue;
    tried += 1;
    const cluster = clusterOf(size, timeout, seed);
    cluster.delay = [1, 10, 40][seed % 3]!;
    block(cluster, cut);
    const longest = longestVacancy(cluster, 12 * timeout) / timeout;
    worst = Math.max(worst, longest);
    assertLess(longest, BOUND, `seed ${seed}: nobody led for ${longest} timeouts; cut are ${cut.join(" ")}`);
  }
  console.log(`  the longest time without a leader in 500 topologies: ${worst.toFixed(2)} timeouts`);
});

Deno.test("links that come and go, and others that restart, do not keep a member that reaches a quorum from leading", () => {
  const vacancies: number[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const random = { word: seed * 104_729 };
    const size = 3 + Math.floor(nextRandom(random) * 5);
    const timeout = INTERVAL * [5, 8, 15][Math.floor(nextRandom(random) * 3)]!;
    const all = Array.from({ length: size }, (_, index) => index + 1);
    const good = 1 + Math.floor(nextRandom(random) * size);
    const others = all.filter((n) => n !== good);
    const start = Math.floor(nextRandom(random) * others.length);
    const reached = new Set([...others, ...others].slice(start, start + Math.floor(size / 2)));
    const stays = ([a, b]: Link): boolean => (a === good && reached.has(b)) || (b === good && reached.has(a));
    const links = between(all, all).filter((link) => !stays(link));
    const pace = timeout * [0.2, 0.5, 1, 2][Math.floor(nextRandom(random) * 4)]!;
    const share = 0.2 + 0.6 * nextRandom(random);
    const cluster = clusterOf(size, timeout, seed);
    let next = cluster.now;
    const longest = longestVacancy(cluster, 40 * timeout, () => {
      if (cluster.now < next) return;
      next = cluster.now + pace * (0.5 + nextRandom(random));
      cluster.heal();
      block(cluster, links.filter(() => nextRandom(random) < share));
      const unlucky = all[Math.floor(nextRandom(random) * size)]!;
      if (nextRandom(random) < 0.9 || unlucky === good || reached.has(unlucky)) return;
      cluster.crash(unlucky);
      cluster.start(unlucky);
    }) / timeout;
    vacancies.push(longest);
    assertLess(longest, BOUND, `seed ${seed}: nobody led for ${longest} timeouts`);
  }
  assert(vacancies.some((longest) => longest > 0.5), "the links did no harm at all");
});
