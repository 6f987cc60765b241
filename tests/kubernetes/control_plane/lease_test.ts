import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { TOKEN } from "../../../src/kubernetes/labels.ts";
import type { Json } from "../../../scripts/kubernetes/admin_client.ts";
import type { ControlPlane } from "../../../scripts/kubernetes/control_plane.ts";
import { Proxy } from "../proxy.ts";
import { allow, LEASES, makePodAccess, planeTest } from "./plane.ts";
import { type Line, type Pod, PodStarter, type Runtime } from "./pods.ts";

interface Scene {
  readonly plane: ControlPlane;
  readonly starter: PodStarter;
  readonly runtime: Runtime;
  readonly namespace: string;
}

const CANDIDATES = 5;

function task(serviceAccount: string, port: number, patience = 20_000) {
  return { do: "lease", options: { name: "app", server: `https://127.0.0.1:${port}`, serviceAccount, patience } };
}

async function leaseOf(
  plane: ControlPlane,
  namespace: string,
): Promise<{ readonly spec: Json; readonly metadata: Json }> {
  const { spec, metadata } = await plane.admin.call(
    "GET",
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/app`,
  );
  return { spec: spec as Json, metadata: metadata as Json };
}

async function mint(pod: Pod, id: string, term: number): Promise<number> {
  await pod.say(`${id} ${term}`);
  const line = await pod.next((line) => line.id === id);
  if (typeof line.token !== "number") throw new Error(`No token: ${JSON.stringify(line)}`);
  return line.token;
}

async function growsWithEveryHolder({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [LEASES]);
  const pod = starter.start(runtime, task(mount.folder, plane.port));
  try {
    assertEquals(await mint(pod, "app-0", 1000), 1000);
    assertEquals(await mint(pod, "app-1", 1007), 1007);
    // A clock that was set back.
    assertEquals(await mint(pod, "app-2", 500), 1008);
    const { spec } = await leaseOf(plane, namespace);
    assertEquals(spec.holderIdentity, "app-2");
    assertEquals(spec.leaseTransitions, 2);
    await plane.admin.call("DELETE", `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/app`);
    assertEquals(await mint(pod, "app-0", 501), 1009);
    // The same leadership asks again, because an answer was lost: nothing is written.
    const { metadata } = await leaseOf(plane, namespace);
    assertEquals(await mint(pod, "app-0", 501), 1009);
    assertEquals((await leaseOf(plane, namespace)).metadata.resourceVersion, metadata.resourceVersion);
    // Another process, which remembers nothing, after somebody has deleted the Lease: terms follow the wall clock.
    await plane.admin.call("DELETE", `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/app`);
    const other = starter.start(runtime, task(mount.folder, plane.port));
    try {
      assertEquals(await mint(other, "app-1", 2000), 2000);
    } finally {
      await other.stop();
    }
  } finally {
    await Promise.all([pod.stop(), mount.remove()]);
  }
}

/** Several processes at once; who meets a conflict with a later term gives up. */
async function racesFairly({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [LEASES]);
  const pods = Array.from({ length: CANDIDATES }, () => starter.start(runtime, task(mount.folder, plane.port)));
  const conflicts = () => plane.admin.requestsServed({ resource: /^leases$/, code: /^409$/ });
  try {
    await Promise.all(pods.map((pod) => pod.next(({ ready }) => ready === true)));
    const before = await conflicts();
    let highest = 0;
    let transitions = -1;
    // Who is first is chance, and so is a conflict in one round.
    for (let round = 1; round <= 20 && (round <= 3 || await conflicts() === before); round++) {
      const lines: Line[] = await Promise.all(pods.map(async (pod, index) => {
        const id = `app-${index}`;
        await pod.say(`${id} ${round * 1000 + index}`);
        return await pod.next((line) => line.id === id);
      }));
      const tokens = lines.flatMap(({ token }) => typeof token === "number" ? [token] : []);
      assertEquals(new Set(tokens).size, tokens.length);
      assertGreater(Math.min(...tokens), highest);
      // Nobody is later than the last candidate: whoever was before it, it gets a token.
      assertEquals(typeof lines.at(-1)?.token, "number");
      for (const { message } of lines) {
        if (message !== undefined) assertMatch(String(message), /has the Lease "app" for term/);
      }
      const { spec, metadata } = await leaseOf(plane, namespace);
      assertEquals((metadata.annotations as Json)[TOKEN], String(Math.max(...tokens)));
      assertEquals(spec.leaseTransitions, transitions + tokens.length);
      highest = Math.max(...tokens);
      transitions += tokens.length;
    }
    assertGreater(await conflicts(), before);
  } finally {
    await Promise.all([...pods.map((pod) => pod.stop()), mount.remove()]);
  }
}

async function waitsForTheApiServer({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [LEASES]);
  const proxy = await Proxy.listen(plane.port);
  const patient = starter.start(runtime, task(mount.folder, proxy.port, 30_000));
  const hasty = starter.start(runtime, task(mount.folder, proxy.port, 500));
  try {
    await Promise.all([patient, hasty].map((pod) => pod.next(({ ready }) => ready === true)));
    proxy.cut();
    await hasty.say("app-1 1000");
    const { message } = await hasty.next(({ id }) => id === "app-1");
    assertMatch(String(message), /Cannot mint a token: gave up after 500 ms/);
    const attempts = proxy.accepted;
    const minted = mint(patient, "app-0", 1001);
    while (proxy.accepted === attempts) await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.heal();
    assertEquals(await minted, 1001);
  } finally {
    await Promise.all([patient.stop(), hasty.stop(), mount.remove()]);
    await proxy.close();
  }
}

async function saysWhatIsForbidden({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, []);
  const pod = starter.start(runtime, task(mount.folder, plane.port));
  try {
    await pod.say("app-0 1000");
    const { error, message } = await pod.next(({ id }) => id === "app-0");
    assertEquals(error, "PermissionError");
    assertMatch(String(message), /cannot get resource "leases"/);
    assertMatch(String(message), /Role .* resourceNames: \["app"\], verbs: \["get", "update"\]/);
    await allow(plane, namespace, [LEASES]);
    // RBAC is read by the API server in its own time: within 2 s a refusal is tried again.
    assert(await mint(pod, "app-1", 1001) === 1001);
  } finally {
    await Promise.all([pod.stop(), mount.remove()]);
  }
}

planeTest("tokens on a Lease", async (plane, t) => {
  const starter = await PodStarter.make();
  try {
    const scenes = {
      "a token grows with every holder": growsWithEveryHolder,
      "candidates that race": racesFairly,
      "the API server away": waitsForTheApiServer,
      "what RBAC forbids": saysWhatIsForbidden,
    };
    for (const [index, [name, scene]] of Object.entries(scenes).entries()) {
      for (const runtime of starter.runtimes) {
        await t.step(
          `${name}, in ${runtime}`,
          () => scene({ plane, starter, runtime, namespace: `l${index}-${runtime}` }),
        );
      }
    }
  } finally {
    await starter.remove();
  }
});
