/**
 * What happens in a simulation, in words.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import {
  type Answer,
  DEFAULT_ELECTION,
  type Message,
  type ReleasedTerm,
  type Request,
} from "../../src/core/message/message.ts";
import type { Machine } from "./machine.ts";

/** A message in one line. */
export function describeMessage(message: Message): string {
  switch (message.kind) {
    case "ping": {
      const { request, answer } = message;
      return ["ping", ...(request === undefined ? [] : describeRequest(request)), ...describeAnswer(answer)].join(", ");
    }
    case "ack": {
      return ["ack", ...describeAnswer(message.answer), ...message.status.idle ? ["idle"] : []].join(", ");
    }
    case "release":
      return message.terms.map(describeReleased).join(", ");
    case "leave":
      return "leave";
    case "probe":
      return `probe ${message.target}`;
    case "vouch":
      return `vouch for ${message.target}, ${message.age.toFixed(0)} ms old`;
    case "nack":
      return `does not hear ${message.target} either`;
    case "pull":
      return `asks for who is behind "${message.after}"`;
    case "page":
      return `tells of ${message.rumors.length} behind "${message.after}"`;
  }
}

function describeRequest({ sequence, claims }: Request): string[] {
  const claimed = claims.map(({ election, term, succeeds }) =>
    `claim ${inElection(election)}${term}${succeeds === undefined ? "" : ` succeeding ${succeeds.term}`}`
  );
  return [`request #${sequence}`, ...claimed];
}

function describeAnswer(answer: Answer | undefined): string[] {
  if (answer === undefined) return [];
  const votes = answer.votes.map(({ election, term, refusal }) =>
    `${refusal === undefined ? "granted" : `refused (${refusal})`} ${inElection(election)}${term}`
  );
  return [`supports #${answer.sequence}`, ...votes];
}

function describeReleased({ election, term, successor }: ReleasedTerm): string {
  return `release ${inElection(election)}${term}${successor === undefined ? "" : ` to ${successor.slice(0, 4)}`}`;
}

function inElection(election: string): string {
  return election === DEFAULT_ELECTION ? "" : `${election} `;
}

/** An effect in one line; undefined when it changes nothing that a reader wants to know. */
export function describeEffect<MemberState>(
  effect: Effect,
  machine: Machine<MemberState>,
  time: number,
  verbose: boolean,
): string | undefined {
  switch (effect.kind) {
    case "view": {
      if (!verbose && effect.leading === machine.view.leading && effect.term === machine.view.term) return undefined;
      if (!effect.leading) return "view: not leading";
      const left = effect.deadline - machine.clock.monotonicAt(time);
      return `view: leads in ${effect.term} for ${left.toFixed(1)} ms`;
    }
    case "added":
    case "removed":
    case "updated":
      return effect.kind === "updated" && !verbose ? undefined : `${effect.kind} ${effect.member.id}`;
    case "leader":
      return effect.leader === undefined ? "leader: none" : `leader: ${effect.leader.id} (${effect.leader.token})`;
    case "elected":
      return `ELECTED, token ${effect.token}`;
    case "resigned":
      return `RESIGNED, token ${effect.token}: ${effect.reason}`;
    case "dropped":
      return verbose ? `dropped: ${effect.reason}` : undefined;
    case "closed":
      return "closed";
    case "send":
    case "round-trip":
    case "introduced":
      return undefined;
  }
}
