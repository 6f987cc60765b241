import { assertEquals } from "@std/assert";
import { until } from "../../../scripts/harness/waiting.ts";
import type { ControlPlane } from "../../../scripts/kubernetes/control_plane.ts";
import { readmeBlock } from "../../readme.ts";
import { makePodAccess, planeTest } from "./plane.ts";
import { PodStarter } from "./pods.ts";

const PODS = { apiGroups: [""], resources: ["pods"], verbs: ["list", "patch"] };
const LOST = { app: "x", election: "leader" };

/** The pod as an object that nobody runs: there is no kubelet. */
async function makePod(plane: ControlPlane, namespace: string, name: string, labels: object): Promise<void> {
  await plane.admin.call("POST", `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: { serviceAccountName: "app", containers: [{ name: "app", image: "registry.example/app:1" }] },
  });
}

async function leaders(plane: ControlPlane, namespace: string): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=election%3Dleader`;
  const { items } = await plane.admin.call("GET", path) as unknown as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

planeTest("the README's recipe labels the pod of the leader, and no other", async (plane, t) => {
  const starter = await PodStarter.make();
  const folder = await Deno.makeTempDir({ prefix: "democracy_recipe_" });
  try {
    await Deno.writeTextFile(
      `${folder}/leader_label.mjs`,
      await readmeBlock("js", 'import { readFile } from "node:fs/'),
    );
    for (const runtime of starter.runtimes) {
      await t.step(runtime, async () => {
        const namespace = `label-${runtime}`;
        const mount = await makePodAccess(plane, namespace, [PODS]);
        await makePod(plane, namespace, "app-0", { app: "x" });
        await makePod(plane, namespace, "app-1", LOST);
        const pod = starter.start(runtime, { do: "label", recipe: `file://${folder}/leader_label.mjs` }, {
          KUBERNETES_SERVICE_HOST: "127.0.0.1",
          KUBERNETES_SERVICE_PORT: String(plane.port),
          NODE_EXTRA_CA_CERTS: `${mount.folder}/ca.crt`,
          DENO_CERT: `${mount.folder}/ca.crt`,
          SERVICE_ACCOUNT: mount.folder,
          POD_NAME: "app-0",
          POD_NAMESPACE: namespace,
        });
        let labelled = await leaders(plane, namespace);
        assertEquals(labelled, ["app-1"], "a leader whose machine was lost has the label still");
        const asking = (async (): Promise<void> => {
          while (labelled.join() !== "app-0") labelled = await leaders(plane, namespace);
        })();
        await until("the pod of the new leader has the label alone", () => labelled.join() === "app-0", 20_000);
        await asking;
        await pod.stop();
        assertEquals(await leaders(plane, namespace), [], "who ends takes it off");
        await mount.remove();
      });
    }
  } finally {
    await starter.remove();
    await Deno.remove(folder, { recursive: true });
  }
});
