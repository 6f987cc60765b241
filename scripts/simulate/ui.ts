/**
 * `deno task simulate --seed S --ui`: a seed on a page, with a slider through its time.
 *
 * @module
 */

import * as core from "../../src/core/citizen.ts";
import type { Story } from "../../src/ui/page/change.ts";
import { type PageServer, servePage } from "../harness/serve_page.ts";
import { carryOf } from "./carry.ts";
import { PageRecorder } from "./page_recorder.ts";
import { type Outcome, runSeed } from "./run_seed.ts";
import { planOf } from "./seed_plan.ts";

/** A seed that was run, for the page. */
export interface RecordedSeed {
  readonly outcome: Outcome;
  readonly story: Story;
}

/** Runs a seed, and writes down who believed what. */
export function recordSeed(seed: number): RecordedSeed {
  const plan = planOf(seed);
  const recorder = new PageRecorder(plan);
  const outcome = runSeed(core, seed, carryOf(seed), {
    line: (time, member, text) => recorder.line(time, member, text),
    noticed: (machine, time) => recorder.noticed(machine, time),
    linked: (from, to, cut, time) => recorder.linked(from, to, cut, time),
  });
  recorder.end(outcome.simulated);
  const { treatment, interval, timeout, quorum, preemptAfter } = plan;
  const verdict = outcome.failure === undefined ? "all promises held" : `FAILED: ${outcome.failure.text}`;
  const detail = `${treatment}, interval ${interval} ms, timeout ${timeout} ms, quorum ${quorum}` +
    `${preemptAfter !== undefined ? ", preempt" : ""}: ${verdict}`;
  const heading = {
    ...{ title: `Simulation, seed ${seed}`, detail, timeout },
    ...{ exclusive: quorum !== "none", observer: null },
  };
  return { outcome, story: { heading, changes: recorder.changes, now: outcome.simulated } };
}

/** Serves the page of a story. Throws an Error that says what to do where the port is taken. */
export function serveStory(story: Story, port: number): PageServer {
  const body = JSON.stringify(story);
  return servePage("recorded", port, (name, { method }) => {
    if (name !== "story" || method !== "GET") return undefined;
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
}
