/**
 * The numbers of failure detection, as functions. SWIM (Das, Gupta, Motivala, 2002) and Lifeguard (Dadgar, Phillips,
 * Currey, arXiv:1707.00788); memberlist is the reference.
 *
 * @module
 */

/** Peers up to which everybody pings everybody, and those pinged in each interval beyond. */
const MESH = 9;
const FANOUT = 5;
/** Of many: what a member sends where nothing is answered must not be a multiple of what it sends at ease. */
const SEARCHES = 2;
const ASKED = 2;
/** How much longer than the shortest a suspicion lasts that nobody confirms: beta of Lifeguard. */
const PATIENCE = 6;
/** Confirmations by others after which a suspicion is as short as it may be: K of Lifeguard. */
const CONFIRMATIONS = 3;
/** A rumor is passed on so many times the decimal logarithm of the members: lambda of SWIM. */
const REPEATS = 4;
/** The worst local health: it makes a probe wait nine times as long. */
export const WORST_HEALTH = 8;

/**
 * How many of its `peers` a member pings in each interval. Pings that cross need no ack, those to a few members do: both
 * cost a member about ten datagrams, so that the cost of a member does not depend on their number.
 */
export function fanout(peers: number): number {
  return peers <= MESH ? peers : FANOUT;
}

/**
 * How many of many peers a member pings in an interval when its own health is bad, as Lifeguard stretches the interval. It
 * may have too much to do, and the fewer pings, the fewer answers to wait for. Where everybody pings everybody, a ping is
 * the sign of life that others wait for, and none is left out.
 */
export function healthyFanout(peers: number, health: number): number {
  return isMesh(peers) ? peers : Math.max(1, Math.round(FANOUT / (1 + health)));
}

/** How many of the configured members that are not there are looked for in each interval. */
export function searchFanout(absent: number): number {
  return isMesh(absent) ? absent : SEARCHES;
}

/** How many probes are passed on to others in each interval; all, where everybody pings everybody. */
export function mostAsked(peers: number): number {
  return isMesh(peers) ? peers : ASKED;
}

/** Whether a member pings all of its peers in each interval, so that it hears from each in each interval. */
export function isMesh(peers: number): boolean {
  return fanout(peers) === peers;
}

/** ms until a probe has failed: an interval, and one more for each point of bad local health. */
export function probeTimeout(interval: number, health: number): number {
  return interval * (1 + health);
}

/** What a suspicion's length depends on. Durations are ms. */
export interface Doubt {
  readonly interval: number;
  readonly timeout: number;
  /** Members that suspect the same one, beside the first. */
  readonly confirmations: number;
  /** Members that could: neither suspected themselves nor the one in question. */
  readonly witnesses: number;
  readonly lifeguard: boolean;
}

/**
 * ms from a suspicion to the removal of who does not refute it. The shortest makes, with the probe before it, one timeout
 * since the last sign of life where everybody pings everybody; the longest is for who is alone with its suspicion.
 */
export function suspicionTimeout({ interval, timeout, confirmations, witnesses, lifeguard }: Doubt): number {
  const least = Math.max(interval, timeout - 2 * interval);
  const wanted = Math.min(CONFIRMATIONS, witnesses);
  if (!lifeguard || confirmations >= wanted) return least;
  const share = Math.log(confirmations + 1) / Math.log(wanted + 1);
  return least + (1 - share) * (PATIENCE - 1) * least;
}

/** How many suspicions of one member are passed on: more would not make it shorter. */
export const MOST_SUSPICIONS = CONFIRMATIONS + 1;

/** How often a member passes on a rumor among so many peers. */
export function transmissions(peers: number): number {
  return REPEATS * Math.ceil(Math.log10(peers + 2));
}

/** Intervals until nearly all of so many peers have heard what one of them knows: each tells as many as it pings, and as many answer. */
export function gossipIntervals(peers: number): number {
  if (isMesh(peers)) return 1;
  return Math.ceil(Math.log(peers + 1) / Math.log(2 * FANOUT + 1));
}
