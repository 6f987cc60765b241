/**
 * `democracy status`: what a running member knows.
 *
 * @module
 */

import { DEFAULT_HTTP, formatHttpAddress, parseHttpAddress } from "../sidecar/http_address.ts";
import type { SidecarState } from "../sidecar/sidecar.ts";
import { complain, say } from "./terminal.ts";

/** Nobody leads; and nobody answers, as `EX_UNAVAILABLE` of sysexits.h. */
const LEADERLESS = 3;
const UNAVAILABLE = 69;
/** ms. */
const ANSWER_TIME = 5000;

/** Asks the member whose sidecar serves at that address, by default the usual one; resolves with the exit code. */
export async function status(address: unknown, asJson: boolean): Promise<number> {
  // The sidecar itself says where it serves as a URL.
  const http = address === undefined ? DEFAULT_HTTP : parseHttpAddress(String(address).replace(/^http:\/\/|\/$/gu, ""));
  const url = `http://${formatHttpAddress(http)}/state`;
  let state: SidecarState;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIME) });
    const body: unknown = await response.json();
    if (!isState(body)) throw new Error("it is not a democracy sidecar");
    state = body;
  } catch (error) {
    complain(
      `No member answers at ${url}: ${reasonOf(error)}; start one with "democracy sidecar", or name its --http address`,
    );
    return UNAVAILABLE;
  }
  say(...(asJson ? [JSON.stringify(state)] : describe(state)));
  return state.leader === null ? LEADERLESS : 0;
}

/** Node says no more than "fetch failed", and keeps the reason apart. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

function isState(value: unknown): value is SidecarState {
  return typeof value === "object" && value !== null && "members" in value && "leading" in value && "leader" in value;
}

/** The voters that do not vote, and why nobody leads. A sidecar of an older version does not tell. */
function voting(quorum: SidecarState["quorum"] | undefined): string[] {
  if (!Array.isArray(quorum?.voters)) return [];
  const { needed, reachable, voters, why } = quorum;
  const absent = voters.filter(({ state }) => state !== "votes").map(({ source, state, since, until, reason }) => {
    const facts = [
      reason === null ? state : `${state}: ${reason}`,
      until === null ? `since ${since ?? "its start: it was never heard"}` : `until ${until} at most`,
    ];
    return `- ${source}  ${facts.join(", ")}`;
  });
  return [
    `${reachable} voters answer, ${needed ?? "an unknown number"} needed`,
    ...(why === null ? [] : [why]),
    ...absent,
  ];
}

/** In lines: a name that has more than one does not make another. */
function describe({ id, cluster, source, leading, token, remaining, leader, members, quorum }: SidecarState): string[] {
  const own = leading ? `leads with token ${token}, ${remaining} ms of its lease are left` : "does not lead";
  const lead = leader === null
    ? "nobody is known to lead"
    : `${leader.id} at ${leader.source} leads, token ${leader.token}, known since ${leader.since}`;
  const widest = (pick: (member: typeof members[number]) => string): number =>
    Math.max(...members.map((member) => pick(member).length));
  const ids = widest((member) => member.id);
  const sources = widest((member) => member.source);
  const lines = members.map((member) =>
    [
      member.leader ? "*" : " ",
      member.id.padEnd(ids),
      member.source.padEnd(sources),
      `weight ${member.weight}`,
      member.eligible ? "" : "not eligible",
      member.voter ? "" : "no voter",
    ].filter((part) => part !== "").join("  ")
  );
  return [`${id} at ${source} in ${cluster}: ${own}`, lead, ...voting(quorum), ...lines];
}
