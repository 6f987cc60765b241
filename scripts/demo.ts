/**
 * `deno task demo`: members as real processes elect, lose and replace a leader over UDP on this machine. Ends by
 * itself, with 0 only if everything held.
 *
 * @module
 */

import { type Act, acts, type Outcome } from "./demo/acts.ts";
import { Cluster } from "./harness/cluster.ts";
import { Screen, STDOUT } from "./demo/screen.ts";
import { Stage } from "./demo/stage.ts";
import { table } from "./harness/table.ts";
import { startPageDemo } from "./demo/ui.ts";
import { DEFAULT_PORT } from "./harness/serve_page.ts";

const USAGE = `Usage: deno task demo [--nodes N] [--ui [--port P]]

Starts N processes (3 to 9, default 3) that elect a leader over UDP on 127.0.0.1, and then crashes, blocks,
pauses and retires the leader. Takes about half a minute; ends with 0 if everything held, with 1 if not.

  --nodes N   how many members
  --ui        serves a page instead, with buttons to crash, block, pause and part the members; until Ctrl-C
  --port P    where the page is, on 127.0.0.1; default ${DEFAULT_PORT}, 0 for any
  --help      this text`;

const NODES = { least: 3, most: 9 };

const TIMING = { interval: 200, timeout: 1000, stallTimeout: 2000, sampleEvery: 1, statusEvery: 100 };

/** ms after which the demo gives up. */
const LIMIT = 90_000;

/** What was asked for. */
export interface Arguments {
  readonly nodes: number;
  /** The port of the page; absent without one. */
  readonly page?: number;
}

function wholeNumber(name: string, value: string | undefined, { least, most }: typeof NODES, why: string): number {
  if (value === undefined || !/^\d+$/.test(value) || Number(value) < least || Number(value) > most) {
    const range = `from ${least}${why} to ${most}`;
    throw new RangeError(`Cannot play: "${name}" must be a whole number ${range}, got ${value ?? "nothing"}`);
  }
  return Number(value);
}

/** Reads the arguments. Throws a RangeError that says what is wrong. */
export function parseArguments(args: readonly string[]): Arguments | "help" {
  let nodes = NODES.least;
  let port: number | undefined;
  let ui = false;
  for (let index = 0; index < args.length; index++) {
    const [name = "", joined] = (args[index] ?? "").split(/=(.*)/s);
    if (name === "--help" || name === "-h") return "help";
    if (name === "--ui" && joined === undefined) {
      ui = true;
      continue;
    }
    if (name !== "--nodes" && name !== "--port") {
      throw new RangeError(`Cannot play: unknown argument "${args[index]}"`);
    }
    const value = joined ?? args[++index];
    if (name === "--nodes") nodes = wholeNumber(name, value, NODES, ", so that a majority outlives a crash,");
    else port = wholeNumber(name, value, { least: 0, most: 65_535 }, "");
  }
  if (!ui && port !== undefined) throw new RangeError(`Cannot play: "--port" is the page's, and needs "--ui"`);
  return ui ? { nodes, page: port ?? DEFAULT_PORT } : { nodes };
}

/** The last table: a row for each act. */
export function summary(outcomes: ReadonlyMap<string, Outcome>): string[] {
  const rows = [...outcomes].map(([name, { before, after, failover, since, doubled, firstAnswer, checks }]) => [
    name,
    before === after ? `${before} stays` : `${before} -> ${after}`,
    failover === undefined ? "none" : failover.toFixed(1),
    failover === undefined ? "" : since ?? "",
    firstAnswer === undefined ? "" : String(firstAnswer),
    doubled.toFixed(1),
    checks.every(({ ok }) => ok) ? "yes" : "NO",
  ]);
  return table(["act", "leader", "failover ms", "counted from", "isLeader() after", "two led, ms", "held"], rows);
}

function report(screen: Screen, outcome: Outcome): void {
  const { before, after, failover, since, doubled, firstAnswer, samples, longestGap, checks } = outcome;
  const result = failover === undefined
    ? `${before} still leads.`
    : `${after} leads, ${failover.toFixed(1)} ms after ${since}.`;
  const answer = firstAnswer === undefined ? "" : ` isLeader() at the first instruction after: ${firstAnswer}.`;
  screen.print(
    `   ${screen.style("bold", result)}${answer}`,
    `   Two processes believed that they led: ${screen.style("bold", `${doubled.toFixed(1)} ms`)}` +
      screen.style("dim", ` (${samples} answers, ${longestGap.toFixed(1)} ms between two at most)`),
  );
  for (const { what, ok } of checks) {
    screen.print(`   ${ok ? screen.style("green", "held  ") : screen.style("red", "BROKEN")} ${what}`);
  }
  screen.print("");
}

async function playAll(cluster: Cluster, screen: Screen): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const play = async ({ name, story, play }: Act, number: number): Promise<void> => {
    screen.print(screen.style("cyan", `${number}. ${name}`), ...story.map((line) => `   ${line}`));
    const outcome = await play(cluster);
    outcomes.set(name, outcome);
    report(screen, outcome);
  };
  for (const [index, act] of acts(cluster.settings).entries()) await play(act, index + 1);
  return outcomes;
}

async function perform(count: number, screen: Screen): Promise<boolean> {
  const cluster = await Cluster.start({ ...TIMING, count });
  const stage = new Stage(cluster, screen);
  const killAll = (): void => {
    for (const member of cluster.members) member.signal("SIGKILL");
  };
  const stop = (): void => {
    killAll();
    stage.close();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", stop);
  const limit = setTimeout(() => {
    killAll();
    screen.print(`Gave up after ${LIMIT / 1000} s.`);
  }, LIMIT);
  try {
    const { interval, timeout } = TIMING;
    screen.print(
      screen.style(
        "bold",
        `${count} processes, a heartbeat each ${interval} ms, a lease of ${timeout} ms, UDP on 127.0.0.1`,
      ),
      `pids: ${cluster.members.map(({ pid }) => pid).join(" ")}`,
      "Nobody is told who leads: each process is asked isLeader() about every ms, at its first instruction after",
      "a pause, too. Times are of one clock for all processes.",
      "",
    );
    await cluster.joinAll();
    const leader = await cluster.agreed();
    screen.print(`0. All agree: ${leader.id}, the heaviest, leads with token ${leader.status?.token}.`, "");
    const outcomes = await playAll(cluster, screen);
    stage.close();
    const ended = await cluster.end();
    const held = [...outcomes.values()].every(({ checks }) => checks.every(({ ok }) => ok));
    screen.print(...summary(outcomes), "");
    if (!ended) screen.print(screen.style("red", "A process did not end by itself."));
    screen.print(
      held && ended ? screen.style("green", "Everything held.") : screen.style("red", "Not everything held."),
    );
    return held && ended;
  } finally {
    stage.close();
    clearTimeout(limit);
    Deno.removeSignalListener("SIGINT", stop);
    killAll();
  }
}

/** Serves the page until somebody ends it. */
async function serve(count: number, port: number): Promise<boolean> {
  const demo = await startPageDemo({ ...TIMING, sampleEvery: 0, count }, port);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  });
  console.log(`${count} processes elect a leader: ${demo.url}\nCtrl-C ends them.`);
  await ended;
  return await demo.close();
}

async function main(args: readonly string[]): Promise<number> {
  let given: Arguments | "help";
  try {
    given = parseArguments(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (given === "help") {
    console.log(USAGE);
    return 0;
  }
  const { nodes, page } = given;
  try {
    const held = page === undefined ? await perform(nodes, new Screen(STDOUT)) : await serve(nodes, page);
    return held ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
