/**
 * The numbers of failure detection, as functions. SWIM (Das, Gupta, Motivala, 2002) and Lifeguard (Dadgar, Phillips,
 * Currey, arXiv:1707.00788); memberlist is the reference.
 *
 * @module
 */

/** Peers up to which everybody pings everybody, and those pinged in each interval beyond. */
const MESH = 9;
const FANOUT = 5;
/** Of many, in each interval. */
const SEARCHES = 2;
/** Of those that others condemn, which are removed only once they were asked: many may go at once. */
const LOOKUPS = 8;
const ASKED = 2;
/** Others asked to look after a silent member: k of SWIM. */
const HELPERS = 3;
/** How much longer than the shortest a suspicion lasts that nobody confirms: beta of Lifeguard. */
const SUSPICION_SPAN = 6;
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

/** What a member may send in an interval because of its peers. */
export interface Budget {
  /** Peers pinged in their turn. */
  readonly turns: number;
  /** Configured members that are not there, looked for. */
  readonly searches: number;
  /** Members pinged because of what others say of them. */
  readonly lookups: number;
  /** Probes passed on to others. */
  readonly asked: number;
  /** Others that each of these is passed on to. */
  readonly helpers: number;
}

/** How many there are of whom. */
export interface Crowd {
  readonly peers: number;
  readonly absent: number;
  readonly lookups: number;
  /** Local health, from 0 up to {@linkcode WORST_HEALTH}. */
  readonly localHealth: number;
}

/**
 * A member's budget for one interval. Where everybody pings everybody, a ping is the sign of life that others wait for, and
 * nobody is left out. Among many it shrinks with bad local health, as Lifeguard stretches the interval: a member, or a
 * network, that has too much to do gets out of it only if what it sends then is no multiple of what it sends at ease.
 */
export function budgetOf({ peers, absent, lookups, localHealth }: Crowd): Budget {
  if (isMesh(peers)) {
    return { turns: peers, searches: fanout(absent), lookups, asked: peers, helpers: HELPERS };
  }
  const shrunk = (most: number): number => Math.max(1, Math.round(most / (1 + localHealth)));
  return {
    turns: shrunk(FANOUT),
    searches: Math.min(absent, shrunk(SEARCHES)),
    lookups: Math.min(lookups, shrunk(LOOKUPS)),
    asked: shrunk(ASKED),
    helpers: shrunk(HELPERS),
  };
}

/** Whether a member pings all of its peers in each interval, so that it hears from each in each interval. */
export function isMesh(peers: number): boolean {
  return fanout(peers) === peers;
}

/** ms until a probe has failed: an interval, and one more for each point of bad local health. */
export function probeTimeout(interval: number, localHealth: number): number {
  return interval * (1 + localHealth);
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
  return least + (1 - share) * (SUSPICION_SPAN - 1) * least;
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
