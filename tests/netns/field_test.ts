import { assert, assertEquals, assertLess } from "@std/assert";
import { Actor, agreedAmong, prepareRuntimes, type Runtime, startMute } from "./field/actor.ts";
import { reasonAgainst } from "./ability.ts";
import { Network } from "./network.ts";

const TITLE = "network namespaces";
const PORT = 7400;
const NAMES = ["alpha", "beta", "gamma"] as const;
const PEERS = NAMES.map((name) => `${name}:${PORT}`);

const host = (index: number): string => `10.77.0.${index + 1}`;

type Body = (runtimes: readonly Runtime[]) => Promise<void>;

/** Runs `body` with three places called like the members, each with a hosts file of its own. */
async function withPlaces(
  hosts: (index: number) => string,
  prepare: (network: Network) => Promise<void>,
  body: (network: Network) => Promise<void>,
): Promise<void> {
  const network = await Network.make(Object.fromEntries(NAMES.map((name, index) => [name, [index + 1]])));
  try {
    for (const [index, name] of NAMES.entries()) {
      await network.furnish(name, "hosts", `127.0.0.1 localhost\n${hosts(index)}`);
      await network.furnish(name, "resolv.conf", "");
    }
    await prepare(network);
    await body(network);
  } finally {
    await network.remove();
  }
}

/** One of each place, Deno and Node by turns; they elect, the leader is killed, and the others elect again. */
async function electTwice(
  network: Network,
  runtimes: readonly Runtime[],
  options: { readonly voters?: string[] } = {},
) {
  const actors = NAMES.map((name, index) =>
    new Actor(network, name, runtimes[index % runtimes.length]!, {
      options: { source: `${host(index)}:${PORT}`, peers: PEERS, weight: index, ...options },
    })
  );
  try {
    const leader = await agreedAmong(actors);
    const others = actors.filter((actor) => actor !== leader);
    await leader.kill();
    await agreedAmong(others);
  } finally {
    for (const actor of actors) await actor.kill();
  }
}

const lines = (address: (index: number) => string): string =>
  NAMES.map((name, index) => `${address(index)} ${name}\n`).join("");

/** Debian's own name stands for 127.0.1.1. Were that another member, one crash of three would leave two of four. */
const debianHosts: Body = async (runtimes) => {
  const hosts = (own: number): string => lines((index) => index === own ? "127.0.1.1" : host(index));
  await withPlaces(hosts, async () => {}, async (network) => {
    await electTwice(network, runtimes);
    await electTwice(network, runtimes, { voters: PEERS });
  });
};

/** Each has an address in a second network as well, which comes first, and through which nobody is reached. */
const twoAddresses: Body = async (runtimes) => {
  const second = (index: number): string => `10.78.0.${index + 1}`;
  const hosts = (): string => lines(second) + lines(host);
  const prepare = async (network: Network): Promise<void> => {
    for (const [index, name] of NAMES.entries()) {
      await network.run(name, "ip", "addr", "add", `${second(index)}/24`, "dev", "eth0");
    }
    await network.impose("ip daddr 10.78.0.0/24 drop");
  };
  await withPlaces(hosts, prepare, (network) => electTwice(network, runtimes));
};

/** A name server that says nothing harms neither the application, which looks up names of its own, nor its end. */
const silentNames: Body = async (runtimes) => {
  const hosts = (): string => "127.0.0.1 db.internal\n";
  const prepare = async (network: Network): Promise<void> => {
    await network.furnish("alpha", "resolv.conf", `nameserver ${host(1)}\n`);
  };
  await withPlaces(hosts, prepare, async (network) => {
    const endMute = await startMute(network, "beta");
    try {
      for (const runtime of runtimes) {
        const peers = ["a", "b", "c", "d", "e"].map((name) => `${name}.svc.example:${PORT}`);
        const task = { options: { source: `${host(0)}:${PORT}`, peers }, probe: "db.internal" };
        const actor = new Actor(network, "alpha", runtime, task);
        try {
          await actor.says("what it sees, for some seconds", () => actor.words.length > 70);
          const ms = await actor.close();
          const closed = actor.last("closed");
          assert(closed !== undefined, `${runtime.name} closes`);
          assertLess(ms - closed.ms, 1000, `ms until the process in ${runtime.name} ends after close()`);
          assertLess(closed.ms, 1000, `ms that close() takes in ${runtime.name}`);
          assert(closed.asked > 40, `the application in ${runtime.name} asked ${closed.asked} times`);
          assert(
            closed.answered >= closed.asked - 2,
            `${closed.answered} of ${closed.asked} answered in ${runtime.name}`,
          );
          assertLess(closed.worst, 1000, `ms of the slowest look-up of the application in ${runtime.name}`);
        } finally {
          await actor.kill();
        }
      }
    } finally {
      await endMute();
    }
  });
};

/** A new IPv6 address cannot be bound for a second or two. */
const tentativeAddress: Body = async (runtimes) => {
  await withPlaces(() => "", async () => {}, async (network) => {
    const eth0 = (...args: readonly string[]) => network.run("alpha", "ip", "addr", ...args, "dev", "eth0");
    // Neighbours are asked a few times, with a second between, so that nobody is quicker than that.
    await network.run("alpha", "sysctl", "-q", "-w", "net.ipv6.conf.eth0.dad_transmits=2");
    for (const [index, runtime] of runtimes.entries()) {
      for (const isolation of ["worker", "none"] as const) {
        const address = `fd00:77::${index + 1}${isolation === "none" ? 1 : 0}`;
        await eth0("add", `${address}/64`);
        assert((await eth0("show")).includes("tentative"), "the address is to be tentative");
        const actor = new Actor(network, "alpha", runtime, {
          options: { source: `[${address}]:${PORT}`, peers: [], isolation },
        });
        try {
          await actor.says("whether it could bind", () => (actor.last("ready") ?? actor.last("failed")) !== undefined);
          assertEquals(actor.last("failed"), undefined, `${runtime.name}, isolation ${isolation}`);
        } finally {
          await actor.kill();
        }
      }
    }
  });
};

/** Who gives up while an address is being waited for does not wait. */
const impatience: Body = async (runtimes) => {
  await withPlaces(() => "", async () => {}, async (network) => {
    await network.run("alpha", "sysctl", "-q", "-w", "net.ipv6.conf.eth0.dad_transmits=60");
    await network.run("alpha", "ip", "addr", "add", "fd00:77::9/64", "dev", "eth0");
    for (const runtime of runtimes) {
      for (const isolation of ["worker", "none"] as const) {
        const actor = new Actor(network, "alpha", runtime, {
          options: { source: `[fd00:77::9]:${PORT}`, peers: [], isolation },
        });
        try {
          await actor.says("that it runs", () => actor.words.length > 5);
          const ms = await actor.close();
          const what = `${runtime.name}, isolation ${isolation}`;
          assertEquals([actor.last("ready"), actor.last("closed") !== undefined], [undefined, true], what);
          assertLess(ms, 1500, `ms until it has ended: ${what}`);
        } finally {
          await actor.kill();
        }
      }
    }
  });
};

const CASES: Readonly<Record<string, Body>> = {
  "the own name stands for 127.0.1.1, as Debian has it, and nobody is counted twice": debianHosts,
  "of the two addresses of each name, the dead one first, the one is taken that answers": twoAddresses,
  "a name server that says nothing keeps neither the application waiting nor its process from ending": silentNames,
  "an IPv6 address that is still tentative is bound as soon as it can be": tentativeAddress,
  "close() does not wait for an address that is still tentative": impatience,
};

const reason = await reasonAgainst();
if (reason !== undefined) console.log(`${TITLE}: tests of the field are skipped: ${reason}`);
for (const [name, body] of Object.entries(CASES)) {
  const title = `${TITLE}: ${name}${reason === undefined ? "" : ` (skipped: ${reason})`}`;
  Deno.test(title, { ignore: reason !== undefined }, async () => {
    const folder = await Deno.makeTempDir({ prefix: "democracy_field_" });
    try {
      await body(await prepareRuntimes(folder));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
