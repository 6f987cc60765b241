import { assert, assertEquals } from "@std/assert";
import { Democracy, type Options } from "../../mod.ts";
import { QUICK, quiet } from "../../scripts/harness/members.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { Sidecar } from "../../src/sidecar/mod.ts";

/** What each voter is to the member, the member itself first. */
function statesOf(member: Democracy): string[] {
  return member.quorum().voters.map(({ state }) => state);
}

Deno.test("quorum() says who is missing and why nobody leads, from a member that is alone to one that has closed", async () => {
  const [own, other, third] = await freeAddresses(3) as [string, string, string];
  const join = (source: string, more: Partial<Options> = {}) =>
    new Democracy({
      ...QUICK,
      id: source,
      source,
      peers: [own, other, third],
      broadcast: false,
      logger: quiet,
      ...more,
    });
  const alone = join(own);
  try {
    await alone.ready;
    await until("the voters are known", () => alone.quorum().voters.length === 3);
    assertEquals(statesOf(alone).slice(1), ["silent", "silent"]);
    assertEquals([alone.quorum().needed, alone.quorum().reachable], [2, 1]);
    const { why, voters } = alone.quorum();
    assert(why?.includes(`1 of 3 voters answers, 2 are needed; silent: ${other} (never heard)`), `told ${why}`);
    assertEquals(voters.map(({ since }) => since === null), [false, true, true], "it knows of itself only");

    const stranger = join(other, { secret: "a secret that only this member has" });
    try {
      await until("the member with a secret is ignored", () => statesOf(alone)[1] === "ignored", 30_000);
      const { reason } = alone.quorum().voters[1]!;
      assert(reason?.includes("secret"), `ignored because of ${reason}`);
    } finally {
      await stranger.close();
    }

    const second = join(other);
    try {
      await until("both vote, and one leads", () => {
        return statesOf(alone).slice(0, 2).every((state) => state === "votes") && alone.leader() !== null;
      }, 30_000);
      assertEquals([alone.quorum().why, second.quorum().why === null], [null, second.leader() !== null]);
      const { quorum } = new Sidecar({ democracy: alone, cluster: "jobs", timeout: QUICK.timeout }).state();
      assertEquals([quorum.needed, quorum.reachable, quorum.voters.length, quorum.why], [2, 2, 3, null]);
      const since = quorum.voters[0]?.since ?? "";
      assertEquals(new Date(since).toISOString(), since, "the sidecar tells times in ISO 8601");
    } finally {
      await second.close();
    }
  } finally {
    await alone.close();
  }
  const { why, voters } = alone.quorum();
  assert(why?.includes("closed"), `told ${why}`);
  assertEquals(voters, []);
});
