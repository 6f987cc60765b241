import { assertEquals, assertMatch } from "@std/assert";
import type { ControlPlane } from "../../../scripts/kubernetes/control_plane.ts";
import { Proxy } from "../proxy.ts";
import {
  allow,
  deleteSlice,
  ENDPOINTS,
  makePodAccess,
  makeServiceAccount,
  planeTest,
  putSlice,
  sliceOf,
  SLICES,
} from "./plane.ts";
import { PodStarter, type Runtime } from "./pods.ts";

const A = { name: "app-0", ip: "10.1.0.1" };
const B = { name: "app-1", ip: "10.1.0.2" };
const C = { name: "app-2", ip: "10.1.0.3" };
const [a, b, c] = [A, B, C].map(({ ip }) => `${ip}:12345`) as [string, string, string];

interface Scene {
  readonly plane: ControlPlane;
  readonly starter: PodStarter;
  readonly runtime: Runtime;
  readonly namespace: string;
}

function task(serviceAccount: string, port: number, more: object = {}) {
  const options = { service: "app", port: 12345, server: `https://127.0.0.1:${port}`, serviceAccount, retry: 100 };
  return { do: "peers", kind: "kubernetesPeers", source: a, options, ...more };
}

async function follows({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [SLICES]);
  await putSlice(plane, namespace, sliceOf("app-x", [A]));
  await putSlice(plane, namespace, sliceOf("app-y", [B]));
  await putSlice(
    plane,
    namespace,
    sliceOf("app-6", [{ name: "app-0", ip: "fd00::1" }, { name: "app-1", ip: "fd00::2" }], "IPv6"),
  );
  const pod = starter.start(runtime, task(mount.folder, plane.port));
  const six = starter.start(
    runtime,
    task(mount.folder, plane.port, { source: "[fd00::1]:12345" }),
  );
  try {
    await pod.nextPeers(a, b);
    await six.nextPeers("[fd00::1]:12345", "[fd00::2]:12345");
    await putSlice(plane, namespace, sliceOf("app-y", [B, C]));
    await pod.nextPeers(a, b, c);
    await deleteSlice(plane, namespace, "app-x");
    await pod.nextPeers(b, c);
    await putSlice(
      plane,
      namespace,
      sliceOf("app-y", [{ ...B, conditions: { ready: false, serving: true, terminating: true } }]),
    );
    await pod.nextPeers(b);
    await putSlice(plane, namespace, sliceOf("app-y", [{ ...B, ip: "10.1.0.9" }]));
    await pod.nextPeers("10.1.0.9:12345");
    await deleteSlice(plane, namespace, "app-y");
    await pod.next(({ log, message }) => log === "warn" && /name nobody, though this pod runs/.test(String(message)));
  } finally {
    await Promise.all([pod.stop(), six.stop(), mount.remove()]);
  }
  assertEquals(pod.lines.at(-1), { done: true });
}

async function readsConditions({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [SLICES, ENDPOINTS]);
  await putSlice(
    plane,
    namespace,
    sliceOf("app-x", [
      { ...A, conditions: { ready: true, serving: true, terminating: false } },
      { ...B, conditions: { ready: false, serving: true, terminating: true } },
      { ...C, conditions: { ready: false, serving: false, terminating: false } },
    ]),
  );
  await plane.admin.call("POST", `/api/v1/namespaces/${namespace}/endpoints`, {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "app" },
    subsets: [{
      addresses: [{ ip: A.ip }],
      notReadyAddresses: [{ ip: C.ip }],
      ports: [{ port: 12345, protocol: "UDP" }],
    }],
  });
  const plain = task(mount.folder, plane.port);
  const start = (kind: string, including: string) =>
    starter.start(runtime, { ...plain, kind, options: { ...plain.options, including } });
  const expected = [
    { pod: start("kubernetesPeers", "running"), peers: [a, b, c] },
    { pod: start("kubernetesPeers", "serving"), peers: [a, b] },
    { pod: start("kubernetesPeers", "ready"), peers: [a] },
    { pod: start("endpointsPeers", "running"), peers: [a, c] },
    { pod: start("endpointsPeers", "ready"), peers: [a] },
  ];
  try {
    for (const { pod, peers } of expected) await pod.nextPeers(...peers);
  } finally {
    await Promise.all([...expected.map(({ pod }) => pod.stop()), mount.remove()]);
  }
}

async function survivesOutage({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [SLICES]);
  await putSlice(plane, namespace, sliceOf("app-x", [A, B]));
  const pod = starter.start(runtime, task(mount.folder, plane.port));
  try {
    await pod.nextPeers(a, b);
    await plane.stopApiServer();
    const warning = await pod.next(({ log }) => log === "warn");
    assertMatch(String(warning.message), /keeping what is known, and trying again/);
    await plane.startApiServer();
    await putSlice(plane, namespace, sliceOf("app-x", [A, B, C]));
    await pod.nextPeers(a, b, c);
    // One warning an outage, whatever the number of attempts, and no update without a change.
    assertEquals(pod.lines.filter(({ log }) => log === "warn").length, 1);
    assertEquals(pod.lines.filter(({ peers }) => peers !== undefined).length, 2);
  } finally {
    await Promise.all([pod.stop(), mount.remove()]);
  }
}

async function listsAgainAfter410({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [SLICES]);
  await putSlice(plane, namespace, sliceOf("app-x", [A]));
  await putSlice(plane, namespace, sliceOf("app-y", [B]));
  const proxy = await Proxy.listen(plane.port);
  const pod = starter.start(runtime, task(mount.folder, proxy.port));
  try {
    await pod.nextPeers(a, b);
    proxy.cut();
    // What is deleted meanwhile is what only a list can tell.
    await deleteSlice(plane, namespace, "app-y");
    await putSlice(plane, namespace, sliceOf("app-z", [C]));
    await plane.stopApiServer();
    await plane.compact();
    await plane.startApiServer();
    await putSlice(plane, namespace, sliceOf("app-z", [C]));
    proxy.heal();
    await pod.next(({ log, message }) => log === "debug" && /has forgotten/.test(String(message)));
    await pod.nextPeers(a, c);
  } finally {
    await Promise.all([pod.stop(), mount.remove()]);
    await proxy.close();
  }
}

async function readsTokenAgain({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, [SLICES]);
  await putSlice(plane, namespace, sliceOf("app-x", [A]));
  const proxy = await Proxy.listen(plane.port);
  const pod = starter.start(runtime, task(mount.folder, proxy.port));
  try {
    await pod.nextPeers(a);
    // A token dies with its service account: who still had the old one would be refused.
    await plane.admin.call("DELETE", `/api/v1/namespaces/${namespace}/serviceaccounts/app`);
    await makeServiceAccount(plane, namespace);
    proxy.cut();
    await pod.next(({ log }) => log === "warn");
    await mount.rotate();
    proxy.heal();
    await putSlice(plane, namespace, sliceOf("app-x", [A, B]));
    await pod.nextPeers(a, b);
  } finally {
    await Promise.all([pod.stop(), mount.remove()]);
    await proxy.close();
  }
}

async function saysWhatIsForbidden({ plane, starter, runtime, namespace }: Scene): Promise<void> {
  const mount = await makePodAccess(plane, namespace, []);
  const refused = starter.start(runtime, task(mount.folder, plane.port));
  const { error, message } = await refused.next(({ error }) => error !== undefined);
  await refused.stop();
  assertEquals(error, "DiscoveryError");
  assertMatch(String(message), new RegExp(`EndpointSlices of Service "app" in namespace "${namespace}".*forbids`));
  assertMatch(String(message), /system:serviceaccount:.*:app.*cannot list resource "endpointslices"/);
  assertMatch(String(message), /Role .* resources: \["endpointslices"\], verbs: \["list", "watch"\]/);
  await allow(plane, namespace, [SLICES]);
  await putSlice(plane, namespace, sliceOf("app-x", [A]));
  const allowed = starter.start(runtime, task(mount.folder, plane.port));
  try {
    await allowed.nextPeers(a);
  } finally {
    await Promise.all([allowed.stop(), mount.remove()]);
  }
}

planeTest("discovery", async (plane, t) => {
  const starter = await PodStarter.make();
  try {
    const scenes = {
      "several slices, families, and every change": follows,
      "ready, serving, terminating": readsConditions,
      "the API server away and back": survivesOutage,
      "a version that was compacted away": listsAgainAfter410,
      "a token that was rotated": readsTokenAgain,
      "what RBAC forbids": saysWhatIsForbidden,
    };
    for (const [index, [name, scene]] of Object.entries(scenes).entries()) {
      for (const runtime of starter.runtimes) {
        await t.step(
          `${name}, in ${runtime}`,
          () => scene({ plane, starter, runtime, namespace: `n${index}-${runtime}` }),
        );
      }
    }
  } finally {
    await starter.remove();
  }
});
