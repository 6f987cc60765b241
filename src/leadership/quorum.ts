/**
 * Why nobody leads, as far as one member knows, in facts and in words.
 *
 * @module
 */

/** One voter, as the member that was asked knows it. */
export interface VoterInfo {
  /** `ip:port`; the entry of `peers` where no address is known for its host name yet. */
  readonly source: string;
  /** Its name, or `null` where it was never heard. */
  readonly id: string | null;
  /** Whether it is the member that was asked. */
  readonly self: boolean;
  /**
   * - `"votes"`: it is there.
   * - `"quarantined"`: it is there, and withholds its vote until it cannot have forgotten a promise any more.
   * - `"one-way"`: it is heard, but has not shown for a `timeout` without a leader that it hears this member.
   * - `"ignored"`: its datagrams come, and do not count here, or those of this member do not count there; `reason` says why.
   * - `"silent"`: nothing of it comes.
   * - `"unresolved"`: its host name has no address yet.
   */
  readonly state: "votes" | "quarantined" | "one-way" | "ignored" | "silent" | "unresolved";
  /** Since when it is there, ignored, silent or unresolved, in ms since 1970; `null` where it was never heard. */
  readonly since: number | null;
  /**
   * When its quarantine ends, in ms since 1970; of another member the latest that it does, if it has the same `quarantine`. `null` where
   * it is in none.
   */
  readonly until: number | null;
  /** Why it is ignored, in words; else `null`. */
  readonly reason: string | null;
}

/** Whether a leader can be elected, and if not, why. */
export interface QuorumInfo {
  /** How many voters must agree; `null` as long as nobody has said who votes. */
  readonly needed: number | null;
  /** How many voters answer, the member that was asked included if it votes. */
  readonly reachable: number;
  /** The voters, the member that was asked first if it votes. Those whose address nobody has told are not among them. */
  readonly voters: readonly VoterInfo[];
  /** Why nobody leads, in words; `null` while a leader is known. */
  readonly why: string | null;
}

/** What the loop tells of the voters. */
export interface Tally extends Omit<QuorumInfo, "why"> {
  /** Whether those that answer are enough. */
  readonly isQuorum: boolean;
  /** How many voters there are; `null` as long as nobody has said so. */
  readonly size: number | null;
  /** How many members are there that would lead. */
  readonly candidates: number;
}

/** The tally before the loop has told one. */
export const NO_TALLY: Tally = {
  ...{ needed: null, reachable: 0, voters: [], isQuorum: false, size: null, candidates: 0 },
};

/** How many voters of each kind are named. */
const NAMED = 10;

/** Why nobody is elected. `now` is the time in ms since 1970. */
export function reasonOf(tally: Tally, now: number): string {
  const { needed, size, voters, isQuorum, candidates } = tally;
  if (needed === null || size === null) return "Nobody can be elected: the discovery has not told yet who votes";
  if (!isQuorum) return unreachableText(tally, needed, size, now);
  const voting = voters.filter(({ state }) => state === "votes").length;
  if (voting < needed) {
    const waiting = list(voters, "quarantined", ({ until }) => `for ${secondsOf((until ?? now) - now)} more at most`);
    return `Nobody can be elected yet: ${voting} of ${size} voters ${voting === 1 ? "votes" : "vote"}, ${needed} ${
      needed === 1 ? "is" : "are"
    } needed; in quarantine after their start: ${waiting}`;
  }
  if (candidates === 0) {
    return 'Nobody stands: each member that is here is set not to be "eligible", has just resigned, hangs, or is closing';
  }
  return "An election is under way";
}

function unreachableText({ reachable, voters }: Tally, needed: number, size: number, now: number): string {
  const since = ({ since }: VoterInfo): string => since === null ? "never heard" : `for ${secondsOf(now - since)}`;
  const unknown = size - voters.length;
  const missing = [
    ["silent", list(voters, "silent", since)],
    ["ignored", list(voters, "ignored", ({ reason }) => reason ?? "")],
    ["heard, but they do not hear this member", list(voters, "one-way", () => "")],
    ["host names without an address", list(voters, "unresolved", since)],
    ["not known yet", unknown > 0 ? `the addresses of ${unknown}` : ""],
  ].filter(([, names]) => names !== "").map((parts) => parts.join(": "));
  const answers = reachable === 1 ? "answers" : "answer";
  return `Nobody can be elected: ${reachable} of ${size} voters ${answers}, ${needed} are needed; ${
    missing.join("; ")
  }. ` +
    'Look whether they run, have the same "cluster" and "secret", list this member, and get UDP from here and back';
}

function list(voters: readonly VoterInfo[], state: VoterInfo["state"], detail: (voter: VoterInfo) => string): string {
  const those = voters.filter((voter) => voter.state === state);
  const names = those.slice(0, NAMED).map((voter) => {
    const text = detail(voter);
    return text === "" ? voter.source : `${voter.source} (${text})`;
  });
  if (those.length > NAMED) names.push(`and ${those.length - NAMED} more`);
  return names.join(", ");
}

function secondsOf(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${Math.round(ms / 1000)} s`;
}
