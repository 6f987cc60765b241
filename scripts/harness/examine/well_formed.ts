/**
 * What a member says, looked at field by field: nothing may be missing, and nothing left of what an object of a pool said before.
 *
 * @module
 */

import type {
  Ack,
  Answer,
  Claim,
  Gossip,
  Message,
  Ping,
  Release,
  Request,
  Status,
  TermId,
  Vote,
  VoterList,
} from "../../../src/core/message/message.ts";

const REFUSALS: ReadonlySet<unknown> = new Set([
  ...[undefined, "quarantined", "held", "stale-term", "not-a-voter", "longer-lease", "future-term"],
  ...["forgotten", "too-many"],
]);

/** The field of a message that no member may say, by its path; undefined where there is none. */
export function malformed(message: Message): string | undefined {
  switch (message.kind) {
    case "ping":
      return ping(message);
    case "ack":
      return ack(message);
    case "release":
      return release(message);
    case "leave":
      return natural(message.nonce, "nonce");
    case "vouch":
      return message.age >= 0 ? boot(message.boot, "boot") : "age";
    case "claims":
      return ask(message.request);
    case "votes":
      return reply(message.answer);
    case "roll-call":
      return natural(message.known, "known");
    case "roll":
      return natural(message.since, "since") ?? (message.since <= message.through ? undefined : "through") ??
        first(message.entries, ({ election, term }) => text(election, "election") ?? natural(term, "term"));
    default:
      return undefined;
  }
}

function ping({ nonce, hears, status, request, answer, gossip, voters }: Ping): string | undefined {
  return natural(nonce, "nonce") ?? flag(hears, "hears") ?? say(status) ?? ask(request) ?? reply(answer) ??
    spread(gossip) ?? list(voters);
}

function ack({ nonce, cookie, status, answer, gossip, voters }: Ack): string | undefined {
  if (cookie !== "" && boot(cookie, "cookie") !== undefined) return "cookie";
  return natural(nonce, "nonce") ?? say(status) ?? reply(answer) ?? spread(gossip) ?? list(voters);
}

function release({ nonce, sequence, terms }: Release): string | undefined {
  return natural(nonce, "nonce") ?? natural(sequence, "sequence") ??
    first(terms, ({ term, election }) => natural(term, "term") ?? text(election, "election"));
}

function say(status: Status): string | undefined {
  const { leading } = status;
  if (leading !== undefined && !(leading.remaining >= 0)) return "leading.remaining";
  return natural(status.beat, "beat") ?? natural(status.incarnation, "incarnation") ??
    natural(status.highestTerm, "highestTerm") ?? natural(status.roll, "roll") ?? flag(status.eligible, "eligible") ??
    flag(status.idle, "idle") ??
    flag(status.voting, "voting") ?? (Number.isFinite(status.weight) ? undefined : "weight") ??
    (leading === undefined ? undefined : natural(leading.term, "leading.term"));
}

function ask(request: Request | undefined): string | undefined {
  if (request === undefined) return undefined;
  return natural(request.sequence, "request.sequence") ?? natural(request.part, "request.part") ??
    (request.lease > 0 ? undefined : "request.lease") ?? flag(request.urgent, "request.urgent") ??
    first(request.claims, claim);
}

function claim({ election, term, succeeds, inOffice }: Claim): string | undefined {
  return natural(term, "claim.term") ?? text(election, "claim.election") ?? flag(inOffice, "claim.inOffice") ??
    termId(succeeds);
}

function first<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function termId(id: TermId | undefined): string | undefined {
  return id && (natural(id.term, "claim.succeeds.term") ?? boot(id.boot, "claim.succeeds.boot"));
}

function reply(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return undefined;
  return natural(answer.sequence, "answer.sequence") ?? natural(answer.epoch, "answer.epoch") ??
    first(answer.votes, given);
}

function given(vote: Vote): string | undefined {
  if (!REFUSALS.has(vote.refusal)) return "vote.refusal";
  if (vote.refusal === undefined && vote.limit !== 0) return "vote.limit";
  return natural(vote.term, "vote.term") ?? text(vote.election, "vote.election") ??
    (Number.isFinite(vote.limit) ? undefined : "vote.limit");
}

function spread(gossip: Gossip | undefined): string | undefined {
  if (gossip === undefined) return undefined;
  const { leaderHint, rumors } = gossip;
  if (!Array.isArray(rumors)) return "gossip.rumors";
  if (leaderHint === undefined) return undefined;
  if (!(leaderHint.remaining >= 0)) return "leaderHint.remaining";
  return boot(leaderHint.boot, "leaderHint.boot") ?? natural(leaderHint.term, "leaderHint.term") ??
    natural(leaderHint.beat, "leaderHint.beat");
}

function list(voters: VoterList | undefined): string | undefined {
  return voters === undefined || Array.isArray(voters.hashes) ? undefined : "voters";
}

function natural(value: number, name: string): string | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? undefined : name;
}

function flag(value: boolean, name: string): string | undefined {
  return typeof value === "boolean" ? undefined : name;
}

function text(value: string, name: string): string | undefined {
  return typeof value === "string" ? undefined : name;
}

function boot(value: string, name: string): string | undefined {
  return value.length === 16 ? undefined : name;
}
