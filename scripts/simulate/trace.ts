/**
 * What happens in a simulation, in words.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import type { Message } from "../../src/core/message/message.ts";
import type { Machine } from "./machine.ts";

/** A message in one line. */
export function describeMessage(message: Message): string {
  switch (message.kind) {
    case "ping": {
      const { claim } = message;
      if (claim === undefined) return "ping";
      const succeeds = claim.succeeds === undefined ? "" : ` succeeding ${claim.succeeds.term}`;
      return `ping, claim ${claim.term} #${claim.sequence}${succeeds}`;
    }
    case "ack": {
      const { vote } = message;
      const idle = message.status.idle ? ", idle" : "";
      if (vote === undefined) return `ack${idle}`;
      const answer = vote.refusal === undefined ? "granted" : `refused (${vote.refusal})`;
      return `ack, ${answer} ${vote.term} #${vote.sequence}${idle}`;
    }
    case "release":
      return `release ${message.term}${message.successor === undefined ? "" : ` to ${message.successor.slice(0, 4)}`}`;
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
