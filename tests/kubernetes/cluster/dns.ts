/**
 * The cluster's DNS: CoreDNS with the plugin `kubernetes`, answers cached as kubeadm has them: 30 s.
 *
 * @module
 */

import { Daemon } from "../../../scripts/kubernetes/daemon.ts";
import type { Programs } from "./programs.ts";

const READY = "http://127.0.0.1:8181/ready";

/** Starts it on port 53 of the maker's namespace, and waits until it knows the cluster. */
export async function startDns(folder: string, programs: Programs): Promise<void> {
  await Deno.writeTextFile(
    `${folder}/Corefile`,
    `.:53 {
  errors
  ready
  kubernetes cluster.local {
    kubeconfig ${folder}/kube-controller-manager.kubeconfig
    ttl 30
  }
  cache 30
}
`,
  );
  const dns = new Daemon(folder, "coredns", [programs.coredns, "-conf", `${folder}/Corefile`]);
  await dns.until("it is ready", isReady);
}

async function isReady(): Promise<boolean> {
  try {
    const response = await fetch(READY);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
