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
    case "claims":
      return describeRequest(message.request).join(", ");
    case "votes":
      return describeAnswer(message.answer).join(", ");
    case "roll-call":
      return `asks for what has changed since ${message.known}`;
    case "roll":
      return `stands in ${
        message.entries.filter(({ stands }) => stands).length
      } elections, changed since ${message.since}`;
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

function inEvent(election: string | undefined): string {
  return election === undefined ? "" : ` in ${election}`;
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
      return `${effect.election ?? ""} leader: `.trimStart() +
        (effect.leader === undefined ? "none" : `${effect.leader.id} (${effect.leader.token})`);
    case "elected":
      return `ELECTED${inEvent(effect.election)}, token ${effect.token}`;
    case "resigned":
      return `RESIGNED${inEvent(effect.election)}, token ${effect.token}: ${effect.reason}`;
    case "lead":
      return verbose
        ? `view of ${effect.election}: ${effect.leading ? `leads in ${effect.term}` : "not leading"}`
        : undefined;
    case "relocate":
      return `${effect.election} should move to ${effect.to}`;
    case "lease":
      return verbose ? `lease ${effect.slot} until ${effect.deadline.toFixed(1)}` : undefined;
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
