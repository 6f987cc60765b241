// However a process ends from within, nobody leads for about as long as when it closes: in the runtime at hand, and in Deno.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freeAddresses, MemberProcess, PACE, until } from "./support.mjs";

const DENO = {
  program: process.env.POLIS_DENO,
  args: ["run", "-A", "--quiet", "--no-prompt", "--config", process.env.POLIS_CONFIG],
  env: { DEMOCRACY_MODULE: process.env.POLIS_SOURCE, NO_COLOR: "1" },
};
const HERE = "Bun" in globalThis ? "Bun" : "Node";
const RUNTIMES = [
  { name: HERE, start: {}, skip: false },
  // Once is enough.
  {
    name: "Deno",
    start: DENO,
    skip: HERE === "Node" ? DENO.program === undefined && "there is no Deno" : "Node tries it",
  },
];

/** Of each ending: how often it is tried, so that one that a busy machine held up does not decide. */
const TRIES = 3;
const ENDINGS = {
  exception: { code: 1, says: /boom/ },
  rejection: { code: 1, says: /boom/ },
  exit: { code: 7, says: /^$/ },
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Three members, of which those that end are started again. */
class Trio {
  constructor(addresses, start, options) {
    this.options = { peers: addresses, broadcast: false, ...PACE, ...options };
    this.start = start;
    this.members = addresses.map((source, index) => this.member(source, index));
  }

  member(source, index) {
    return new MemberProcess({ ...this.options, id: `m${index}`, source }, this.start);
  }

  async leader() {
    const agreed = () => {
      const named = this.members.map((member) => member.last("leader")?.id);
      return typeof named[0] === "string" && named.every((id) => id === named[0]) ? named[0] : undefined;
    };
    const id = await until(agreed, "all to agree");
    // Those that have just started do not vote before; a hand-over to them would be none.
    await sleep(PACE.timeout + 5 * PACE.interval);
    return agreed() === id ? this.members[Number(id.slice(1))] : this.leader();
  }

  /** ms from the end of the leader until another leads, and how the leader ended. */
  async gap(way) {
    const leader = await this.leader();
    const others = this.members.filter((member) => member !== leader);
    const [from] = [Math.max(...this.members.flatMap(({ lines }) => lines).map(({ token }) => token ?? 0))];
    leader.ask(`die ${way}`);
    const dying = await until(() => leader.last("dying"), `${way} to begin`);
    const elected = await until(
      () => others.map((member) => member.last("elected")).find((line) => line?.token > from),
      "another to lead",
    );
    const end = await leader.exited;
    const index = this.members.indexOf(leader);
    this.members[index] = this.member(this.options.peers[index], index);
    return { ms: Math.max(0, elected.at - dying.at), end, stderr: leader.stderr };
  }

  async gaps(way) {
    const gaps = [];
    for (let tried = 0; tried < TRIES; tried++) gaps.push(await this.gap(way));
    return gaps;
  }

  kill() {
    for (const { child } of this.members) child.kill("SIGKILL");
  }
}

for (const { name, start, skip } of RUNTIMES) {
  for (const isolation of ["worker", "none"]) {
    describe(`endings in ${name}, isolation ${isolation}`, { skip }, () => {
      let trio;
      let closing;
      before(async () => {
        trio = new Trio(await freeAddresses(3), start, { isolation });
        closing = median((await trio.gaps("close")).map(({ ms }) => ms));
      });
      after(() => trio.kill());
      for (const [way, { code, says }] of Object.entries(ENDINGS)) {
        it(`${way} hands over as close() does, and stays what it was`, async () => {
          const gaps = await trio.gaps(way);
          for (const { end, stderr } of gaps) {
            assert.deepEqual(end, { code, signal: null });
            assert.match(stderr, says);
          }
          const ms = median(gaps.map((gap) => gap.ms));
          // Bun tells of a rejection when it finds the time, and the member leads until then.
          if (name === "Bun" && way === "rejection") return;
          const bound = 2 * Math.max(closing, PACE.interval / 4);
          assert.ok(ms <= bound, `nobody led for ${ms} ms, more than ${bound}; close() took ${closing}`);
        });
      }
    });
  }

  describe(`signals in ${name}`, { skip }, () => {
    const member = async (options, launch = start) => {
      const process = new MemberProcess(
        { source: "127.0.0.1:0", peers: [], broadcast: false, ...PACE, ...options },
        launch,
      );
      await until(() => process.last("elected"), "it to lead");
      return process;
    };

    for (const signal of ["SIGTERM", "SIGINT"]) {
      it(`${signal} closes, and then ends as it would have`, async () => {
        const alone = await member({ signals: ["SIGTERM", "SIGINT"] });
        alone.child.kill(signal);
        assert.deepEqual(await alone.exited, { code: null, signal });
        assert.equal(alone.last("resigned")?.reason, "closed");
        assert.equal(alone.stderr, "");
      });
    }

    it("ends as it would have in process 1, too", { skip: spaceless() }, async () => {
      const { program = process.execPath, args = [], env } = start;
      const alone = await member({ signals: ["SIGTERM"] }, {
        ...{ program: "unshare", args: ["--pid", "--fork", "--kill-child", program, ...args], env },
      });
      const [child] = spawnSync("pgrep", ["-P", String(alone.child.pid)]).stdout.toString().split("\n");
      process.kill(Number(child), "SIGTERM");
      assert.deepEqual(await alone.exited, { code: 143, signal: null });
      assert.equal(alone.last("resigned")?.reason, "closed");
    });
  });
}

/** Why no process 1 can be made here, or false. */
function spaceless() {
  const { status } = spawnSync("unshare", ["--pid", "--fork", "true"]);
  return status === 0 ? false : "no namespace of processes can be made";
}
