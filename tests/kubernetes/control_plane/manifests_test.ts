import { assertEquals } from "@std/assert";
import { manifestOptions, manifestYaml } from "../../../src/cli/manifests.ts";
import { capture } from "../../../scripts/harness/process.ts";
import { manifestVariants } from "../variants.ts";
import { makeNamespace, planeTest } from "./plane.ts";

planeTest("kubectl apply --dry-run=server accepts every variant of the manifests", async (plane, t) => {
  if (!(await capture("kubectl", ["version", "--client"])).ok) {
    console.log("control plane: the manifests are not applied: there is no kubectl on this machine");
    return;
  }
  const folder = await Deno.makeTempDir({ prefix: "democracy_kubectl_" });
  const { ca, adminCertificate, adminKey } = plane.certificates;
  const connection = [
    `--server=${plane.url}`,
    `--certificate-authority=${ca}`,
    `--client-certificate=${adminCertificate}`,
    `--client-key=${adminKey}`,
    `--cache-dir=${folder}/cache`,
  ];
  try {
    await makeNamespace(plane, "shop");
    for (const values of manifestVariants("shop")) {
      await t.step(JSON.stringify(values), async () => {
        const options = manifestOptions(values);
        await Deno.writeTextFile(`${folder}/all.yaml`, await manifestYaml(options));
        const apply = ["apply", "--dry-run=server", "-f", `${folder}/all.yaml`, ...connection];
        // An empty configuration: nothing of the person's own clusters is touched.
        const result = await capture("kubectl", apply, { env: { KUBECONFIG: `${folder}/none` }, timeout: 60_000 });
        const permitted = options.discovery !== "dns" || options.lease !== undefined;
        const lines = result.stdout.trim().split("\n");
        assertEquals({ ok: result.ok, stderr: result.stderr, objects: lines.length }, {
          ok: true,
          stderr: "",
          objects: (permitted ? 7 : 5) + (options.lease === undefined ? 0 : 1),
        });
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
