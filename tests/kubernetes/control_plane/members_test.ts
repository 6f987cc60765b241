import { assertEquals, assertGreater } from "@std/assert";
import { TOKEN } from "../../../src/kubernetes/labels.ts";
import { until } from "../../../scripts/harness/waiting.ts";
import type { Json } from "../../../scripts/kubernetes/admin_client.ts";
import type { ControlPlane } from "../../../scripts/kubernetes/control_plane.ts";
import { LEASES, type Listed, makePodAccess, type Mount, planeTest, putSlice, sliceOf, SLICES } from "./plane.ts";
import { type Pod, PodStarter } from "./pods.ts";

const NAMESPACE = "shop";
const REPLICAS = 3;
/** ms. Long, because the machine of a test may be busy: what is counted here is elections, not milliseconds. */
const DURATIONS = { interval: 400, timeout: 4000 };
const WRITES = { verb: /^(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)$/ };

/** s of the steady state; a person who works on the test may want less. */
const STEADY_SECONDS = Number(Deno.env.get("DEMOCRACY_STEADY_SECONDS") ?? 60);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Replica {
  readonly pod: Pod;
  readonly listed: Listed;
}

/** What a StatefulSet's controllers would do: pods that come and go, and the slice that lists them. */
class Shop {
  readonly replicas = new Map<number, Replica>();
  /** Pods that have ended. */
  readonly ended: Pod[] = [];
  readonly #plane: ControlPlane;
  readonly #starter: PodStarter;
  readonly #mount: Mount;
  /** Pods have one port: another run of this test on the same machine needs other addresses. */
  readonly #network = `10.${Math.floor(Math.random() * 250) + 1}.${Math.floor(Math.random() * 250)}`;
  #address = 0;

  constructor(plane: ControlPlane, starter: PodStarter, mount: Mount) {
    this.#plane = plane;
    this.#starter = starter;
    this.#mount = mount;
  }

  /** Starts pods with new addresses, and lists them. */
  async start(...indices: readonly number[]): Promise<void> {
    for (const index of indices) {
      const listed = { name: `app-${index}`, ip: `${this.#network}.${++this.#address}` };
      const runtime = this.#starter.runtimes[index % this.#starter.runtimes.length] ?? "deno";
      const pod = this.#starter.start(runtime, {
        do: "member",
        options: { serviceAccount: this.#mount.folder },
        durations: DURATIONS,
      }, {
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String(this.#plane.port),
        POD_NAME: listed.name,
        POD_IP: listed.ip,
        POD_NAMESPACE: NAMESPACE,
        CLUSTER_SIZE: String(REPLICAS),
        DEMOCRACY_SERVICE: "app",
        DEMOCRACY_LEASE: "app",
        DEMOCRACY_SECRET: "a secret of the test",
      });
      this.replicas.set(index, { pod, listed });
    }
    await this.#list();
    await Promise.all(indices.map((index) => this.#replica(index).pod.next(({ ready }) => ready !== undefined)));
  }

  /** Ends a pod as kubelet does, in order: listed as terminating, told to end, not listed. */
  async end(index: number): Promise<Pod> {
    const { pod, listed } = this.#replica(index);
    this.replicas.set(index, {
      pod,
      listed: { ...listed, conditions: { ready: false, serving: true, terminating: true } },
    });
    await this.#list();
    await pod.stop();
    this.replicas.delete(index);
    this.ended.push(pod);
    await this.#list();
    return pod;
  }

  /** All elections so far, of all pods. */
  elections(): { readonly id: unknown; readonly token: number }[] {
    const pods = [...this.ended, ...[...this.replicas.values()].map(({ pod }) => pod)];
    return pods.flatMap(({ lines }) =>
      lines.filter(({ elected }) => elected !== undefined).map(({ elected, token }) => ({
        id: elected,
        token: Number(token),
      }))
    ).sort((left, right) => left.token - right.token);
  }

  /** The number of the replica that was elected last, once all agree. Rejects after 30 s. */
  async leader(): Promise<number> {
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline) {
      const last = [...this.replicas.values()].map(({ pod }) =>
        pod.lines.findLast(({ leader }) => leader !== undefined)?.leader
      );
      const [first] = last;
      if (typeof first === "string" && last.every((each) => each === first) && this.elections().at(-1)?.id === first) {
        return Number(first.slice("app-".length));
      }
      await sleep(50);
    }
    const lines = [...this.replicas.values()].map(({ pod }) => pod.lines.slice(-10));
    throw new Error(`The pods do not agree on a leader: ${JSON.stringify(lines, null, 1)}`);
  }

  /** Waits until all pods follow the API server again. Rejects after 15 s: they wait for 5 s at most between two attempts. */
  async follows(): Promise<void> {
    const isFollowing = ({ pod: { lines } }: Replica): boolean => {
      const last = lines.findLast(({ message }) => /^(Cannot follow|Following) /u.test(String(message)));
      return last === undefined || String(last.message).startsWith("Following ");
    };
    await until("all pods follow the API server again", () => [...this.replicas.values()].every(isFollowing), 15_000);
  }

  /** What each pod had to say of late. */
  story(): string {
    const pods = [...this.ended, ...[...this.replicas.values()].map(({ pod }) => pod)];
    return pods.map(({ lines }) => lines.slice(-30).map((line) => JSON.stringify(line)).join("\n")).join("\n\n");
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.replicas.values()].map(({ pod }) => pod.stop()));
  }

  #replica(index: number): Replica {
    const replica = this.replicas.get(index);
    if (replica === undefined) throw new Error(`There is no replica ${index}`);
    return replica;
  }

  async #list(): Promise<void> {
    await putSlice(this.#plane, NAMESPACE, sliceOf("app-x", [...this.replicas.values()].map(({ listed }) => listed)));
  }
}

async function leaseOf(plane: ControlPlane): Promise<{ readonly spec: Json; readonly token: number }> {
  const { spec, metadata } = await plane.admin.call(
    "GET",
    `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/app`,
  );
  return { spec: spec as Json, token: Number(((metadata as Json).annotations as Json)[TOKEN]) };
}

async function electsOne(plane: ControlPlane, shop: Shop): Promise<void> {
  await shop.start(0, 1, 2);
  const leader = await shop.leader();
  const { spec, token } = await leaseOf(plane);
  assertEquals(spec.holderIdentity, `app-${leader}`);
  assertEquals(token, shop.elections().at(-1)?.token);
}

async function writesNothing(plane: ControlPlane, shop: Shop): Promise<void> {
  const { token } = await leaseOf(plane);
  const before = await plane.admin.requestsServed(WRITES);
  assertGreater(before, 0);
  await sleep(STEADY_SECONDS * 1000);
  assertEquals(await plane.admin.requestsServed(WRITES) - before, 0);
  await shop.leader();
  assertEquals((await leaseOf(plane)).token, token);
}

async function keepsTheLead(plane: ControlPlane, shop: Shop): Promise<void> {
  const leader = await shop.leader();
  const elections = shop.elections().length;
  await plane.stopApiServer();
  // Longer than a lease.
  await sleep(1.5 * DURATIONS.timeout);
  assertEquals(await shop.leader(), leader);
  await plane.startApiServer();
  await shop.follows();
  assertEquals(shop.elections().length, elections);
}

async function rolls(plane: ControlPlane, shop: Shop): Promise<void> {
  let moves = 0;
  const elections = shop.elections().length;
  for (let index = REPLICAS - 1; index >= 0; index--) {
    const led = await shop.leader() === index;
    const pod = await shop.end(index);
    if (led) {
      moves++;
      assertEquals(pod.lines.findLast(({ resigned }) => resigned !== undefined)?.resigned, "closed");
    }
    await shop.start(index);
    await shop.leader();
    // A voter that has started withholds its vote for a timeout; a rollout that waits as long, as `minReadySeconds` has it, costs no lease.
    await sleep(2 * DURATIONS.timeout);
  }
  assertEquals(shop.elections().length - elections, moves, shop.story());
  const tokens = shop.elections().map(({ token }) => token);
  assertEquals(new Set(tokens).size, tokens.length);
  assertEquals((await leaseOf(plane)).token, Math.max(...tokens));
}

planeTest("members with nothing but their environment", async (plane, t) => {
  const starter = await PodStarter.make();
  const mount = await makePodAccess(plane, NAMESPACE, [SLICES, LEASES]);
  const shop = new Shop(plane, starter, mount);
  try {
    await t.step("one is elected, and the Lease tells who", () => electsOne(plane, shop));
    await t.step(`${STEADY_SECONDS} s without any write to the API server`, () => writesNothing(plane, shop));
    await t.step("the API server away: the leader leads on", () => keepsTheLead(plane, shop));
    await t.step("a rolling update moves the lead once for each leader that ends", () => rolls(plane, shop));
  } finally {
    await shop.stopAll();
    await mount.remove();
    await starter.remove();
  }
});
