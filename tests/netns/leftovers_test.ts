import { assert, assertEquals } from "@std/assert";
import { capture } from "../../scripts/harness/process.ts";
import { reasonAgainst } from "./ability.ts";
import { isLeftover, ownName, removeLeftovers } from "../../scripts/harness/leftovers.ts";
import { Network } from "./network.ts";

Deno.test("names of this process, and names that are none of this suite, are no leftovers", () => {
  assert(!isLeftover(`${ownName()}_m1`));
  assert(!isLeftover("somebody_else"));
  assert(!isLeftover("democracy"));
});

async function endedPid(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  return child.pid;
}

async function removesWhatIsLeft(): Promise<void> {
  const network = await Network.make({ one: [1] });
  const leftover = `democracy_${await endedPid()}_1_0_m1`;
  await capture("ip", ["netns", "add", leftover]);
  const stranded = new Deno.Command("ip", { args: ["netns", "exec", leftover, "sleep", "60"] }).spawn();
  try {
    // Until it has entered, it would not be found there.
    for (let tries = 0; tries < 500; tries++) {
      if ((await capture("ip", ["netns", "pids", leftover])).stdout.includes(`${stranded.pid}`)) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await removeLeftovers();
    assertEquals((await stranded.status).signal, "SIGKILL");
    const { stdout } = await capture("ip", ["netns", "list"]);
    assert(!stdout.includes(leftover), stdout);
    assert((await capture("ip", [...network.enter("one").slice(1), "true"])).ok, "one that is in use was removed");
  } finally {
    await network.remove();
    await capture("ip", ["netns", "delete", leftover]);
  }
}

const reason = await reasonAgainst();
Deno.test({
  name: `what a killed run has left is removed${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  ignore: reason !== undefined,
  fn: removesWhatIsLeft,
});
