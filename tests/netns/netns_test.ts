import { reasonAgainst } from "./ability.ts";
import { badManners, JITTER, TWICE } from "./bad_manners.ts";
import { CUTS } from "./cuts.ts";
import { LOSSES } from "./losses.ts";
import type { Network } from "./network.ts";
import { PLAIN } from "./plain.ts";
import { RelayProcess } from "./relay_process.ts";
import { Runtimes } from "./runtimes.ts";
import { perform, type Report, type Scene, summary } from "./scene.ts";
import { SIGNALS } from "./signals.ts";
import { makeNetwork, RELAY, RELAY_ADDRESSES, SOURCES, Stage } from "./stage.ts";

const TITLE = "network namespaces";

type Step = Deno.TestContext["step"];

async function playAll(stage: Stage, scenes: readonly Scene[], step: Step, reports: Report[]): Promise<void> {
  try {
    for (const scene of scenes) {
      await step(scene.name, async () => {
        reports.push(await perform(scene, stage));
      });
    }
  } finally {
    await stage.clear();
  }
}

async function playDirect(network: Network, runtimes: Runtimes, step: Step, reports: Report[]): Promise<void> {
  const stage = await Stage.set(network, runtimes);
  await playAll(stage, [...CUTS, ...SIGNALS, ...LOSSES], step, reports);
}

async function playRelayed(network: Network, runtimes: Runtimes, step: Step, reports: Report[]): Promise<void> {
  const manners = { bound: SOURCES, at: RELAY_ADDRESSES, jitter: JITTER, twice: TWICE };
  const relay = await RelayProcess.start(network, RELAY, manners);
  try {
    const stage = await Stage.set(network, runtimes, { relay: () => Promise.resolve(RELAY_ADDRESSES) });
    await playAll(stage, badManners(relay), step, reports);
  } finally {
    await relay.end();
  }
}

async function playPlain(network: Network, runtimes: Runtimes, step: Step, reports: Report[]): Promise<void> {
  const stage = await Stage.set(network, runtimes, { quorum: "none" });
  await playAll(stage, [PLAIN], step, reports);
}

async function suite({ step }: Deno.TestContext): Promise<void> {
  const reports: Report[] = [];
  const runtimes = await Runtimes.prepare();
  try {
    const network = await makeNetwork();
    try {
      await playDirect(network, runtimes, step, reports);
      await playRelayed(network, runtimes, step, reports);
      await playPlain(network, runtimes, step, reports);
    } finally {
      await network.remove();
    }
  } finally {
    await runtimes.remove();
    console.log(summary(reports));
  }
}

const reason = await reasonAgainst();
if (reason === undefined) {
  Deno.test(`${TITLE}: five processes, and what networks do to them`, suite);
} else {
  console.log(`${TITLE}: tests are skipped: ${reason}`);
  for (const { name } of [...CUTS, ...SIGNALS, ...LOSSES, ...badManners(), PLAIN]) {
    Deno.test({ name: `${TITLE}: ${name} (skipped: ${reason})`, ignore: true, fn: () => {} });
  }
}
